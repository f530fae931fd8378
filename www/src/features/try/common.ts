import { DigitPadElement } from "./digit-pad.ts";
import { MaskAnswerElement } from "./mask-answer.ts";
import { TryPanelElement } from "./try-panel.ts";

export default (): void => {
  customElements.define("try-panel", TryPanelElement);
  customElements.define("digit-pad", DigitPadElement);
  customElements.define("mask-answer", MaskAnswerElement);
};

declare global {
  interface HTMLElementTagNameMap {
    "try-panel": TryPanelElement;
    "digit-pad": DigitPadElement;
    "mask-answer": MaskAnswerElement;
  }
}
