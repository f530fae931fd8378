export interface RunsTexts {
  title: string;
  run: string;
  changed: string;
  figures: string;
  actions: string;
  front: string;
  shown: (name: string) => string;
  rename: (name: string) => string;
  taken: string;
  branch: string;
  branchOf: (name: string, step: number) => string;
  branchNone: string;
  duplicate: string;
  duplicateOf: (name: string) => string;
  branchStep: string;
  branchSteps: (name: string) => string;
  stepBefore: (step: string) => string;
  remove: string;
  removeOf: (name: string) => string;
  removed: (name: string) => string;
  undo: string;
  first: string;
  same: string;
  from: (name: string) => string;
  another: string;
  baseline: string;
  baselineOf: (name: string) => string;
  isBaseline: string;
  comparedWith: (name: string) => string;
  /** A change of a setting while the run was under way. */
  underWay: (change: string, step: number) => string;
  /** Percentage points, with their sign. */
  points: (value: string) => string;
  /** Of a run whose network is not the one on show. */
  notShown: string;
  added: (layer: string) => string;
  gone: (layer: string) => string;
  more: (count: number) => string;
  step: (step: number) => string;
  loss: (loss: string) => string;
  test: (share: string) => string;
  train: (share: string) => string;
  iou: (share: string) => string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    runs: RunsTexts;
  }
}
