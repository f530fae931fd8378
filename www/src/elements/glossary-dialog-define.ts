import { GlossaryDialogElement } from "./glossary-dialog.ts";

customElements.define("glossary-dialog", GlossaryDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "glossary-dialog": GlossaryDialogElement;
  }
}
