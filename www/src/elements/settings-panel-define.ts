import { SettingsPanelElement } from "./settings-panel.ts";

customElements.define("settings-panel", SettingsPanelElement);

declare global {
  interface HTMLElementTagNameMap {
    "settings-panel": SettingsPanelElement;
  }
}
