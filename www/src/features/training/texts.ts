/** Texts of what a schedule, an augmentation and the handling of gradients are made of. */
import type { Part } from "../../spec/training-fields.ts";

export interface TrainingTexts {
  curve: (from: string, highest: string, to: string, epochs: number) => string;
  epochs: (count: number) => string;
  schedule: string;
  augmentation: string;
  gradients: string;
  off: string;
  inUse: string;
  parts: { [P in Part]: string };
  fields: { readonly [name: string]: string };
  words: { readonly [word: string]: string };
  spans: string;
  unlimited: string;
  wholeRun: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    training: TrainingTexts;
  }
}
