import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";

/** What a person should know before working with a network of another program. */
export class ImportReportElement extends PanelElement {
  override connectedCallback(): void {
    super.connectedCallback();
    // There before its text, which is read for that.
    this.role = "status";
  }

  protected override render(): TemplateResult | typeof nothing {
    const {
      locale: {
        panels: { imports: text },
        text: { notices },
      },
      state: { imported, document },
    } = this;
    // Another network has taken its place.
    if (!imported || document?.present.title !== imported.title) return nothing;
    const { title, normalizing, endsInSoftmax, withoutWeights } = imported;
    const remarks = [
      ...(withoutWeights ? [text.withoutWeights] : []),
      ...(normalizing === "same" ? [] : [text[normalizing]]),
      ...(endsInSoftmax ? [text.softmax] : []),
    ];
    if (remarks.length === 0) return nothing;
    return html`
      <section class="notice info">
        ${icons.info}
        <div class="notice-text">
          <p><strong>${text.title(title)}</strong></p>
          <ul>${remarks.map((remark) => html`<li>${remark}</li>`)}</ul>
        </div>
        <div class="notice-actions">
          <button type="button" class="icon-button" aria-label=${notices.dismiss} title=${notices.dismiss} @click=${() => this.intend({ type: "tell_import", report: null })}>${icons.close}</button>
        </div>
      </section>
    `;
  }
}
