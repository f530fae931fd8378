import { NetworkSummaryElement } from "./network-summary.ts";

customElements.define("network-summary", NetworkSummaryElement);

declare global {
  interface HTMLElementTagNameMap {
    "network-summary": NetworkSummaryElement;
  }
}
