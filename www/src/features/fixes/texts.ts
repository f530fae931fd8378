/** Texts of the fixes of a network that is wrong: each is the label of a button that does it. */
import type { FixText } from "./fix.ts";

export interface FixTexts {
  region: string;
  of: { readonly [C in FixText["code"]]: (fix: Extract<FixText, { code: C }>) => string };
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    fixes: FixTexts;
  }
}
