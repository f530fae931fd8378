import { LabPanelElement } from "./lab-panel.ts";

export default (): void => customElements.define("lab-panel", LabPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "lab-panel": LabPanelElement;
  }
}
