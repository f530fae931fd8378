import { later } from "../later.ts";
import { TrueSizeDialogElement } from "./true-size-dialog.ts";

await later();
customElements.define("true-size-dialog", TrueSizeDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "true-size-dialog": TrueSizeDialogElement;
  }
}
