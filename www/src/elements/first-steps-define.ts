import { FirstStepsElement } from "./first-steps.ts";

customElements.define("first-steps", FirstStepsElement);

declare global {
  interface HTMLElementTagNameMap {
    "first-steps": FirstStepsElement;
  }
}
