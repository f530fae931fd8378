import { lazyStylesAndTexts } from "../lazy-styles.ts";
import { HelpDialogElement } from "./help-dialog.ts";

await lazyStylesAndTexts();
customElements.define("help-dialog", HelpDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "help-dialog": HelpDialogElement;
  }
}
