import { LayerInspectorElement } from "./layer-inspector.ts";
import { OperatorDialogElement } from "./operator-dialog.ts";

export default (): void => {
  customElements.define("operator-dialog", OperatorDialogElement);
  customElements.define("layer-inspector", LayerInspectorElement);
};

declare global {
  interface HTMLElementTagNameMap {
    "operator-dialog": OperatorDialogElement;
    "layer-inspector": LayerInspectorElement;
  }
}
