import { OperatorDialogElement } from "./operator-dialog.ts";

customElements.define("operator-dialog", OperatorDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "operator-dialog": OperatorDialogElement;
  }
}
