import { ShareDialogElement } from "./share-dialog.ts";

export default (): void => customElements.define("share-dialog", ShareDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "share-dialog": ShareDialogElement;
  }
}
