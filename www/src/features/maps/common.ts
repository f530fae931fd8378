import { LayerHistogramsElement } from "./layer-histograms.ts";
import { LayerSpreadElement } from "./layer-spread.ts";
import { MapGridElement } from "./map-grid.ts";
import { MapsPanelElement } from "./maps-panel.ts";
import { NumberViewElement } from "./number-view.ts";
import { UnitViewElement } from "./unit-view.ts";

export default (): void => {
  customElements.define("layer-histograms", LayerHistogramsElement);
  customElements.define("layer-spread", LayerSpreadElement);
  customElements.define("map-grid", MapGridElement);
  customElements.define("unit-view", UnitViewElement);
  customElements.define("number-view", NumberViewElement);
  customElements.define("maps-panel", MapsPanelElement);
};

declare global {
  interface HTMLElementTagNameMap {
    "layer-histograms": LayerHistogramsElement;
    "layer-spread": LayerSpreadElement;
    "map-grid": MapGridElement;
    "unit-view": UnitViewElement;
    "number-view": NumberViewElement;
    "maps-panel": MapsPanelElement;
  }
}
