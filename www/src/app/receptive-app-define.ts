import "../features/training/backend-chip-define.ts";
import "../features/training/metric-chart-define.ts";
import "../features/outline/outline-editor-define.ts";
import "../features/notices/notice-list-define.ts";
import "../features/training/run-dock-define.ts";
import "../features/training/settings-panel-define.ts";
import "../features/try/try-panel-define.ts";
import { ReceptiveAppElement } from "./receptive-app.ts";

customElements.define("receptive-app", ReceptiveAppElement);

declare global {
  interface HTMLElementTagNameMap {
    "receptive-app": ReceptiveAppElement;
  }
}
