import { ErrorFixesElement } from "./error-fixes.ts";

export default (): void => customElements.define("error-fixes", ErrorFixesElement);

declare global {
  interface HTMLElementTagNameMap {
    "error-fixes": ErrorFixesElement;
  }
}
