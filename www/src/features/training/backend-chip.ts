import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import type { BackendChoice } from "../../engine/protocol.ts";
import { errorText } from "../../i18n/locale.ts";
import { onKey } from "../../lib/keys.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";

const CHOICES: readonly Exclude<BackendChoice, "auto_software">[] = ["auto", "webgpu", "cpu", "webgpu_software"];

/** Names what computes, says why it is not something else, and lets the user choose. */
export class BackendChipElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, open: { type: Boolean, reflect: true } };

  declare open: boolean;

  constructor() {
    super();
    this.open = false;
  }

  readonly #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.open = false;
  };

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#outside);
    document.addEventListener("focusin", this.#outside);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#outside);
    document.removeEventListener("focusin", this.#outside);
  }

  protected override render(): TemplateResult {
    const {
      locale: { text },
      state: {
        backend: { status, switching, choice },
      },
    } = this;
    const { backend } = text;
    const name = switching || !status ? backend.pending : backend.chip(status);
    return html`
      <button type="button" class="chip" aria-expanded=${this.open ? "true" : "false"} aria-controls="backend-menu"
        @click=${() => (this.open = !this.open)} @keydown=${onKey(this.#escape)}>
        <span class="chip-dot ${status && !switching ? "" : "waiting"}"></span>
        <span class="visually-hidden">${backend.label}: </span>
        <span class="chip-name">${name}</span>
        ${status && !switching ? html`<span class="chip-kernels">${backend.kernels[status.kernels]}</span>` : nothing}
        ${icons.chevron}
      </button>
      <div id="backend-menu" class="menu" ?hidden=${!this.open} @keydown=${onKey(this.#escape)}>
        ${
          status
            ? html`<p>${backend.running(status)} ${status.adapter ? backend.adapter(status.adapter) : nothing}</p>
              ${status.race ? html`<p>${backend.race(status.race)}</p>` : nothing}
              ${status.reason ? html`<p class="reason">${errorText(this.locale, status.reason)}</p>` : nothing}`
            : nothing
        }
        <fieldset>
          <legend>${backend.label}</legend>
          ${CHOICES.map(
            (one) => html`
            <label class="radio">
              <input type="radio" name="backend" value=${one} .checked=${live(one === (choice === "auto_software" ? "auto" : choice))} ?disabled=${switching} @change=${() => this.intend({ type: "choose_backend", backend: one })} />
              <span>${backend.choices[one]}</span>
              <span class="second">${backend.hints[one]}</span>
            </label>
          `,
          )}
        </fieldset>
        <p class="muted">${backend.freshStart}</p>
      </div>
    `;
  }

  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !this.open) return;
    event.stopPropagation();
    this.open = false;
    this.querySelector<HTMLElement>(".chip")?.focus();
  };
}
