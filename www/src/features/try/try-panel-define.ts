import "./digit-pad-define.ts";
import { TryPanelElement } from "./try-panel.ts";

customElements.define("try-panel", TryPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "try-panel": TryPanelElement;
  }
}
