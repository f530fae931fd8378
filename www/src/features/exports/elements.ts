/** The dialog and all exporters, in one part that comes when the Share menu asks for it. */
import { ExportDialogElement } from "./export-dialog.ts";

export default (): void => customElements.define("export-dialog", ExportDialogElement);

declare global {
  interface HTMLElementTagNameMap {
    "export-dialog": ExportDialogElement;
  }
}
