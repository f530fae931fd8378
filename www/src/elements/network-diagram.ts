import { html } from "lit";
import type { TemplateResult } from "lit";
import { PanelElement } from "./panel-element.ts";

export class NetworkDiagramElement extends PanelElement {
  protected override render(): TemplateResult {
    return html`<p>network-diagram</p>`;
  }
}
