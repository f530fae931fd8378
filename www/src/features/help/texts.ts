/** Texts of the help. */
export interface HelpTexts {
  title: string;
  intro: readonly string[];
  check: string;
  glossary: string;
  steps: string;
  keysTitle: string;
  keys: readonly { keys: string; action: string }[];
  shortcuts: string;
  dataTitle: string;
  data: string;
  ownFiles: string;
  aboutImages: string;
  chooseFiles: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    help: HelpTexts;
  }
}
