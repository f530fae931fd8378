/**
 * All messages between the page and the worker that runs networks at true size (`network-worker.ts`). A request is `{ id, type, ... }` and ends in exactly one
 * reply with the same id: the one listed for it, or `error`. Before that there may be any number of `progress` with its id.
 */

import type { RankedClass } from "../../../../src/web/types.d.ts";
import type { NotFinite } from "../../engine/errors.ts";
import type { BackendChoice, BackendStatus, Spec } from "../../engine/protocol.ts";
import type { AnswerMessage } from "../../engine/request-client.ts";
import type { LikelihoodMap, Normalization, Pixels } from "./true-size.ts";

export type Weights = { seed: number } | { file: Blob };

export interface NetworkRequests {
  /** Scales and crops a picture to a network's input; without a file, one of our own. */
  picture: { file: File | null; input: readonly number[]; inverted: boolean };
  run: {
    spec: Spec;
    backend: BackendChoice;
    weights: Weights;
    /** Two requests with the same one have the same network and weights: they are made once. */
    key: string;
    pixels: Pixels;
    normalization: Normalization;
  };
}

export interface NetworkReplies {
  /** `from`: the file's own width and height. */
  picture: { pixels: Pixels; from: readonly [width: number, height: number] | null };
  run: Answer;
}

export interface Answer {
  backend: BackendStatus;
  /** Of the way through the network. */
  seconds: number;
  /** Tensors of the file that the network has no place for. */
  ignored: readonly string[];
  /** What stood before names in the file and was taken off. */
  takenOff: readonly string[];
  /** Tensors of the file with non-finite values. */
  notFinite: readonly NotFinite[];
  result: /** Empty where the logits are not all numbers. */
    | { kind: "classes"; top: readonly RankedClass[] }
    /** `map` has a class for each pixel, or 255 where its values are not all numbers; `shares` the part that each class has; `likelihood` is of the last class. */
    | { kind: "map"; width: number; height: number; map: Uint8Array<ArrayBuffer>; shares: readonly number[]; likelihood: LikelihoodMap };
}

/** What a run is at. Totals of 0 are not known. */
export type Progress = { stage: "engine" | "weights"; loaded: number; total: number } | { stage: "drawing" | "computing" };

export type NetworkRequestType = keyof NetworkRequests;
export type NetworkRequest = { [T in NetworkRequestType]: { id: number; type: T } & NetworkRequests[T] }[NetworkRequestType];

export type NetworkMessage = AnswerMessage<NetworkReplies, Progress>;
