import { ConfusionGridElement } from "./confusion-grid.ts";
import { ErrorsPanelElement } from "./errors-panel.ts";

export default (): void => {
  customElements.define("confusion-grid", ConfusionGridElement);
  customElements.define("errors-panel", ErrorsPanelElement);
};

declare global {
  interface HTMLElementTagNameMap {
    "confusion-grid": ConfusionGridElement;
    "errors-panel": ErrorsPanelElement;
  }
}
