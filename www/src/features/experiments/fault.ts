import type { FileFault } from "../../i18n/schema-words.ts";

/** What is wrong with the file of an experiment: a code, where, and what is allowed there. The page words it. */
export type ExperimentFault =
  | FileFault
  /** Exactly one of these keys has to be there. */
  | { kind: "one_of_keys"; path: string; keys: string[] }
  | { kind: "unknown_preset"; path: string; preset: string; allowed: string[] }
  | { kind: "unknown_variant"; path: string; variant: string; allowed: string[] }
  | { kind: "unmeasured"; path: string; measure: string; allowed: string[] }
  /** A patch or a sweep names a place that the specification does not have, or its `test` fails. */
  | { kind: "patch_failed"; path: string; op: string; target: string; why: "missing" | "test" | "invalid" }
  | { kind: "too_many_runs"; runs: number; most: number };

/** Thrown by what reads an experiment. Nothing has changed then. */
export class ExperimentError extends Error {
  override readonly name = "ExperimentError";
  readonly fault: ExperimentFault;

  constructor(fault: ExperimentFault) {
    super(JSON.stringify(fault));
    this.fault = fault;
  }
}
