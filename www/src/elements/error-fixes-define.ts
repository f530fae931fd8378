import { later } from "../later.ts";
import { ErrorFixesElement } from "./error-fixes.ts";

await later();
customElements.define("error-fixes", ErrorFixesElement);

declare global {
  interface HTMLElementTagNameMap {
    "error-fixes": ErrorFixesElement;
  }
}
