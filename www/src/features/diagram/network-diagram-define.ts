import { lazyStylesAndTexts } from "../../ui/lazy-styles.ts";
import "../../ui/choice-popup-define.ts";
import "../fixes/error-fixes-define.ts";
import { NetworkDiagramElement } from "./network-diagram.ts";

await lazyStylesAndTexts();
customElements.define("network-diagram", NetworkDiagramElement);

declare global {
  interface HTMLElementTagNameMap {
    "network-diagram": NetworkDiagramElement;
  }
}
