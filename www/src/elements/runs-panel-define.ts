import { RunsPanelElement } from "./runs-panel.ts";

customElements.define("runs-panel", RunsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "runs-panel": RunsPanelElement;
  }
}
