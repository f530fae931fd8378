import { ErrorsPanelElement } from "./errors-panel.ts";

customElements.define("errors-panel", ErrorsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "errors-panel": ErrorsPanelElement;
  }
}
