import { lazyStylesAndTexts } from "../../ui/lazy-styles.ts";
import { RunsPanelElement } from "./runs-panel.ts";

await lazyStylesAndTexts();
customElements.define("runs-panel", RunsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "runs-panel": RunsPanelElement;
  }
}
