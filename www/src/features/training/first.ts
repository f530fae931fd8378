import { BackendChipElement } from "./backend-chip.ts";
import { MetricChartElement } from "./metric-chart.ts";
import { RunDockElement } from "./run-dock.ts";
import { SettingsPanelElement } from "./settings-panel.ts";
import type { TrainingDetailsElement } from "./training-details.ts";

export default (): void => {
  customElements.define("run-dock", RunDockElement);
  customElements.define("settings-panel", SettingsPanelElement);
  customElements.define("metric-chart", MetricChartElement);
  customElements.define("backend-chip", BackendChipElement);
  // Below the fields that are seen first.
  void import("./training-details.ts").then(({ TrainingDetailsElement }) =>
    customElements.define("training-details", TrainingDetailsElement),
  );
};

declare global {
  interface HTMLElementTagNameMap {
    "run-dock": RunDockElement;
    "settings-panel": SettingsPanelElement;
    "training-details": TrainingDetailsElement;
    "metric-chart": MetricChartElement;
    "backend-chip": BackendChipElement;
  }
}
