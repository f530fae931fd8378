import { lazyStylesAndTexts } from "../../ui/lazy-styles.ts";
import { LayerInspectorElement } from "./layer-inspector.ts";
import "../maps/layer-spread-define.ts";
import "./operator-dialog-define.ts";

await lazyStylesAndTexts();
customElements.define("layer-inspector", LayerInspectorElement);

declare global {
  interface HTMLElementTagNameMap {
    "layer-inspector": LayerInspectorElement;
  }
}
