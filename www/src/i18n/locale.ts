/** One language, ready to use: its texts, its numbers. A language comes when it is spoken; what lazy parts of the page say comes with the first of them. */
import type { ReceptiveError } from "../engine/errors.ts";
import { Formats } from "../lib/format.ts";
import type { Language } from "../lib/language.ts";
import { errorSentence } from "./error-sentence.ts";
import type { Messages } from "./messages.ts";
import type { Panels, TextSource, TextsOf } from "./panels.ts";

export { LANGUAGES, pickLanguage } from "../lib/language.ts";

export interface Locale {
  language: Language;
  text: Messages;
  /** The features' own. Lazy ones are there when `loadPanels` has been waited for. */
  panels: Panels;
  format: Formats;
}

const TEXTS = {
  ru: async () => {
    const { ru, features } = await import("./ru.ts");
    return { make: ru, features };
  },
  en: async () => {
    const { en, features } = await import("./en.ts");
    return { make: en, features };
  },
};
const ERRORS = {
  ru: async () => (await import("./ru-errors.ts")).ruErrors,
  en: async () => (await import("./en-errors.ts")).enErrors,
};
const PANELS = {
  ru: async () => (await import("./common/ru.ts")).default,
  en: async () => (await import("./common/en.ts")).default,
};

/** Each of these texts, made. */
function made(texts: { readonly [name: string]: TextsOf }, format: Formats): object {
  return Object.fromEntries(Object.entries(texts).map(([name, make]) => [name, make(format)]));
}

/** What comes together: the texts of the features that share a part, or those of one with a part of its own. */
type Source = TextSource | "shared";

/** The languages that were asked for, and their panels' texts as far as they are here. */
const asked = new Map<Language, { panels: Partial<Panels>; have: Set<Source> }>();
const wanted = new Set<Source>();

async function fetchPanels(language: Language, source: Source): Promise<void> {
  const texts = asked.get(language);
  if (!texts || texts.have.has(source)) return;
  const format = new Formats(language);
  const come = source === "shared" ? await PANELS[language]() : { [source.name]: (await source.load[language]()).default };
  Object.assign(texts.panels, made(come, format));
  texts.have.add(source);
}

/** Fetches what lazy parts say, in every language in use; a language that is asked for later brings its own. */
export async function loadPanels(source: Source = "shared"): Promise<void> {
  wanted.add(source);
  await Promise.all([...asked.keys()].map((language) => fetchPanels(language, source)));
}

export const loadLocale = (language: Language): Promise<Locale> => localeOf(language, true);

/** For a page's first look, which does not wait for what is said of errors: that comes a moment later. */
export const firstLocale = (language: Language): Promise<Locale> => localeOf(language, false);

async function localeOf(language: Language, whole: boolean): Promise<Locale> {
  const texts = asked.get(language) ?? { panels: {}, have: new Set() };
  asked.set(language, texts);
  const [{ make, features }] = await Promise.all([TEXTS[language](), ...[...wanted].map((source) => fetchPanels(language, source))]);
  const format = new Formats(language);
  Object.assign(texts.panels, made(features, format));
  const text = make(format);
  const errors = ERRORS[language]().then((of) => Object.assign(text.errors, of(format)));
  if (whole) await errors;
  else errors.catch(() => undefined);
  return {
    language,
    format,
    text,
    panels: texts.panels as Panels,
  };
}

/** The error in the reader's language. */
export const errorText = ({ text }: Locale, error: ReceptiveError): string => errorSentence(text.errors, error);
