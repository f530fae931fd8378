/** What a file of an experiment says: version 1. `experiment.schema.json` says the same to machines and editors. */
import type { Operation } from "rfc6902";

import type { Spec } from "../../engine/protocol.ts";

/** A text of the page in both of its languages. */
export interface Bilingual {
  en: string;
  ru: string;
}

/** JSON Patch (RFC 6902) on a specification in its long form. */
export type Patch = Operation[];

/** One value of the specification, tried in turn. */
export interface Sweep {
  /** JSON Pointer (RFC 6901): `/training/optimizer/learning_rate`. */
  path: string;
  values: (number | string | boolean | null)[];
}

/** One of the networks that are compared; with sweeps it is as many as there are values. */
export interface Variant {
  name: string;
  /** Where it starts from another network than the others. */
  base?: Base;
  patch?: Patch;
  sweep?: Sweep[];
}

export type Base = { preset: string } | { spec: Spec };

/**
 * What every run may spend: steps, or images, which are more steps where the batch is smaller. `test_every`: after how many steps the test images are
 * asked in between; only at the end where it is left out.
 */
export interface Budget {
  steps?: number;
  images?: number;
  test_every?: number;
}

/** What of a run is compared. Shares are 0 to 1. */
export const MEASURES = ["test_top1", "test_loss", "test_mean_iou", "train_top1", "train_loss", "images_per_second"] as const;
export type Measure = (typeof MEASURES)[number];

/** Measures of which less is better. */
export const LESS_IS_BETTER: ReadonlySet<Measure> = new Set(["test_loss", "train_loss"]);

/** What the result should show where the claim is true: the mean of `variant` exceeds that of `than` by `by` or more. */
export interface Expectation {
  measure: Measure;
  variant: string;
  than: string;
  /** In the measure's own unit; 0 where it is left out. */
  by?: number;
}

export interface Experiment {
  version: 1;
  /** Its address and the name of its file: lower-case letters, digits, hyphens. */
  name: string;
  title: Bilingual;
  claim: Bilingual & { source: string };
  base: Base;
  /** Of all variants, before their own. */
  patch?: Patch;
  variants: Variant[];
  /** What the others are compared with; the first one where it is left out. */
  baseline?: string;
  budget: Budget;
  seeds: number[];
  /** The first one decides. */
  measure: Measure[];
  show?: "curves" | "dots" | "heat_map";
  expect?: Expectation[];
}
