import { MapsPanelElement } from "./maps-panel.ts";

customElements.define("maps-panel", MapsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "maps-panel": MapsPanelElement;
  }
}
