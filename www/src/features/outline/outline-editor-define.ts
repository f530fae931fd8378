import { OutlineEditorElement } from "./outline-editor.ts";

customElements.define("outline-editor", OutlineEditorElement);

declare global {
  interface HTMLElementTagNameMap {
    "outline-editor": OutlineEditorElement;
  }
}
