import { NetworkDiagramElement } from "./network-diagram.ts";

customElements.define("network-diagram", NetworkDiagramElement);

declare global {
  interface HTMLElementTagNameMap {
    "network-diagram": NetworkDiagramElement;
  }
}
