import { RunsPanelElement } from "./runs-panel.ts";

export default (): void => customElements.define("runs-panel", RunsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "runs-panel": RunsPanelElement;
  }
}
