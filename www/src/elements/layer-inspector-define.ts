import { LayerInspectorElement } from "./layer-inspector.ts";
import "./operator-dialog-define.ts";

customElements.define("layer-inspector", LayerInspectorElement);

declare global {
  interface HTMLElementTagNameMap {
    "layer-inspector": LayerInspectorElement;
  }
}
