import type { TextSource } from "../../i18n/panels.ts";
import type { TermKey } from "../../i18n/terms.ts";

export interface Term {
  name: string;
  text: string;
}

export interface Glossary {
  title: string;
  intro: string;
  /** Beside a definition: where all of them are. */
  all: string;
  terms: { [K in TermKey]: Term };
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    glossary: Glossary;
  }
}

export const texts: TextSource = { name: "glossary", load: { en: () => import("./en.ts"), ru: () => import("./ru.ts") } };
