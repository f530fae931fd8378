import { OutlineEditorElement } from "./outline-editor.ts";

export default (): void => customElements.define("outline-editor", OutlineEditorElement);

declare global {
  interface HTMLElementTagNameMap {
    "outline-editor": OutlineEditorElement;
  }
}
