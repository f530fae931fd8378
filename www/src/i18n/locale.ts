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

export const loadLocale = async (language: Language): Promise<Locale> => (await firstLocale(language)).whole;

/**
 * For a page's first look, which does not wait for what is said of errors: that comes a moment later, with `whole`, another object, so that what is shown
 * already is drawn once more.
 */
export async function firstLocale(language: Language): Promise<{ first: Locale; whole: Promise<Locale> }> {
  const texts = asked.get(language) ?? { panels: {}, have: new Set() };
  asked.set(language, texts);
  const [{ make, features }] = await Promise.all([TEXTS[language](), ...[...wanted].map((source) => fetchPanels(language, source))]);
  const format = new Formats(language);
  Object.assign(texts.panels, made(features, format));
  const first: Locale = { language, format, text: make(format), panels: texts.panels as Panels };
  const whole = ERRORS[language]().then((of) => {
    Object.assign(first.text.errors, of(format));
    return { ...first };
  });
  // Who waits for it hears of a failure.
  whole.catch(() => undefined);
  return { first, whole };
}

/** The error in the reader's language. */
export const errorText = ({ text }: Locale, error: ReceptiveError): string => errorSentence(text.errors, error);
