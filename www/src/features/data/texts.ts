/** Texts about images of one's own. */
export interface DataTexts {
  title: string;
  about: string;
  mnist: string;
  counts: (train: number, test: number) => string;
  form: (size: string, classes: number) => string;
  normalized: (mean: number, std: number) => string;
  asMnist: string;
  noTest: string;
  fits: string;
  letters: string;
  turn: string;
  names: string;
  namesHint: (classes: number) => string;
  namesWrong: (found: number, classes: number) => string;
  namesFile: string;
  back: string;
  choose: string;
  kept: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    data: DataTexts;
  }
}
