import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { ReceptiveError } from "../../engine/errors.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { problemText } from "../../ui/problem-text.ts";
import type { Fix, FixText } from "./fix.ts";
import { fixesFor } from "./fixes.ts";

/** Fixes of blocks of a kind that mostly stand in a row. */
const GOES_ON: ReadonlySet<FixText["code"]> = new Set(["projection", "pad_shortcut", "fit_body", "same_padding"]);

/** What is wrong with the network at one place, and buttons that mend it. Wherever an error is shown, this shows it. */
export class ErrorFixesElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, error: { attribute: false } };

  declare error: ReceptiveError | null;

  constructor() {
    super();
    this.error = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const {
      error,
      locale,
      state: { document: edited },
    } = this;
    if (!error) return nothing;
    const { region, of } = locale.panels.fixes;
    const fixes = edited ? fixesFor(error, edited) : [];
    const label = <C extends FixText["code"]>(text: Extract<FixText, { code: C }>): string =>
      (of[text.code as C] as (fix: typeof text) => string)(text);
    return html`
      <p class="error-text">${problemText(locale, this.state, error)}</p>
      ${
        fixes.length === 0
          ? nothing
          : html`<div class="error-fixes" role="group" aria-label=${region}>
        ${fixes.map((fix) => html`<button type="button" class="quiet small" data-fix=${fix.text.code} @click=${() => this.#mend(fix)}>${label(fix.text)}</button>`)}
      </div>`
      }
    `;
  }

  #mend({ spec, settings, path, text: { code } }: Fix): void {
    if (settings) this.intend({ type: "edit_settings", changes: settings });
    if (spec && GOES_ON.has(code) && this.error) this.intend({ type: "mend", spec, code, kind: this.error.kind });
    else if (spec) this.intend({ type: "edit_network", spec });
    if (path) this.intend({ type: "select", selection: { path, node: null } });
  }
}
