/** Texts of a part of the page that comes when it is asked for: they come with it, both languages in one file of `panels/`. */
import type { Formats } from "../lib/format.ts";
import type { Locale } from "./locale.ts";
import type { Language } from "./messages.ts";

/** A language that lacks a text does not compile. */
export type PanelTexts<T> = { readonly [L in Language]: (f: Formats) => T };

const made = new WeakMap<Locale, Map<PanelTexts<never>, unknown>>();

/** A panel's texts in the reader's language, made once. */
export function textsOf<T>(locale: Locale, texts: PanelTexts<T>): T {
  const known = made.get(locale) ?? new Map<PanelTexts<never>, unknown>();
  made.set(locale, known);
  if (!known.has(texts as PanelTexts<never>)) known.set(texts as PanelTexts<never>, texts[locale.language](locale.format));
  return known.get(texts as PanelTexts<never>) as T;
}
