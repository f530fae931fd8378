import { later } from "../later.ts";
import { ConfusionGridElement } from "./confusion-grid.ts";
import { ErrorsPanelElement } from "./errors-panel.ts";

await later();
customElements.define("confusion-grid", ConfusionGridElement);
customElements.define("errors-panel", ErrorsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "confusion-grid": ConfusionGridElement;
    "errors-panel": ErrorsPanelElement;
  }
}
