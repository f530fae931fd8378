import { NetworkDiagramElement } from "./network-diagram.ts";

export default (): void => customElements.define("network-diagram", NetworkDiagramElement);

declare global {
  interface HTMLElementTagNameMap {
    "network-diagram": NetworkDiagramElement;
  }
}
