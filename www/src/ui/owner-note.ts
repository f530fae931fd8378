import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { Locale } from "../i18n/locale.ts";
import { canAnswer, resultsOf } from "../model/on-show.ts";
import type { AppState } from "../model/state.ts";
import * as icons from "./icons.ts";

/** The network and the run that results are of; null where it is the one on show. */
export function ownerText({ text }: Locale, state: AppState): string | null {
  const results = resultsOf(state);
  return results.of === "another" ? text.run.owner(results.owner) : null;
}

/** Above results of another network than the one on show: whose they are. Of a network that is not finished: that there are none. */
export function ownerNote(locale: Locale, state: AppState): TemplateResult | typeof nothing {
  const { text } = locale;
  const owner = ownerText(locale, state);
  if (owner !== null)
    return html`<p class="owner-note" role="note">${icons.info} ${text.run.resultsOf(owner, state.document?.present.title ?? "")}</p>`;
  return resultsOf(state).of === "none" ? html`<p class="owner-note" role="note">${icons.info} ${text.run.unfinished}</p>` : nothing;
}

/** Beside the answer to what is drawn, where it is another network's. */
export function answerOwner(locale: Locale, state: AppState, empty: boolean): TemplateResult | typeof nothing {
  const owner = empty || !canAnswer(state) ? null : ownerText(locale, state);
  return owner === null
    ? nothing
    : html`<p class="owner-note answer-owner" role="note">${icons.info} ${locale.text.run.answerOf(owner)}</p>`;
}
