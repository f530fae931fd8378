import type { TemplateResult } from "lit";
import { html } from "lit";
import { TERMS } from "../../i18n/terms.ts";
import { DialogElement } from "../../ui/dialog-element.ts";
import { definition } from "./term-tip.ts";

/** Every term of the page with its definition, by name. */
export class GlossaryDialogElement extends DialogElement {
  show(): void {
    this.open();
  }

  protected override render(): TemplateResult {
    const {
      panels: { glossary: of },
      language,
    } = this.locale;
    const sorted = TERMS.toSorted((one, other) => of.terms[one].name.localeCompare(of.terms[other].name, language));
    return this.frame(
      "glossary",
      of.title,
      html`<p>${of.intro}</p>
        <dl class="glossary-terms">${sorted.map((key) => html`<div><dt>${of.terms[key].name}</dt><dd>${definition(of, key)}</dd></div>`)}</dl>`,
    );
  }
}
