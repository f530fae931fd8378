import type { Part, PartKind, Task } from "./model.ts";

export interface LesionTexts {
  source: string;
  asking: string;
  failed: string;
  again: string;
  noImages: string;
  untrained: string;
  kinds: { [K in PartKind]: (count: number) => string };
  kindChoice: string;
  /** How a part is called. */
  part: (part: Part) => string;
  /** What more there is to say of it. */
  detail: (part: Part) => string;
  anew: string;
  anewHint: string;
  each: string;
  random: string;
  stop: string;
  mend: string;
  measure: string;
  busy: { [T in Task]: string };
  progress: (done: number, of: number) => string;
  batches: (done: number, of: number) => string;
  moved: string;
  pauses: string;
  /** Of which weights the numbers are. */
  of: (step: number) => string;
  intact: (value: string) => string;
  /** No names: nothing but the statistics is another. */
  without: (names: string, value: string, change: string) => string;
  onImages: (images: number, all: boolean) => string;
  nothingCut: string;
  /** `accuracy`, or `mean IoU`. */
  measureName: (pixels: boolean) => string;
  columns: { out: string; part: string; drop: string; stored: string; anew: string; change: string };
  leaveOut: (name: string) => string;
  points: (number: string) => string;
  notMeasured: string;
  most: (name: string, change: string, median: string) => string;
  onlyStatistics: (stored: string, anew: string) => string;
  curve: (kind: PartKind) => string;
  curveHint: (images: number) => string;
  left: string;
  mean: string;
  spread: string;
  save: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    lesion: LesionTexts;
  }
}
