import { SettingsPanelElement } from "./settings-panel.ts";
import "./training-details-define.ts";

customElements.define("settings-panel", SettingsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "settings-panel": SettingsPanelElement;
  }
}
