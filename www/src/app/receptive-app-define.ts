import "../elements/backend-chip-define.ts";
import "../elements/metric-chart-define.ts";
import "../elements/outline-editor-define.ts";
import "../elements/notice-list-define.ts";
import "../elements/run-dock-define.ts";
import "../elements/settings-panel-define.ts";
import "../elements/try-panel-define.ts";
import { ReceptiveAppElement } from "./receptive-app.ts";

customElements.define("receptive-app", ReceptiveAppElement);

declare global {
  interface HTMLElementTagNameMap {
    "receptive-app": ReceptiveAppElement;
  }
}
