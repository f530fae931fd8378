/** Texts of the dialog in which a network is written for another program. */
import type { ExporterName } from "../../exports/registry.ts";

export type Target = ExporterName | "csv";

export interface ExportsTexts {
  title: string;
  target: string;
  targets: { [T in Target]: string };
  about: { [T in Target]: string };
  weights: string;
  none: string;
  run: (step: string) => string;
  chooseFile: string;
  external: string;
  preview: string;
  binary: (size: string) => string;
  copy: string;
  copied: string;
  notCopied: string;
  save: string;
  files: (names: readonly string[]) => string;
  noCurves: string;
  working: string;
  errors: {
    not_whole: (node: string) => string;
    unknown_operator: (node: string) => string;
    weights: (detail: string) => string;
    unwritable: (node: string) => string;
  };
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    exports: ExportsTexts;
  }
}
