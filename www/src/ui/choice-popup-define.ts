import { ChoicePopupElement } from "./choice-popup.ts";

customElements.define("choice-popup", ChoicePopupElement);

declare global {
  interface HTMLElementTagNameMap {
    "choice-popup": ChoicePopupElement;
  }
}
