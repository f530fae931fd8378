import { DigitPadElement } from "./digit-pad.ts";

customElements.define("digit-pad", DigitPadElement);

declare global {
  interface HTMLElementTagNameMap {
    "digit-pad": DigitPadElement;
  }
}
