import { lazyStylesAndTexts } from "../../ui/lazy-styles.ts";
import { ErrorFixesElement } from "./error-fixes.ts";

await lazyStylesAndTexts();
customElements.define("error-fixes", ErrorFixesElement);

declare global {
  interface HTMLElementTagNameMap {
    "error-fixes": ErrorFixesElement;
  }
}
