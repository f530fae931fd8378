import { FirstStepsElement } from "./first-steps.ts";

export default (): void => customElements.define("first-steps", FirstStepsElement);

declare global {
  interface HTMLElementTagNameMap {
    "first-steps": FirstStepsElement;
  }
}
