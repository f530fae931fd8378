import { SettingsPanelElement } from "./settings-panel.ts";

customElements.define("settings-panel", SettingsPanelElement);
// Below the fields that are seen first.
void import("./training-details-define.ts");

declare global {
  interface HTMLElementTagNameMap {
    "settings-panel": SettingsPanelElement;
  }
}
