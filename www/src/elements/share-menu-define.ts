import { later } from "../later.ts";
import { ShareMenuElement } from "./share-menu.ts";

await later();
customElements.define("share-menu", ShareMenuElement);

declare global {
  interface HTMLElementTagNameMap {
    "share-menu": ShareMenuElement;
  }
}
