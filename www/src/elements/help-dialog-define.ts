import { HelpDialogElement } from "./help-dialog.ts";

customElements.define("help-dialog", HelpDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "help-dialog": HelpDialogElement;
  }
}
