import { ErrorFixesElement } from "./error-fixes.ts";

customElements.define("error-fixes", ErrorFixesElement);

declare global {
  interface HTMLElementTagNameMap {
    "error-fixes": ErrorFixesElement;
  }
}
