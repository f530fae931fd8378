/** Texts of the dialog "Full-size networks". */
import type { Origin } from "./true-size.ts";

export interface TrueSizeTexts {
  title: string;
  intro: string;
  loading: string;
  network: string;
  /** Beside a network's title: which version of it this is. */
  origins: { [O in Origin]: string };
  facts: { [F in "input" | "output" | "params" | "macs" | "memory"]: string };
  openInEditor: string;
  classes: (count: number) => string;
  map: (size: string, classes: number) => string;
  /** In names of networks. */
  batchNorm: string;
  weights: string;
  fromSeed: string;
  seed: string;
  seedHint: string;
  seedRange: string;
  fromFile: string;
  chooseWeights: string;
  fileHint: string;
  trained: string;
  trainedHint: string;
  noTrained: string;
  noFile: string;
  picture: string;
  pictureLabel: string;
  choosePicture: string;
  testPicture: string;
  seen: (size: string, file: string, from: string) => string;
  seenOwn: (size: string) => string;
  invert: string;
  answer: string;
  run: string;
  cancel: string;
  cancelled: string;
  empty: string;
  tooLarge: (bytes: number, limit: number) => string;
  loadingEngine: string;
  loadingWeights: string;
  drawing: string;
  computing: string;
  bytesOf: (loaded: number, total: number) => string;
  class: (number: number) => string;
  first: (name: string, probability: number) => string;
  topFive: string;
  mapDone: (classes: number) => string;
  mapLabel: string;
  likelihood: (name: string) => string;
  likelihoodLabel: string;
  guess: string;
  perhapsMemory: (bytes: number) => string;
  took: (seconds: number, backend: string) => string;
  ignored: (count: number) => string;
  takenOff: (starts: string) => string;
  notFinite: (tensors: string) => string;
  noClass: string;
  pixelsWithoutClass: (share: number) => string;
  fileHas: (count: number) => string;
  tensors: string;
  tensor: string;
  found: string;
  expected: string;
  missing: string;
  chooseNames: string;
  namesHint: string;
  namesFrom: (file: string) => string;
  /** The file has one name more than there are classes. */
  background: (names: number, first: string) => string;
  drop: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    trueSize: TrueSizeTexts;
  }
}
