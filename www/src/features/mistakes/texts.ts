/** The view of mistakes. */

export interface ErrorsTexts {
  waiting: string;
  /** `step`: where the run is now, if that is another than was tested. */
  ask: (step: number | null) => string;
  asking: string;
  summary: (wrong: number, count: number, step: number) => string;
  random: string;
  failed: string;
  matrix: string;
  matrixHint: string;
  label: string;
  said: string;
  show: string;
  shows: { counts: string; shares: string };
  cell: (label: string, said: string, count: number, share: number) => string;
  background: string;
  pixels: string;
  pixelsWaiting: string;
  pixelSummary: (step: number) => string;
  images: (label: string, said: string, count: number) => string;
  more: (left: number) => string;
  none: string;
  choose: string;
  image: (index: number, label: string, said: string, probability: number) => string;
  open: string;
  caption: (label: string, said: string) => string;
  imageWithoutClass: (index: number, label: string) => string;
  noClass: (count: number) => string;
  /** The share of the answer, that of the right digit, and the loss. */
  sure: (said: number, right: number, loss: number) => string;
  worst: string;
  worstHint: string;
  noneWrong: string;
  classes: string;
  top1: string;
  top2: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    mistakes: ErrorsTexts;
  }
}
