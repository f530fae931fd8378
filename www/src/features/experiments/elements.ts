import { ExperimentsPanelElement } from "./experiments-panel.ts";

export default (): void => customElements.define("experiments-panel", ExperimentsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "experiments-panel": ExperimentsPanelElement;
  }
}
