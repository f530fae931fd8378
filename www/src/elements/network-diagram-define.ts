import { lazyStylesAndTexts } from "../lazy-styles.ts";
import "./choice-popup-define.ts";
import "./error-fixes-define.ts";
import { NetworkDiagramElement } from "./network-diagram.ts";

await lazyStylesAndTexts();
customElements.define("network-diagram", NetworkDiagramElement);

declare global {
  interface HTMLElementTagNameMap {
    "network-diagram": NetworkDiagramElement;
  }
}
