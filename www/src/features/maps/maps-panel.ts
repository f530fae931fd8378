import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { NodeMaps } from "../../engine/protocol.ts";
import { errorText } from "../../i18n/locale.ts";
import { classNames } from "../../model/images.ts";
import { resultsOf } from "../../model/on-show.ts";
import { isTrained, runIdOf } from "../../model/state.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { term } from "../../ui/term.ts";
import type { NamedValues } from "./layer-histograms.ts";
import { colourOf, css, extentOf } from "./look/colours.ts";
import type { Inputs } from "./look/filters.ts";
import type { Looking, Tab } from "./look/looking.ts";
import { AS_FIRST, TABS } from "./look/looking.ts";
import type { ScaleChoice } from "./look/scales.ts";
import { SCALES } from "./look/scales.ts";
import type { Range, Stack } from "./look/stack.ts";
import { extents, mapRange, rangeOf, stackOf } from "./look/stack.ts";
import { valueText } from "./look/text.ts";
import type { Depth, Shown } from "./look/wish.ts";
import { clamped, DEPTHS, IMAGE, mapsOf, middle, shownOf, unitOf, wishFor } from "./look/wish.ts";
import type { MapPoint } from "./map-grid.ts";
import type { LookWish } from "./probe-client.ts";
import { weightsView } from "./weights-view.ts";

/** What each tab shows, by the glossary's name. */
const WHAT = { activations: "map", gradients: "gradient", weights: "filter" } as const;

/** Looks inside the network: all maps of a layer, one of them with what it sees, one number with how it comes to be. */
export class MapsPanelElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    looking: { state: true },
    inputs: { state: true },
    image: { state: true },
    picked: { state: true },
    dark: { state: true },
  };

  declare private looking: Looking;
  declare private inputs: Inputs;
  /** The image is shown, and no layer. */
  declare private image: boolean;
  /** The node that was chosen here, where the maps are of another network than the tree's. */
  declare private picked: string | null;
  declare private dark: boolean;

  readonly #system = matchMedia("(prefers-color-scheme: dark)");
  /** As text, so that the same wish is told once. */
  #told = "";
  #selected: unknown = null;
  #seen: Looking | null = null;

  constructor() {
    super();
    this.looking = AS_FIRST;
    this.inputs = "all";
    this.image = false;
    this.picked = null;
    this.dark = false;
  }

  get #tab(): Tab {
    return this.looking.tab;
  }

  get #scale(): ScaleChoice {
    return this.looking.scale;
  }

  get #depth(): Depth {
    return this.looking.depth;
  }

  get #unit(): readonly number[] {
    return this.looking.unit;
  }

  /** At once here, so that the next key goes on from it, and in the page's state. */
  #lookAt(looking: Partial<Looking>): void {
    this.looking = { ...this.looking, ...looking };
    this.intend({ type: "look_at", looking });
  }

  readonly #themed = (): void => this.requestUpdate();

  /** Whoever comes back to the page sees what is there now. */
  readonly #visible = (): void => {
    this.#told = "";
    if (document.hidden) this.intend({ type: "look", wish: null });
    else this.requestUpdate();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.#told = "";
    this.#system.addEventListener("change", this.#themed);
    document.addEventListener("visibilitychange", this.#visible);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#system.removeEventListener("change", this.#themed);
    document.removeEventListener("visibilitychange", this.#visible);
  }

  protected override willUpdate(): void {
    const {
      selection,
      looking,
      preferences: { theme },
    } = this.state;
    // The state comes a moment later than what was done here.
    if (looking !== this.#seen) this.looking = this.#seen = looking;
    this.dark = theme === "dark" || (theme === "auto" && this.#system.matches);
    if (selection === this.#selected) return;
    this.#selected = selection;
    if (this.#standing !== "other") this.picked = null;
    if (selection && selection.node !== IMAGE) this.image = false;
  }

  /** Whether the tree's selection is one here: in another network a layer of the same name, or at the same place, is another layer. An edit keeps names. */
  get #standing(): "same" | "edited" | "other" {
    const results = resultsOf(this.state);
    return results.of !== "another" ? "same" : results.owner.edited ? "edited" : "other";
  }

  /** What can be shown, and which of it is. */
  #shown(): { all: Shown[]; at: number; node: Shown } | null {
    const { network, selection } = this.state;
    if (!network) return null;
    const all = shownOf(network.description, network.spec.input);
    const standing = this.#standing;
    const wanted = standing === "same" ? selection?.node : (this.picked ?? (standing === "edited" ? selection?.node : null));
    const named = all.findIndex(({ name }) => name === wanted);
    const pathed = standing === "same" ? all.findIndex(({ path }) => path !== "" && path === selection?.path) : -1;
    const at = this.image ? 0 : named > 0 ? named : pathed > 0 ? pathed : Math.min(1, all.length - 1);
    const node = all[at];
    return node ? { all, at, node } : null;
  }

  protected override updated(): void {
    const shown = this.#shown();
    if (!shown || document.hidden) return;
    const wish = wishFor(
      shown.node,
      this.#depth,
      this.#what,
      unitOf(shown.node.output_shape, clamped(shown.node.output_shape, this.#unit)),
    );
    const told = JSON.stringify([wish, this.state.network?.description.name, runIdOf(this.state)]);
    if (told === this.#told) return;
    this.#told = told;
    // The state changes by it, and this is still an update.
    queueMicrotask(() => this.isConnected && this.intend({ type: "look", wish }));
  }

  get #what(): LookWish["what"] {
    return this.#tab === "gradients" ? "gradients" : "activations";
  }

  protected override render(): TemplateResult {
    const text = this.locale.panels.maps;
    const shown = this.#shown();
    if (!shown) return html`<p class="muted">${text.waiting}</p>`;
    if (resultsOf(this.state).of === "none") return html`<div class="look-waiting"></div>`;
    const { answer, error } = this.state.look;
    const { node } = shown;
    const current = answer && answer.wish.what === (this.#depth === "number" ? "activations" : this.#what) ? answer : null;
    const maps = mapsOf(current, node.name);
    const named = (label: number): string => classNames(this.state)[label] ?? String(label);
    return html`
      ${this.#head(shown)}
      ${this.#tools(maps)}
      ${error ? html`<p class="look-error" role="alert">${icons.warning} ${text.failed} ${errorText(this.locale, error)}</p>` : nothing}
      <p class="muted second looked-at">${current ? `${current.digit.index === null ? text.lookedAtDrawing : text.lookedAt(current.digit.index, named(current.digit.label))}, ${text.atStep(current.maps.step)}.` : nothing}
        ${current && this.#tab === "gradients" && this.#depth !== "number" ? text.gradientOf(named(current.digit.label)) : nothing}</p>
      <div class="look-body">${this.#depth === "layer" ? this.#layer(node, maps) : this.#deeper(node, maps)}</div>
      ${this.#depth === "layer" ? html`<layer-histograms .locale=${this.locale} .of=${this.#spread(node, maps)}></layer-histograms>` : nothing}
    `;
  }

  #head({ all, at, node }: { all: Shown[]; at: number; node: Shown }): TemplateResult {
    const { locale, state } = this;
    const text = locale.panels.maps;
    const step = (by: number): void => {
      const next = all[at + by];
      if (next) this.#show(next);
    };
    return html`<div class="look-head">
      <button type="button" class="icon-button back" ?disabled=${at === 0} aria-label=${text.previous} title=${text.previous} @click=${() => step(-1)}>${icons.chevron}</button>
      <label><span class="visually-hidden">${text.node}</span>
        <select class="look-node" @change=${(event: Event) => {
          const chosen = all[(event.target as HTMLSelectElement).selectedIndex];
          if (chosen) this.#show(chosen);
        }}>${all.map((one, index) => html`<option .selected=${index === at}>${one.name === IMAGE ? text.image : one.name}</option>`)}</select></label>
      <button type="button" class="icon-button on" ?disabled=${at === all.length - 1} aria-label=${text.next} title=${text.next} @click=${() => step(1)}>${icons.chevron}</button>
      <span class="muted">${node.op === IMAGE ? nothing : html`<code>${node.op}</code>`} ${locale.format.shape(node.output_shape)}</span>
      <span class="second">${term(WHAT[this.#tab], text.whatIs[this.#tab])}</span>
      ${!isTrained(state) ? html`<span class="badge" title=${text.randomLong}>${text.random}</span>` : nothing}
    </div>`;
  }

  /** Another node, at the same depth. */
  #show(node: Shown, unit: readonly number[] | null = null): void {
    this.image = node.name === IMAGE;
    this.inputs = "all";
    this.#lookAt({ unit: unit ?? clamped(node.output_shape, this.#unit) });
    if (this.#standing !== "same") this.picked = node.name;
    else if (!this.image) this.intend({ type: "select", selection: { path: node.path, node: node.name } });
  }

  #tools(maps: NodeMaps | null): TemplateResult {
    const text = this.locale.panels.maps;
    const choices = <T extends string>(
      label: string,
      all: readonly T[],
      names: { readonly [K in T]: string },
      chosen: T,
      choose: (one: T) => void,
    ): TemplateResult =>
      html`<div class="choices" role="group" aria-label=${label}>${all.map((one) => html`<button type="button" class="toggle" aria-pressed=${one === chosen ? "true" : "false"} @click=${() => choose(one)}>${names[one]}</button>`)}</div>`;
    const depths = { layer: text.layer, unit: text.unit, number: text.number };
    return html`<div class="look-tools">
      ${choices(text.depths, DEPTHS, depths, this.#depth, (depth) => this.#go(depth))}
      ${this.#depth === "number" ? nothing : choices(text.tabList, this.#depth === "layer" ? TABS : TABS.slice(0, 2), text.tabs, this.#tab, (tab) => this.#lookAt({ tab }))}
      ${this.#tab === "weights" ? nothing : html`<div class="look-scale"><span class="muted second">${text.scale}</span>${choices(text.scale, SCALES, text.scales, this.#scale, (scale) => this.#lookAt({ scale }))}</div>`}
      ${this.#legend(maps && this.#tab !== "weights" ? stackOf(maps) : null)}
    </div>`;
  }

  #go(depth: Depth, unit: readonly number[] | null = null): void {
    const unset = this.#depth === "layer" && this.#unit.every((at) => at === 0);
    this.#lookAt({
      depth,
      unit: unit ?? (unset ? middle(this.#shown()?.node.output_shape ?? []) : this.#unit),
      ...(depth !== "layer" && this.#tab === "weights" && { tab: "activations" }),
    });
  }

  /** The network's own range, where the answer is the one shown. */
  get #network(): Range | null {
    return this.state.look.answer?.maps.range ?? null;
  }

  #legend(stack: Stack | null): TemplateResult {
    const {
      locale: { format },
      dark,
    } = this;
    const scale = this.#scale;
    const text = this.locale.panels.maps;
    const range = stack ? (scale === "global" && this.#network) || rangeOf(stack.values) : null;
    // Features are compared with each other.
    const own = scale === "local" && (stack === null || stack.rows * stack.columns > 1);
    const end = range && !own ? valueText(format, extentOf(range)) : null;
    const stops = [-1, -0.5, 0, 0.5, 1].map((share) => css(colourOf(share, dark))).join(", ");
    return html`<p class="look-legend" role="group" aria-label=${text.legend}>
      <span>−${end ?? nothing}</span><span class="ramp" .style="background: linear-gradient(to right, ${stops})" aria-hidden="true"></span><span>+${end ?? nothing}</span>
      <span class="muted second">${end !== null ? nothing : this.#tab === "weights" ? text.eachTensor : text.eachOwn} ${range && !own ? text.from(valueText(format, range[0]), valueText(format, range[1])) : nothing}</span>
    </p>`;
  }

  #layer(node: Shown, maps: NodeMaps | null): TemplateResult {
    const {
      locale,
      locale: { format },
      state: {
        look: { answer },
      },
      dark,
    } = this;
    const text = locale.panels.maps;
    if (this.#tab === "weights") {
      const tensors = answer?.weights?.node === node.name ? answer.weights.tensors : null;
      return weightsView({
        locale,
        dark,
        node: node.name,
        tensors: node.name === IMAGE ? [] : tensors,
        inputs: this.inputs,
        choose: (inputs) => (this.inputs = inputs),
      });
    }
    if (!maps) return html`<div class="look-waiting"></div>`;
    const stack = stackOf(maps);
    const point = stack.rows * stack.columns === 1;
    const describe = ({ map }: MapPoint): string => {
      const [least, largest] = mapRange(stack, map);
      return point
        ? text.featurePoint(map, valueText(format, least))
        : text.mapPoint(map, valueText(format, least), valueText(format, largest));
    };
    return html`<map-grid .stack=${stack} .strongest=${extents(stack, this.#scale, this.#network)} .describe=${describe} .dark=${dark}
      .label=${text.gridLabel(node.name, stack.count, `${stack.rows}×${stack.columns}`)} .keys=${text.gridKeys}
      @map-choose=${({ detail: { map, row, column } }: CustomEvent<MapPoint>) => {
        this.#go("unit", [map, row, column]);
        void this.updateComplete.then(() => this.querySelector<HTMLElement>("unit-view canvas.look-maps")?.focus());
      }}></map-grid>`;
  }

  #deeper(node: Shown, maps: NodeMaps | null): TemplateResult {
    const { locale, state, dark } = this;
    const unit = clamped(node.output_shape, this.#unit);
    const strongest = maps ? (extents(stackOf(maps), this.#scale, this.#network)[unit[0] ?? 0] ?? 1) : 1;
    return html`
      <unit-view .locale=${locale} .node=${node} .maps=${maps} .answer=${state.look.answer} .unit=${unit} .strongest=${strongest} .dark=${dark}
        @unit-change=${({ detail }: CustomEvent<number[]>) => this.#lookAt({ unit: detail })}
        @unit-number=${() => this.#go("number")} @unit-close=${() => this.#close()}></unit-view>
      ${
        this.#depth === "number"
          ? html`<number-view .locale=${locale} .node=${node} .spec=${state.network?.spec} .answer=${state.look.answer} .unit=${unit} .dark=${dark}
            @number-source=${({ detail: { input, at } }: CustomEvent<{ input: string; at: readonly number[] }>) => this.#follow(input, at)}></number-view>`
          : nothing
      }
    `;
  }

  #close(): void {
    this.#lookAt({ depth: "layer" });
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("map-grid canvas.look-maps")?.focus());
  }

  /** To where a value comes from. */
  #follow(input: string, at: readonly number[]): void {
    const node = this.#shown()?.all.find(({ name }) => name === input);
    if (node) this.#show(node, clamped(node.output_shape, at));
  }

  #spread(node: Shown, maps: NodeMaps | null): NamedValues[] {
    const { answer } = this.state.look;
    const text = this.locale.panels.maps;
    const tensors = answer?.weights?.node === node.name ? answer.weights.tensors : [];
    const values = maps ? [{ name: this.#tab === "gradients" ? text.gradients : text.activations, values: maps.values }] : [];
    return [...values, ...tensors.filter(({ values: { length } }) => length > 1)];
  }
}
