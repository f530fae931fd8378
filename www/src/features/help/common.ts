import { HelpDialogElement } from "./help-dialog.ts";

export default (): void => customElements.define("help-dialog", HelpDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "help-dialog": HelpDialogElement;
  }
}
