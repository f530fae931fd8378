import type { TemplateResult } from "lit";
import { html } from "lit";
import { PanelElement } from "../../../src/ui/panel-element.ts";

class SamplePanelElement extends PanelElement {
  /** Updates of the element. */
  rendered = 0;

  protected override render(): TemplateResult {
    this.rendered++;
    return html`<p>${this.locale.panels.sample.count(this.state.sampled)}</p>`;
  }
}

export default (): void => customElements.define("sample-panel", SamplePanelElement);
