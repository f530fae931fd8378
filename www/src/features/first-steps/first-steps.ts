import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { isFramed } from "../../lib/frame.ts";
import { recall, remember } from "../../lib/storage.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { FIRST_STEP, STEPS } from "./steps.ts";

/** What the page is, and the way through it in four steps. It can be put away, and comes back from the help. A frame's page says such things itself. */
export class FirstStepsElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, away: { state: true } };

  declare private away: boolean;

  constructor() {
    super();
    this.away = isFramed() || recall("steps") === "off";
  }

  bringBack(): void {
    this.#put(false);
    void this.updateComplete.then(() => this.querySelector("button")?.focus());
  }

  #put(away: boolean): void {
    this.away = away;
    remember("steps", away ? "off" : "on");
  }

  protected override render(): TemplateResult | typeof nothing {
    const text = this.locale.panels.firstSteps;
    if (this.away) return nothing;
    return html`<section class="first-steps" aria-label=${text.region}>
      <p>${text.what}</p>
      <ol>${STEPS.map((step, at) => html`<li><button type="button" title=${text.hints[step]} @click=${() => this.dispatchEvent(new CustomEvent(FIRST_STEP, { detail: step, bubbles: true }))}><span class="step-number" aria-hidden="true">${at + 1}</span><span><strong>${text.names[step]}</strong> <span class="step-hint">${text.hints[step]}</span></span></button></li>`)}</ol>
      <button type="button" class="icon-button" aria-label=${text.putAway} title=${text.putAway} @click=${() => this.#put(true)}>${icons.close}</button>
    </section>`;
  }
}
