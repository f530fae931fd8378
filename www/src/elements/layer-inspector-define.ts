import { LayerInspectorElement } from "./layer-inspector.ts";

customElements.define("layer-inspector", LayerInspectorElement);

declare global {
  interface HTMLElementTagNameMap {
    "layer-inspector": LayerInspectorElement;
  }
}
