/** One language, ready to use: its texts, its numbers. A language comes when it is spoken; what lazy parts of the page say comes with the first of them. */
import type { ReceptiveError } from "../errors.ts";
import { Formats } from "../lib/format.ts";
import { errorSentence } from "./error-sentence.ts";
import type { Language, Messages } from "./messages.ts";
import type { Panels } from "./panels.ts";

export { LANGUAGES, pickLanguage } from "./language.ts";

export interface Locale {
  language: Language;
  text: Messages;
  /** For elements that have waited for `loadPanels`. */
  panels: Panels;
  format: Formats;
}

const TEXTS = {
  ru: async () => (await import("./ru.ts")).ru,
  en: async () => (await import("./en.ts")).en,
};
const ERRORS = {
  ru: async () => (await import("./ru-errors.ts")).ruErrors,
  en: async () => (await import("./en-errors.ts")).enErrors,
};
const PANELS = {
  ru: async () => (await import("./panels/ru.ts")).panels,
  en: async () => (await import("./panels/en.ts")).panels,
};

/** The languages that were asked for, and their panels' texts as far as they are here. */
const asked = new Map<Language, Panels | null>();
let panelsWanted = false;

async function fetchPanels(language: Language): Promise<void> {
  if (!asked.get(language)) asked.set(language, (await PANELS[language]())(new Formats(language)));
}

/** Fetches what the lazy parts say, in every language in use; a language that is asked for later brings its own. */
export async function loadPanels(): Promise<void> {
  panelsWanted = true;
  await Promise.all([...asked.keys()].map(fetchPanels));
}

export const loadLocale = (language: Language): Promise<Locale> => localeOf(language, true);

/** For a page's first look, which does not wait for what is said of errors: that comes a moment later. */
export const firstLocale = (language: Language): Promise<Locale> => localeOf(language, false);

async function localeOf(language: Language, whole: boolean): Promise<Locale> {
  if (!asked.has(language)) asked.set(language, null);
  const [make] = await Promise.all([TEXTS[language](), panelsWanted && fetchPanels(language)]);
  const format = new Formats(language);
  const text = make(format);
  const errors = ERRORS[language]().then((of) => Object.assign(text.errors, of(format)));
  if (whole) await errors;
  else errors.catch(() => undefined);
  return {
    language,
    format,
    text,
    get panels() {
      const panels = asked.get(language);
      if (!panels) throw new Error(`the panels' texts in ${language} are not loaded`);
      return panels;
    },
  };
}

/** The error in the reader's language. */
export const errorText = ({ text }: Locale, error: ReceptiveError): string => errorSentence(text.errors, error);
