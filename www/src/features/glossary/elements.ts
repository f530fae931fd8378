import { GlossaryDialogElement } from "./glossary-dialog.ts";

export default (): void => customElements.define("glossary-dialog", GlossaryDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "glossary-dialog": GlossaryDialogElement;
  }
}
