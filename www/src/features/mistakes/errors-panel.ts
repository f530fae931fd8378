import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { Predictions } from "../../engine/protocol.ts";
import { errorText } from "../../i18n/locale.ts";
import { classNames, imageSize } from "../../model/images.ts";
import { inkImage } from "../../model/mask.ts";
import { CLASSES, cellImages, confusionOf, NO_CLASS, scoresOf, withoutClass, worstOf } from "../../model/mistakes.ts";
import { resultsOf } from "../../model/on-show.ts";
import { evaluationOf, isTrained, runIdOf, saysPixels, testImagesOf } from "../../model/state.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { term } from "../../ui/term.ts";
import type { Cell } from "./confusion-grid.ts";

/** Images of a cell that are shown at first, and more at a time. */
const PAGE = 60;
const WORST = 20;

/** What the network gets wrong: which digits it takes for which, and on which images. */
export class ErrorsPanelElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    cell: { state: true },
    shown: { state: true },
    shares: { state: true },
  };

  declare private cell: Cell | null;
  declare private shown: number;
  declare private shares: boolean;

  /** What was asked for, so that it is asked once. */
  #asked = "";

  constructor() {
    super();
    this.cell = null;
    this.shown = PAGE;
    this.shares = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#asked = "";
  }

  protected override render(): TemplateResult {
    const {
      state,
      state: { mistakes },
    } = this;
    const text = this.locale.panels.mistakes;
    if (resultsOf(state).of === "none") return html`<div class="look-waiting"></div>`;
    if (saysPixels(state)) return this.#pixels();
    const { predictions, asking, error } = mistakes;
    const stale = predictions !== null && (state.run.metrics?.step ?? 0) > predictions.step;
    return html`
      <div class="mistakes-head">
        <p role="status" class=${stale ? "old" : ""}>${asking && !predictions ? text.asking : predictions ? text.summary(wrongIn(predictions), predictions.labels.length, predictions.step) : text.waiting}</p>
        ${!isTrained(state) ? html`<span class="badge">${text.random}</span>` : nothing}
        <button type="button" class="quiet" ?disabled=${asking || state.network === null} @click=${() => this.intend({ type: "find_mistakes" })}>${text.ask(stale ? (state.run.metrics?.step ?? null) : null)}</button>
      </div>
      ${error ? html`<p class="look-error" role="alert">${icons.warning} ${text.failed} ${errorText(this.locale, error)}</p>` : nothing}
      ${predictions ? this.#mistakes(predictions) : html`<div class="look-waiting"></div>`}
    `;
  }

  #mistakes(predictions: Predictions): TemplateResult {
    const text = this.locale.panels.mistakes;
    const none = withoutClass(predictions);
    const names = classNames(this.state);
    return html`
      ${none > 0 ? html`<p class="look-error" role="alert">${icons.warning} ${text.noClass(none)}</p>` : nothing}
      <div class="mistakes">
        <section aria-label=${text.matrix}>${this.#matrix(confusionOf(predictions, names.length), names, true)}</section>
        <section aria-label=${text.classes}>${this.#classes(predictions)}</section>
      </div>
      <section class="cell-images" aria-live="polite">${this.#cellImages(predictions)}</section>
      <section aria-label=${text.worst}><h3>${text.worst}</h3><p class="muted second">${text.worstHint}</p>${this.#images(predictions, worstOf(predictions, WORST), text.noneWrong)}</section>
    `;
  }

  #matrix(counts: readonly (readonly number[])[], names: readonly string[], opens: boolean): TemplateResult {
    const text = this.locale.panels.mistakes;
    return html`<div class="matrix-head"><h3>${term("confusion", text.matrix)}</h3>
        <div class="choices" role="group" aria-label=${text.show}>${(["counts", "shares"] as const).map((one) => html`<button type="button" class="toggle" aria-pressed=${this.shares === (one === "shares") ? "true" : "false"} @click=${() => (this.shares = one === "shares")}>${text.shows[one]}</button>`)}</div></div>
      ${opens ? html`<p class="muted second">${text.matrixHint}</p>` : nothing}
      <confusion-grid .locale=${this.locale} .counts=${counts} .names=${names} .chosen=${this.cell} .shares=${this.shares} .opens=${opens}
        @cell-choose=${({ detail }: CustomEvent<Cell>) => {
          this.cell = detail;
          this.shown = PAGE;
        }}></confusion-grid>`;
  }

  #classes(predictions: Predictions): TemplateResult {
    const {
      locale: { format },
    } = this;
    const text = this.locale.panels.mistakes;
    const names = classNames(this.state);
    return html`<h3>${text.classes}</h3>
      <table class="scores"><thead><tr><th scope="col">${text.label}</th><td></td><th scope="col">${text.top1}</th><th scope="col">${text.top2}</th></tr></thead>
      <tbody>${scoresOf(predictions, names.length).map(
        ({ label, top1, top2 }) => html`<tr><th scope="row">${names[label]}</th>
        <td class="track-cell" aria-hidden="true"><span class="track"><span class="two" .style="--share: ${top2}"></span><span class="one" .style="--share: ${top1}"></span></span></td>
        <td>${format.coarsePercent(top1)}</td><td class="muted">${format.coarsePercent(top2)}</td></tr>`,
      )}</tbody></table>`;
  }

  #cellImages(predictions: Predictions): TemplateResult {
    const { cell } = this;
    const text = this.locale.panels.mistakes;
    if (!cell) return html`<p class="muted">${text.choose}</p>`;
    const all = cellImages(predictions, cell.label, cell.said);
    const left = all.length - this.shown;
    const named = (label: number): string => classNames(this.state)[label] ?? String(label);
    return html`<h3>${text.images(named(cell.label), named(cell.said), all.length)}</h3>
      ${all.length > 0 ? html`<p class="muted second">${text.open}</p>` : nothing}
      ${this.#images(predictions, all.slice(0, this.shown), text.none)}
      ${left > 0 ? html`<button type="button" class="quiet" @click=${() => (this.shown += PAGE)}>${text.more(left)}</button>` : nothing}`;
  }

  #images({ labels, first, probabilities, losses }: Predictions, indices: readonly number[], none: string): TemplateResult {
    const text = this.locale.panels.mistakes;
    if (indices.length === 0) return html`<p class="muted">${none}</p>`;
    const names = classNames(this.state);
    const [height, width] = imageSize(this.state);
    return html`<ul class="digits">${indices.map((index) => {
      const [of = 0, said = 0, probability = 0] = [labels[index], first[index], probabilities[index]];
      const label = names[of] ?? String(of);
      const named = said === NO_CLASS ? "NaN" : (names[said] ?? String(said));
      const name = said === NO_CLASS ? text.imageWithoutClass(index, label) : text.image(index, label, named, probability);
      return html`<li><button type="button" title=${name} @click=${() => this.#open(index)}>
        <span class="preview-frame"><canvas class="preview" width=${width} height=${height} data-index=${index}></canvas></span>
        <span class="visually-hidden">${name}</span>
        <span aria-hidden="true">${text.caption(label, named)}</span><span class="muted second" aria-hidden="true">${said === NO_CLASS ? nothing : text.sure(probability, Math.exp(-(losses[index] ?? 0)), losses[index] ?? 0)}</span></button></li>`;
    })}</ul>`;
  }

  #open(index: number): void {
    this.intend({ type: "show_sample", index });
    this.intend({ type: "show_view", view: "maps" });
  }

  /** Of networks that say a class of every pixel: what their evaluation counted. */
  #pixels(): TemplateResult {
    const evaluation = evaluationOf(this.state);
    const text = this.locale.panels.mistakes;
    const names = [text.background, ...Array.from({ length: CLASSES }, (_, digit) => String(digit))];
    return html`<p>${text.pixels}</p>
      ${
        evaluation?.confusion
          ? html`<p class="muted">${text.pixelSummary(evaluation.step)}</p>${this.#matrix(evaluation.confusion, names.slice(0, evaluation.confusion.length), false)}`
          : html`<p class="muted">${text.pixelsWaiting}</p>`
      }`;
  }

  protected override updated(): void {
    const {
      state,
      state: {
        mistakes: { predictions, samples, error },
      },
    } = this;
    if (saysPixels(state)) return;
    if (!predictions) {
      const wish = `${runIdOf(state)} ${testImagesOf(state) > 0}`;
      if (state.network && testImagesOf(state) > 0 && !error && this.#asked !== wish)
        this.#later(wish, () => this.intend({ type: "find_mistakes" }));
      return;
    }
    const [height, width] = imageSize(state);
    const canvases = [...this.querySelectorAll<HTMLCanvasElement>("canvas[data-index]")];
    const missing: number[] = [];
    for (const canvas of canvases) {
      const index = Number(canvas.dataset.index);
      const sample = samples.get(index);
      if (sample?.pixels.length === height * width)
        canvas.getContext("2d")?.putImageData(new ImageData(inkImage(sample.pixels), width, height), 0, 0);
      else if (!sample) missing.push(index);
    }
    const wish = `${runIdOf(state)} ${canvases.map((canvas) => canvas.dataset.index).join(" ")}`;
    if (missing.length > 0 && this.#asked !== wish) this.#later(wish, () => this.intend({ type: "fetch_samples", indices: missing }));
  }

  /** The state changes by it, and this is still an update. */
  #later(wish: string, intend: () => void): void {
    this.#asked = wish;
    queueMicrotask(() => this.isConnected && intend());
  }
}

function wrongIn({ labels, first }: Predictions): number {
  let wrong = 0;
  for (let at = 0; at < labels.length; at++) if (labels[at] !== first[at]) wrong++;
  return wrong;
}
