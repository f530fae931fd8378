/** A word with a definition: `term("loss", "Loss")`. One mechanism for all of them; the feature "glossary" shows the definitions, which come with the first that is asked for. */
import type { TemplateResult } from "lit";
import { html } from "lit";
import type { TermKey } from "../i18n/terms.ts";

export function term(key: TermKey, word: unknown): TemplateResult {
  return html`<span class="term" role="button" tabindex="0" data-term=${key} aria-expanded="false">${word}</span>`;
}
