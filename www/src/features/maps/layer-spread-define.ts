import "./layer-histograms-define.ts";
import { LayerSpreadElement } from "./layer-spread.ts";

customElements.define("layer-spread", LayerSpreadElement);

declare global {
  interface HTMLElementTagNameMap {
    "layer-spread": LayerSpreadElement;
  }
}
