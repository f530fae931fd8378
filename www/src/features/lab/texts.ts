export interface LabTexts {
  intro: string;
  back: string;
  loading: string;
  /** Before the reason. */
  refused: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    lab: LabTexts;
  }
}
