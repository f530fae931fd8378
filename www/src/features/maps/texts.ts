/** The view of maps: a layer, one unit, one number. */

import type { Tab } from "./look/looking.ts";
import type { ScaleChoice } from "./look/scales.ts";

export interface MapsTexts {
  waiting: string;
  node: string;
  image: string;
  /** Words that show a definition. */
  whatIs: { [T in "activations" | "gradients" | "weights"]: string };
  previous: string;
  next: string;
  random: string;
  randomLong: string;
  tabList: string;
  tabs: { [T in Tab]: string };
  scale: string;
  scales: { [S in ScaleChoice]: string };
  legend: string;
  eachOwn: string;
  eachTensor: string;
  gridLabel: (node: string, count: number, size: string) => string;
  gridKeys: string;
  matrixKeys: string;
  mapPoint: (map: number, least: string, largest: string) => string;
  featurePoint: (feature: number, value: string) => string;
  kernelPoint: (output: number, input: number | null, least: string, largest: string) => string;
  matrixPoint: (row: number, column: number, value: string) => string;
  inputs: string;
  allInputs: string;
  meanInputs: string;
  oneInput: (channel: number) => string;
  noWeights: string;
  gradientOf: (label: string) => string;
  lookedAt: (index: number, label: string) => string;
  lookedAtDrawing: string;
  atStep: (step: number) => string;
  failed: string;
  spread: (count: number, mean: string, deviation: string, zeros: number) => string;
  from: (least: string, largest: string) => string;
  activations: string;
  gradients: string;
  depths: string;
  layer: string;
  unit: string;
  featureTitle: (node: string, feature: number) => string;
  channel: (channel: number, count: number) => string;
  previousChannel: string;
  nextChannel: string;
  unitLabel: (node: string, channel: number, rows: number, columns: number) => string;
  unitKeys: string;
  featureKeys: string;
  value: string;
  gradient: string;
  place: (row: number, column: number) => string;
  field: string;
  fieldImage: string;
  fieldGradient: string;
  theoretical: (size: string, rows: string, columns: string) => string;
  wholeField: string;
  effective: (touched: number, half: number, most: number) => string;
  noField: string;
  number: string;
  compute: string;
  noArithmetic: string;
  noRule: (op: string) => string;
  waitingForOne: string;
  patch: (input: string, channel: number) => string;
  feature: (feature: number) => string;
  features: (input: string, first: number, last: number) => string;
  kernel: string;
  codes: string;
  part: (part: number, count: number) => string;
  previousPart: string;
  nextPart: string;
  parts: string;
  padding: string;
  running: string;
  sum: string;
  bias: string;
  divisor: string;
  maximum: string;
  recomputed: string;
  engine: string;
  agrees: string;
  differs: string;
  stepBack: string;
  stepOn: string;
  play: string;
  pause: string;
  steps: string;
  term: (term: number, count: number) => string;
  copied: (input: string, place: string) => string;
  zeroPadded: string;
  goTo: (input: string) => string;
  goesIn: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    maps: MapsTexts;
  }
}
