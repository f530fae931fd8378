import { TrueSizeDialogElement } from "./true-size-dialog.ts";

customElements.define("true-size-dialog", TrueSizeDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "true-size-dialog": TrueSizeDialogElement;
  }
}
