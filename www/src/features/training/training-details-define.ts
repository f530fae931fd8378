import { TrainingDetailsElement } from "./training-details.ts";

customElements.define("training-details", TrainingDetailsElement);

declare global {
  interface HTMLElementTagNameMap {
    "training-details": TrainingDetailsElement;
  }
}
