import { lazyStylesAndTexts } from "../../ui/lazy-styles.ts";
import { TrueSizeDialogElement } from "./true-size-dialog.ts";

await lazyStylesAndTexts();
customElements.define("true-size-dialog", TrueSizeDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "true-size-dialog": TrueSizeDialogElement;
  }
}
