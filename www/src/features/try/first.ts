import { DigitPadElement } from "./digit-pad.ts";
import { TryPanelElement } from "./try-panel.ts";

export default (): void => {
  customElements.define("try-panel", TryPanelElement);
  customElements.define("digit-pad", DigitPadElement);
};

declare global {
  interface HTMLElementTagNameMap {
    "try-panel": TryPanelElement;
    "digit-pad": DigitPadElement;
  }
}
