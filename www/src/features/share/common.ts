import { ShareMenuElement } from "./share-menu.ts";

export default (): void => customElements.define("share-menu", ShareMenuElement);

declare global {
  interface HTMLElementTagNameMap {
    "share-menu": ShareMenuElement;
  }
}
