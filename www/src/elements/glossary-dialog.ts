import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { Glossary } from "../i18n/glossary/terms.ts";
import { TERMS } from "../i18n/glossary/terms.ts";
import type { Language } from "../i18n/messages.ts";
import { DialogElement } from "./dialog-element.ts";
import { definition, glossaryIn } from "./term-tip.ts";

/** Every term of the page with its definition, by name. */
export class GlossaryDialogElement extends DialogElement {
  static override properties: PropertyDeclarations = { ...DialogElement.properties, glossary: { state: true } };

  declare private glossary: { language: Language; of: Glossary } | null;

  constructor() {
    super();
    this.glossary = null;
  }

  async show(): Promise<void> {
    await this.#load();
    await this.updateComplete;
    this.open();
  }

  async #load(): Promise<void> {
    const { language } = this.locale;
    this.glossary = { language, of: await glossaryIn(language) };
  }

  protected override updated(): void {
    if (this.glossary && this.glossary.language !== this.locale.language) void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { glossary } = this;
    if (!glossary) return nothing;
    const { of, language } = glossary;
    const sorted = TERMS.toSorted((one, other) => of.terms[one].name.localeCompare(of.terms[other].name, language));
    return this.frame(
      "glossary",
      of.title,
      html`<p>${of.intro}</p>
        <dl class="glossary-terms">${sorted.map((key) => html`<div><dt>${of.terms[key].name}</dt><dd>${definition(of, key)}</dd></div>`)}</dl>`,
    );
  }
}
