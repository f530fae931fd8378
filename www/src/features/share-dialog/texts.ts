export type Form = "link" | "frame" | "file";

export interface ShareDialogTexts {
  title: string;
  as: string;
  forms: { [F in Form]: string };
  what: string;
  network: (title: string) => string;
  settings: string;
  /** Beside settings that nobody has changed. */
  asBrought: string;
  view: string;
  selection: (layer: string) => string;
  only: string;
  language: string;
  run: (name: string, step: number) => string;
  runOnlyInFile: string;
  runBringsAll: string;
  result: { [F in "link" | "frame"]: string };
  length: (letters: number) => string;
  fileName: (name: string) => string;
  nothing: string;
  noAddress: string;
  copy: string;
  copied: string;
  notCopied: string;
  save: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    shareDialog: ShareDialogTexts;
  }
}
