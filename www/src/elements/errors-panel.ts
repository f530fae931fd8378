import { html } from "lit";
import type { TemplateResult } from "lit";
import { PanelElement } from "./panel-element.ts";

export class ErrorsPanelElement extends PanelElement {
  protected override render(): TemplateResult {
    return html`<p>errors-panel</p>`;
  }
}
