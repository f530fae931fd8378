import { later } from "../later.ts";
import { HelpDialogElement } from "./help-dialog.ts";

await later();
customElements.define("help-dialog", HelpDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "help-dialog": HelpDialogElement;
  }
}
