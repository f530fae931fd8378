import { LayerHistogramsElement } from "./layer-histograms.ts";

customElements.define("layer-histograms", LayerHistogramsElement);

declare global {
  interface HTMLElementTagNameMap {
    "layer-histograms": LayerHistogramsElement;
  }
}
