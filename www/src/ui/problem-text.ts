import type { ReceptiveError } from "../engine/errors.ts";
import type { Locale } from "../i18n/locale.ts";
import { errorText } from "../i18n/locale.ts";
import { openEnd } from "../model/problem.ts";
import type { AppState } from "../model/state.ts";

/** What is said of a network that cannot be trained: an error, or what its end still lacks. */
export function problemText(locale: Locale, state: AppState, error: ReceptiveError): string {
  const end = openEnd(state);
  return end ? locale.text.run.notFinished(locale.format.shape(end.needed), locale.format.shape(end.found)) : errorText(locale, error);
}
