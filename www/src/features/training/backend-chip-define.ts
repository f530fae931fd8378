import { BackendChipElement } from "./backend-chip.ts";

customElements.define("backend-chip", BackendChipElement);

declare global {
  interface HTMLElementTagNameMap {
    "backend-chip": BackendChipElement;
  }
}
