import type { Language } from "../../lib/language.ts";
import type { Theme } from "../../lib/theme.ts";

declare module "../../page/intent.ts" {
  interface Intents {
    choose_language: { language: Language };
    choose_theme: { theme: Theme };
    choose_shortcuts: { on: boolean };
  }
}
