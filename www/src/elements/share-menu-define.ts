import { ShareMenuElement } from "./share-menu.ts";

customElements.define("share-menu", ShareMenuElement);

declare global {
  interface HTMLElementTagNameMap {
    "share-menu": ShareMenuElement;
  }
}
