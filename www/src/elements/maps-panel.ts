import { html } from "lit";
import type { TemplateResult } from "lit";
import { PanelElement } from "./panel-element.ts";

export class MapsPanelElement extends PanelElement {
  protected override render(): TemplateResult {
    return html`<p>maps-panel</p>`;
  }
}
