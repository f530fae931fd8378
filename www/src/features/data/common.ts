import { DataDialogElement } from "./data-dialog.ts";

export default (): void => customElements.define("data-dialog", DataDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "data-dialog": DataDialogElement;
  }
}
