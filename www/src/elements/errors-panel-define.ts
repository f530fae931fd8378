import { lazyStylesAndTexts } from "../lazy-styles.ts";
import { ConfusionGridElement } from "./confusion-grid.ts";
import { ErrorsPanelElement } from "./errors-panel.ts";

await lazyStylesAndTexts();
customElements.define("confusion-grid", ConfusionGridElement);
customElements.define("errors-panel", ErrorsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "confusion-grid": ConfusionGridElement;
    "errors-panel": ErrorsPanelElement;
  }
}
