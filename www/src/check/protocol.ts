/**
 * All messages between the page `check/` and its worker. A request is `{ id, type, ... }` and ends in exactly one reply with the same id, or in `error`. Before
 * that there may be any number of `progress` with its id.
 */
import type { CheckDifference, CheckStep } from "../../../src/web/types.d.ts";
import type { ReceptiveError } from "../engine/errors.ts";
import type { BackendStatus, NetworkDescription, Preset, Spec } from "../engine/protocol.ts";
import type { AnswerMessage } from "../engine/request-client.ts";

/** In the order in which they run; the first is the reference. */
export const BACKENDS = ["scalar", "simd", "webgpu"] as const;
export type BackendId = (typeof BACKENDS)[number];

/** A time in milliseconds, the median of so many samples, each of so many runs at once. */
export interface Timing {
  ms: number;
  samples: number;
  repeats: number;
}

/** What is known of one backend so far. */
export interface BackendResult {
  id: BackendId;
  /** Null until it is open, and where it is not to be had. */
  status: BackendStatus | null;
  /** Why it is not to be had, or what stopped it. */
  error: ReceptiveError | null;
  loss: number | null;
  /** From the scalar kernels; of these, from double precision. */
  differences: readonly CheckDifference[];
  /** One batch forward and backward. */
  batch: Timing | null;
  /** Kernel calls, and the time of each as far as they have been timed. */
  steps: readonly CheckStep[];
  times: readonly Timing[];
}

export interface CheckRequests {
  /** Loads the engine. */
  open: object;
  /** Runs one batch of a network on every backend; what comes of it comes as progress. */
  check: { spec: Spec };
}

export interface CheckReplies {
  open: { presets: readonly Preset[] };
  check: object;
}

/** What it is at. Totals of 0 are not known. */
export type Stage =
  | { at: "engine"; loaded: number; total: number }
  | { at: "data"; loaded: number; total: number }
  /** Double precision, which says how far apart results may be. */
  | { at: "exact" }
  | { at: "opening" | "comparing" | "speed"; backend: BackendId }
  | { at: "layers"; backend: BackendId; done: number; of: number };

export type Progress =
  | { kind: "stage"; stage: Stage }
  | { kind: "network"; network: NetworkDescription }
  | { kind: "result"; result: BackendResult };

export type CheckRequest = { [T in keyof CheckRequests]: { id: number; type: T } & CheckRequests[T] }[keyof CheckRequests];
export type CheckMessage = AnswerMessage<CheckReplies, Progress>;
