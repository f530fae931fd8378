import { RunDockElement } from "./run-dock.ts";

customElements.define("run-dock", RunDockElement);

declare global {
  interface HTMLElementTagNameMap {
    "run-dock": RunDockElement;
  }
}
