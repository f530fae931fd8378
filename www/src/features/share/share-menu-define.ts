import { lazyStylesAndTexts } from "../../ui/lazy-styles.ts";
import { ShareMenuElement } from "./share-menu.ts";

await lazyStylesAndTexts();
customElements.define("share-menu", ShareMenuElement);

declare global {
  interface HTMLElementTagNameMap {
    "share-menu": ShareMenuElement;
  }
}
