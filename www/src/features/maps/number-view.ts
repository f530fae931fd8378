import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import type { Spec } from "../../engine/protocol.ts";
import type { Locale } from "../../i18n/locale.ts";
import * as icons from "../../ui/icons.ts";
import type { Arithmetic, Plane, Term, Unit } from "./look/arithmetic.ts";
import { agrees, arithmeticOf, runningSums, valueAt } from "./look/arithmetic.ts";
import { fieldsOf } from "./look/parameters.ts";
import { exactText, valueText } from "./look/text.ts";
import type { Shown } from "./look/wish.ts";
import { IMAGE, mapsOf, unitOf } from "./look/wish.ts";
import { numberGrid } from "./number-grid.ts";
import type { Looked } from "./probe-client.ts";

/** Between two terms while it plays. */
const PLAY_MS = 450;

type Known = Exclude<Arithmetic, { kind: "none" }>;
type Terms = Extract<Arithmetic, { terms: Term[] }>;

/** How one value comes to be, number by number. Fires `number-source` with a node and a place to go to. */
export class NumberViewElement extends LitElement {
  static override properties: PropertyDeclarations = {
    locale: { attribute: false },
    node: { attribute: false },
    spec: { attribute: false },
    answer: { attribute: false },
    unit: { attribute: false },
    dark: { type: Boolean },
    at: { state: true },
    playing: { state: true },
  };

  declare locale: Locale;
  declare node: Shown;
  declare spec: Spec;
  declare answer: Looked | null;
  declare unit: readonly number[];
  declare dark: boolean;
  /** The term that is looked at. */
  declare private at: number;
  declare private playing: boolean;

  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  /** The last arithmetic whose numbers were all of one step. */
  #known: { key: string; arithmetic: Arithmetic; value: number } | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.at = 0;
    this.playing = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#play(false);
  }

  protected override willUpdate(): void {
    const key = `${this.node.name} ${this.unit.join(" ")}`;
    if (this.#known?.key !== key) {
      this.#known = null;
      this.at = 0;
      this.#play(false);
    }
    const { node, answer, spec } = this;
    const maps = mapsOf(answer, node.name);
    const inputs = node.inputs.map((input) => mapsOf(answer, input));
    const weights = answer?.weights;
    if (!answer || !maps || answer.wish.what !== "activations" || weights?.node !== node.name || weights.step !== answer.maps.step) return;
    const present = inputs.flatMap((input) => input ?? []);
    if (present.length !== inputs.length) return;
    const unit = unitOf(node.output_shape, this.unit);
    const arithmetic = arithmeticOf({
      op: node.op,
      fields: fieldsOf(spec, node),
      inputs: present,
      tensors: weights.tensors,
      output: maps.shape,
      unit,
    });
    this.#known = { key, arithmetic, value: valueAt(maps, unit) };
  }

  protected override render(): TemplateResult {
    const text = this.locale.panels.maps;
    return html`<section class="number" aria-label=${text.number}>
      <h3>${text.compute}</h3>
      ${this.node.name === IMAGE ? html`<p>${text.noArithmetic}</p>` : this.#body()}
    </section>`;
  }

  #body(): TemplateResult {
    const {
      locale: { format },
    } = this;
    const text = this.locale.panels.maps;
    if (!this.#known) return html`<p class="muted">${text.waitingForOne}</p>`;
    const { arithmetic, value } = this.#known;
    switch (arithmetic.kind) {
      case "none":
        return html`<p>${text.noRule(this.node.op)}</p>${this.#inputs()}<p class="number-result"><strong>${text.engine}: ${exactText(format, value)}</strong></p>`;
      case "formula":
        return html`${arithmetic.lines.map(
          ({
            formula,
            numbers,
            result,
          }) => html`<p class="formula"><code>${formula}</code> = <strong>${exactText(format, result)}</strong><br />
            <span class="muted">${numbers.map(({ name, value: known }, at) => html`${at > 0 ? ", " : nothing}<code>${name}</code> = ${exactText(format, known)}`)}</span></p>`,
        )}
          ${this.#sources(arithmetic.from)}${this.#verdict(arithmetic, value)}`;
      case "copy":
        return html`<p>${arithmetic.from ? text.copied(this.#name(arithmetic.from.input), this.#place(arithmetic.from.at)) : text.zeroPadded}</p>
          ${this.#sources(arithmetic.from ? [arithmetic.from] : [])}${this.#verdict(arithmetic, value)}`;
      case "sum":
      case "max":
        return this.#terms(arithmetic, value);
    }
  }

  #name(input: number): string {
    const name = this.node.inputs[input] ?? "";
    return name === IMAGE ? this.locale.panels.maps.image : name;
  }

  #place([channel = 0, row, column]: Unit): string {
    const text = this.locale.panels.maps;
    return row === undefined || column === undefined ? text.feature(channel) : `[${channel}, ${row}, ${column}]`;
  }

  #sources(from: readonly { input: number; at: Unit }[]): TemplateResult {
    const text = this.locale.panels.maps;
    return html`<p class="number-sources">${from.map(({ input, at }) => html`<button type="button" class="quiet" @click=${() => this.#go(input, at)}>${text.goTo(this.#name(input))}</button>`)}</p>`;
  }

  /** What goes in, where there is no rule to show. */
  #inputs(): TemplateResult {
    const {
      locale: { format },
      answer,
    } = this;
    const text = this.locale.panels.maps;
    return html`<h4>${text.goesIn}</h4><ul class="plain">${this.node.inputs.map((name, input) => {
      const maps = mapsOf(answer, name);
      return html`<li>${this.#name(input)} <span class="muted">${maps ? format.shape(maps.shape) : nothing}</span> <button type="button" class="link" @click=${() => this.#go(input, [0, 0, 0])}>${text.goTo(this.#name(input))}</button></li>`;
    })}</ul>`;
  }

  #verdict(arithmetic: Known, value: number): TemplateResult {
    const {
      locale: { format },
    } = this;
    const text = this.locale.panels.maps;
    const same = agrees(arithmetic, value);
    return html`<dl class="number-result">
      <div><dt>${text.recomputed}</dt><dd>${exactText(format, arithmetic.value)}</dd></div>
      <div><dt>${text.engine}</dt><dd>${exactText(format, value)} <span class=${same ? "right" : "wrong-answer"}>${same ? icons.check : icons.close}${same ? text.agrees : text.differs}</span></dd></div>
    </dl>`;
  }

  #terms(arithmetic: Terms, value: number): TemplateResult {
    const {
      locale,
      locale: { format },
      dark,
    } = this;
    const text = locale.panels.maps;
    const { terms, planes } = arithmetic;
    const at = Math.min(this.at, Math.max(0, terms.length - 1));
    const part = Math.max(
      0,
      planes.findLastIndex(({ first }) => first <= at),
    );
    const plane = planes[part];
    const term = terms[at];
    if (!plane || !term) return this.#verdict(arithmetic, value);
    const move = (to: number): void => {
      this.at = Math.min(terms.length - 1, Math.max(0, to));
    };
    const weighted = terms.some(({ weight }) => weight !== null);
    const squares = arithmetic.kind === "sum" && arithmetic.squares;
    const chosen = arithmetic.kind === "max" ? arithmetic.chosen : null;
    const here = (one: Term): string => (one.at ? this.#place(one.at) : text.padding);
    const cells = terms.slice(plane.first, Math.min(terms.length, plane.first + plane.rows * plane.columns));
    return html`
      <div class="number-parts" ?hidden=${planes.length < 2}>
        <button type="button" class="icon-button back" ?disabled=${part === 0} aria-label=${text.previousPart} @click=${() => move(planes[part - 1]?.first ?? 0)}>${icons.chevron}</button>
        <span>${text.part(part + 1, planes.length)}</span>
        <button type="button" class="icon-button on" ?disabled=${part === planes.length - 1} aria-label=${text.nextPart} @click=${() => move(planes[part + 1]?.first ?? at)}>${icons.chevron}</button>
      </div>
      <div class="number-grids">
        ${numberGrid({ caption: this.#caption(plane), columns: plane.columns, values: cells.map(({ x }) => x), places: cells.map(here), empty: cells.map((one) => one.at === null), at: at - plane.first, chosen: chosen === null ? null : chosen - plane.first, dark, format, point: (to) => move(plane.first + to), open: (to) => this.#open(cells[to]) })}
        ${
          weighted
            ? html`<span class="times" aria-hidden="true">${squares ? "−" : "×"}</span>
          ${numberGrid({ caption: squares ? text.codes : text.kernel, columns: plane.columns, values: cells.map(({ weight }) => weight ?? 0), places: [], empty: [], at: at - plane.first, chosen: null, dark, format, point: (to) => move(plane.first + to), open: () => undefined })}`
            : nothing
        }
      </div>
      ${this.#line(arithmetic, term, at, squares)}
      ${this.#player(terms.length, at, move)}
      ${arithmetic.kind === "sum" && planes.length > 1 ? this.#partSums(arithmetic, part, move) : nothing}
      ${arithmetic.kind === "sum" ? this.#total(arithmetic) : html`<p>${text.maximum}: <strong>${exactText(format, arithmetic.value)}</strong></p>`}
      ${this.#verdict(arithmetic, value)}
    `;
  }

  #caption({ input, channel, first, rows, columns }: Plane): string {
    const text = this.locale.panels.maps;
    const [, ...place] = mapsOf(this.answer, this.node.inputs[input] ?? "")?.shape ?? [];
    const last = Math.min(first + rows * columns, this.#count(input)) - 1;
    return place.length === 0 ? text.features(this.#name(input), first, Math.max(first, last)) : text.patch(this.#name(input), channel);
  }

  #count(input: number): number {
    return mapsOf(this.answer, this.node.inputs[input] ?? "")?.values.length ?? 0;
  }

  /** The term that is looked at, in words and numbers. */
  #line(arithmetic: Terms, { x, weight, product }: Term, at: number, squares: boolean): TemplateResult {
    const {
      locale: { format },
    } = this;
    const text = this.locale.panels.maps;
    const sum = runningSums(arithmetic.terms.slice(0, at + 1)).at(-1) ?? 0;
    const made =
      weight === null
        ? nothing
        : html`${squares ? html`(${exactText(format, x)} − ${exactText(format, weight)})²` : html`${exactText(format, x)} × ${exactText(format, weight)}`} = `;
    return html`<p class="number-line" aria-live=${this.playing ? "off" : "polite"}>${made}<strong>${exactText(format, product)}</strong>
      ${arithmetic.kind === "sum" ? html`<span class="muted">${text.running}:</span> <strong>${exactText(format, sum)}</strong>` : nothing}</p>`;
  }

  #player(count: number, at: number, move: (to: number) => void): TemplateResult {
    const text = this.locale.panels.maps;
    const step = (by: number) => () => {
      this.#play(false);
      move(at + by);
    };
    return html`<div class="number-player" role="group" aria-label=${text.steps}>
      <button type="button" class="quiet" ?disabled=${at === 0} @click=${step(-1)}>${text.stepBack}</button>
      ${this.#still.matches ? nothing : html`<button type="button" class="quiet" @click=${() => this.#play(!this.playing)}>${this.playing ? icons.pause : icons.play} ${this.playing ? text.pause : text.play}</button>`}
      <button type="button" class="quiet" ?disabled=${at >= count - 1} @click=${step(1)}>${text.stepOn}</button>
      <span class="muted">${text.term(at + 1, count)}</span>
    </div>`;
  }

  #play(on: boolean): void {
    clearInterval(this.#timer);
    this.playing = on;
    if (!on) return;
    const last = (): number => (this.#known && "terms" in this.#known.arithmetic ? this.#known.arithmetic.terms.length - 1 : 0);
    if (this.at >= last()) this.at = 0;
    this.#timer = setInterval(() => {
      if (this.at >= last()) this.#play(false);
      else this.at += 1;
    }, PLAY_MS);
  }

  #partSums({ terms, planes }: Extract<Arithmetic, { kind: "sum" }>, part: number, move: (to: number) => void): TemplateResult {
    const {
      locale: { format },
    } = this;
    const text = this.locale.panels.maps;
    return html`<details class="part-sums"><summary>${text.parts}</summary><ol class="plain">${planes.map((plane, at) => {
      const sum = terms.slice(plane.first, planes[at + 1]?.first ?? terms.length).reduce((all, { product }) => all + product, 0);
      return html`<li><button type="button" class="toggle" aria-pressed=${at === part ? "true" : "false"} @click=${() => move(plane.first)}>${this.#caption(plane)}: ${valueText(format, sum)}</button></li>`;
    })}</ol></details>`;
  }

  #total({ terms, bias, divisor }: Extract<Arithmetic, { kind: "sum" }>): TemplateResult {
    const {
      locale: { format },
    } = this;
    const text = this.locale.panels.maps;
    const sum = terms.reduce((all, { product }) => all + product, 0);
    return html`<p class="number-total">${text.sum} <strong>${exactText(format, sum)}</strong>
      ${divisor === 1 ? nothing : html`, ${text.divisor} <strong>${format.plain(divisor)}</strong>`}
      ${bias === null ? nothing : html` + ${text.bias} <strong>${exactText(format, bias)}</strong>`}</p>`;
  }

  #open(term: Term | undefined): void {
    if (term?.at) this.#go(term.input, term.at);
  }

  #go(index: number, at: Unit): void {
    const input = this.node.inputs[index];
    if (input !== undefined) this.dispatchEvent(new CustomEvent("number-source", { detail: { input, at } }));
  }
}
