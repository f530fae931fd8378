import { TrueSizeDialogElement } from "./true-size-dialog.ts";

export default (): void => customElements.define("true-size-dialog", TrueSizeDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "true-size-dialog": TrueSizeDialogElement;
  }
}
