import define from "receptive:first";
import { ReceptiveAppElement } from "./receptive-app.ts";

for (const elements of define) elements();
customElements.define("receptive-app", ReceptiveAppElement);

declare global {
  interface HTMLElementTagNameMap {
    "receptive-app": ReceptiveAppElement;
  }
}
