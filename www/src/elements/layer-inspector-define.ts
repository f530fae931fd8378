import { later } from "../later.ts";
import { LayerInspectorElement } from "./layer-inspector.ts";
import "./layer-spread-define.ts";
import "./operator-dialog-define.ts";

await later();
customElements.define("layer-inspector", LayerInspectorElement);

declare global {
  interface HTMLElementTagNameMap {
    "layer-inspector": LayerInspectorElement;
  }
}
