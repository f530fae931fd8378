/** Texts of features. A language that lacks one does not compile. */

import type { Formats } from "../lib/format.ts";
import type { Language } from "../lib/language.ts";

/** Makes the texts of a feature in one language. */
export type TextsOf = (format: Formats) => object;

/** Where the texts of a feature come from that has a part of its own, and what they are called among {@link Panels}. */
export interface TextSource {
  readonly name: keyof Panels;
  readonly load: { readonly [L in Language]: () => Promise<{ default: TextsOf }> };
}

/** By feature. One adds its own: `declare module "../../i18n/panels.ts" { interface Panels { ... } }`. */
// biome-ignore lint/suspicious/noEmptyInterface: features fill it.
export interface Panels {}
