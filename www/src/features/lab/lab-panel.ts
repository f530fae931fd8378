import instruments from "receptive:instruments";
import type { TemplateResult } from "lit";
import { html } from "lit";
import { PanelElement } from "../../ui/panel-element.ts";
import type { Instrument } from "./define-instrument.ts";
import { readLab } from "./model.ts";

/** The list of instruments, or the one that is open. */
export class LabPanelElement extends PanelElement {
  protected override updated(): void {
    const { name: open } = readLab(this.state.lab);
    // The state changes by it, and this is still an update.
    if (open !== null && open !== this.state.instruments.loaded)
      queueMicrotask(() => this.isConnected && this.intend({ type: "open_instrument", name: open }));
  }

  protected override render(): TemplateResult {
    const { locale, state } = this;
    const { name: open } = readLab(state.lab);
    const { loaded } = state.instruments;
    const text = locale.panels.lab;
    const instrument = instruments.find(({ name }) => name === open);
    if (!instrument) {
      const sorted = [...instruments].sort((one, other) => one.order - other.order);
      return html`<p class="lab-intro">${text.intro}</p><ul class="lab-list">${sorted.map((one) => this.#entry(one))}</ul>`;
    }
    const refusal = instrument.refusal(state);
    return html`
      <p><button type="button" class="link" @click=${() => this.intend({ type: "open_instrument", name: null })}>${text.back}</button></p>
      <h3 class="lab-title">${instrument.title[locale.language]}</h3>
      <p class="lab-intro">${instrument.sentence[locale.language]}</p>
      ${refusal ? html`<p class="muted">${text.refused} ${refusal[locale.language]}</p>` : loaded === open ? instrument.render({ locale, state }) : html`<p class="muted" role="status">${text.loading}</p>`}
    `;
  }

  /** One that does not apply can be read, and says why. */
  #entry({ name, title, sentence, refusal }: Instrument): TemplateResult {
    const { language } = this.locale;
    const why = refusal(this.state);
    return html`<li><button type="button" class="lab-entry" aria-disabled=${why ? "true" : "false"} @click=${() => why || this.intend({ type: "open_instrument", name })}>
      <strong>${title[language]}</strong><span>${sentence[language]}</span>
      ${why ? html`<span class="lab-refusal">${this.locale.panels.lab.refused} ${why[language]}</span>` : ""}</button></li>`;
  }
}
