import { html } from "lit";
import type { TemplateResult } from "lit";
import { PanelElement } from "./panel-element.ts";

export class LayerInspectorElement extends PanelElement {
  async focusFirst(): Promise<void> {}

  protected override render(): TemplateResult {
    return html`<p>layer-inspector</p>`;
  }
}
