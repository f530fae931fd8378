import { ImportReportElement } from "./import-report.ts";

export default (): void => customElements.define("import-report", ImportReportElement);

declare global {
  interface HTMLElementTagNameMap {
    "import-report": ImportReportElement;
  }
}
