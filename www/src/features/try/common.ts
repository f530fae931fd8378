import { MaskAnswerElement } from "./mask-answer.ts";

export default (): void => customElements.define("mask-answer", MaskAnswerElement);

declare global {
  interface HTMLElementTagNameMap {
    "mask-answer": MaskAnswerElement;
  }
}
