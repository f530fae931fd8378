/**
 * All messages between the page and the worker that reads specifications (`spec-worker.ts`): it has the engine's package, no data and no device, and so
 * answers in milliseconds whatever training does.
 */
import type { Examination } from "../../../src/web/types.d.ts";
import type { DataFacts, Preset, Spec } from "./protocol.ts";
import type { AnswerMessage } from "./request-client.ts";

export type { Examination };

export interface SpecRequests {
  presets: object;
  /** Describes a network in the making, right or wrong. `loaded`: the user's images that it is to learn from, where they are not MNIST. */
  examine: { spec: Spec; loaded?: DataFacts | null };
  /** The short form, for links. */
  shorten: { spec: Spec };
  lengthen: { short: unknown };
}

export interface SpecReplies {
  presets: Preset[];
  examine: Examination;
  shorten: object;
  lengthen: Spec;
}

export type SpecRequestType = keyof SpecRequests;
export type SpecRequest = { [T in SpecRequestType]: { id: number; type: T } & SpecRequests[T] }[SpecRequestType];
export type SpecMessage = AnswerMessage<SpecReplies, never>;
