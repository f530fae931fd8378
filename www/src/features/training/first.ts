import { BackendChipElement } from "./backend-chip.ts";
import { MetricChartElement } from "./metric-chart.ts";
import { RunDockElement } from "./run-dock.ts";
import { SettingsPanelElement } from "./settings-panel.ts";
import { TrainingDetailsElement } from "./training-details.ts";

export default (): void => {
  customElements.define("run-dock", RunDockElement);
  customElements.define("settings-panel", SettingsPanelElement);
  customElements.define("training-details", TrainingDetailsElement);
  customElements.define("metric-chart", MetricChartElement);
  customElements.define("backend-chip", BackendChipElement);
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
