import { later } from "../later.ts";
import { RunsPanelElement } from "./runs-panel.ts";

await later();
customElements.define("runs-panel", RunsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "runs-panel": RunsPanelElement;
  }
}
