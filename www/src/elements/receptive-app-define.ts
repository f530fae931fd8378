import "./backend-chip-define.ts";
import "./first-steps-define.ts";
import "./metric-chart-define.ts";
import "./outline-editor-define.ts";
import "./notice-list-define.ts";
import "./run-dock-define.ts";
import "./settings-panel-define.ts";
import "./try-panel-define.ts";
import { ReceptiveAppElement } from "./receptive-app.ts";

customElements.define("receptive-app", ReceptiveAppElement);

declare global {
  interface HTMLElementTagNameMap {
    "receptive-app": ReceptiveAppElement;
  }
}
