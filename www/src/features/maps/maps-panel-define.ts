import { lazyStylesAndTexts } from "../../ui/lazy-styles.ts";
import "./layer-histograms-define.ts";
import { MapGridElement } from "./map-grid.ts";
import { MapsPanelElement } from "./maps-panel.ts";
import { NumberViewElement } from "./number-view.ts";
import { UnitViewElement } from "./unit-view.ts";

await lazyStylesAndTexts();
customElements.define("map-grid", MapGridElement);
customElements.define("unit-view", UnitViewElement);
customElements.define("number-view", NumberViewElement);
customElements.define("maps-panel", MapsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "map-grid": MapGridElement;
    "unit-view": UnitViewElement;
    "number-view": NumberViewElement;
    "maps-panel": MapsPanelElement;
  }
}
