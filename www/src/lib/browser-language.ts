/**
 * Without a locale some browsers name a language "C", which is no language tag, and whoever formats numbers in the browser's language as
 * it loads, as uPlot does, fails to load. Then the browser's language is the page's.
 */
export function mendLanguage(navigator: { readonly language: string }, instead: string): void {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: instead, configurable: true });
  }
}
