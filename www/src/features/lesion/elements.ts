import { actions } from "./actions.ts";
import { LesionPanelElement } from "./lesion-panel.ts";

export default { define: (): void => customElements.define("lesion-panel", LesionPanelElement), actions };

declare global {
  interface HTMLElementTagNameMap {
    "lesion-panel": LesionPanelElement;
  }
}
