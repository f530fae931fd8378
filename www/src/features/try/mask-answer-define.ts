import { MaskAnswerElement } from "./mask-answer.ts";

customElements.define("mask-answer", MaskAnswerElement);

declare global {
  interface HTMLElementTagNameMap {
    "mask-answer": MaskAnswerElement;
  }
}
