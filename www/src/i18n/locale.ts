/** One language, ready to use: its texts, its numbers. */
import type { ReceptiveError } from "../errors.ts";
import { Formats } from "../lib/format.ts";
import { en } from "./en.ts";
import type { Language, Messages } from "./messages.ts";
import { ru } from "./ru.ts";

export const LANGUAGES: readonly Language[] = ["ru", "en"];

export interface Locale {
  language: Language;
  text: Messages;
  format: Formats;
}

const TEXTS = { ru, en };

export function makeLocale(language: Language): Locale {
  const format = new Formats(language);
  return { language, format, text: TEXTS[language](format) };
}

/** The first of the wishes that is a language of ours, whatever its region; English if none is. */
export function pickLanguage(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const found = LANGUAGES.find((language) => wish?.toLowerCase().split(/[-_]/u)[0] === language);
    if (found) return found;
  }
  return "en";
}

/** The error in the reader's language; one of a kind this page does not know keeps the sentence it came with. */
export function errorText({ text }: Locale, error: ReceptiveError): string {
  const say = text.errors[error.kind] as ((error: ReceptiveError) => string) | undefined;
  return say ? say(error) : error.message;
}
