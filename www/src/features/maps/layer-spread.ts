import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { NodeDescription } from "../../engine/protocol.ts";
import { recall, remember } from "../../lib/storage.ts";
import { isAnother } from "../../model/on-show.ts";
import { runIdOf } from "../../model/state.ts";
import { IntentEvent } from "../../page/intent.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { NamedValues } from "./layer-histograms.ts";
import { mapsOf, wishFor } from "./look/wish.ts";

const MEMORY = "inspector.spread";

/** In the inspector: how what the layer answers and what it has learned are spread, now and while training. The Maps view asks for more of the same. */
export class LayerSpreadElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, node: { attribute: false }, open: { state: true } };

  /** The layer; null where there is none to look at. */
  declare node: NodeDescription | null;
  declare private open: boolean;

  /** The question under way, as text. */
  #told = "";
  #app: HTMLElement | null = null;

  constructor() {
    super();
    this.node = null;
    this.open = recall(MEMORY) !== "closed";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#app = this.closest("receptive-app");
    document.addEventListener("visibilitychange", this.#visible);
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#visible);
    // Events of this element reach nobody any more.
    if (this.#told) this.#app?.dispatchEvent(new IntentEvent({ type: "look", wish: null }));
    this.#told = "";
  }

  readonly #visible = (): void => this.requestUpdate();

  /** In the network that is compiled: one that is being edited has no values yet, and another one may have a layer of the same name. */
  get #there(): boolean {
    const { network } = this.state;
    return (
      this.node !== null &&
      !isAnother(this.state) &&
      (network?.description.nodes.some(({ name, head }) => name === this.node?.name && head === null) ?? false)
    );
  }

  protected override updated(): void {
    // While the maps are open they ask, and this shows what they were told.
    const { view, network } = this.state;
    if (view === "maps") return void (this.#told = "");
    const { node } = this;
    const wish = node && this.open && this.#there && !document.hidden ? wishFor(node, "layer", "activations", []) : null;
    const told = wish ? JSON.stringify([wish, network?.description.name, runIdOf(this.state)]) : "";
    if (told === this.#told) return;
    this.#told = told;
    queueMicrotask(() => this.isConnected && this.intend({ type: "look", wish }));
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.#there) return nothing;
    const toggled = (event: Event): void => {
      this.open = (event.target as HTMLDetailsElement).open;
      remember(MEMORY, this.open ? "open" : "closed");
    };
    const texts = this.locale.panels.inspector;
    const spread = this.#spread();
    return html`<details class="layer-spread" ?open=${this.open} @toggle=${toggled}>
      <summary><h3>${texts.spread}</h3></summary>
      ${spread.length > 0 ? html`<layer-histograms .locale=${this.locale} .of=${spread}></layer-histograms>` : html`<p class="muted">${texts.spreadWaiting}</p>`}
    </details>`;
  }

  #spread(): NamedValues[] {
    const { answer } = this.state.look;
    const name = this.node?.name ?? "";
    const maps = answer?.wish.what === "activations" ? mapsOf(answer, name) : null;
    const tensors = answer?.weights?.node === name ? answer.weights.tensors : [];
    const values = maps ? [{ name: this.locale.panels.maps.activations, values: maps.values }] : [];
    return [...values, ...tensors.filter(({ values: { length } }) => length > 1)];
  }
}
