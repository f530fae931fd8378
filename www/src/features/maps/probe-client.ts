/** Asks the engine for what the Maps view shows: one question at a time, always the newest, and nothing while nobody looks. */

import type { ReceptiveError } from "../../engine/errors.ts";
import { ReceptiveFailure } from "../../engine/errors.ts";
import { LatestRequest } from "../../engine/latest-request.ts";
import type { NodeTensor, ReplyTo } from "../../engine/protocol.ts";
import type { TrainerClient } from "../../engine/trainer-client.ts";
import type { Under } from "../try/predictor.ts";

/** While training, maps are drawn at most this often. */
const FOLLOW_MS = 250;
/** While training, maps and weights may come from either side of a step; they are asked for again so many times. */
const TRIES = 4;

export interface LookWish {
  what: "activations" | "gradients";
  /** Nodes whose values are shown. */
  nodes: readonly string[];
  /** The node whose weights are shown. */
  weights: string | null;
  /** The value whose field is shown. */
  field: { node: string; unit: readonly number[] } | null;
}

/** An image for the network to see. */
export interface Digit {
  pixels: Uint8Array;
  under: Under;
  /** What it is, or what the network takes it for: gradients are of the loss for this. */
  label: number;
  /** A test image's number; null for a drawing. */
  index: number | null;
}

/** What the engine said last. All of one step, unless that could not be had. */
export interface Looked {
  wish: LookWish;
  digit: Digit;
  maps: ReplyTo<"look">;
  weights: { node: string; step: number; tensors: readonly NodeTensor[] } | null;
  field: ReplyTo<"field"> | null;
}

type Answered = (answer: { answer: Looked; error: null } | { error: ReceptiveError }) => void;

export class ProbeClient {
  readonly #client: Pick<TrainerClient, "request">;
  readonly #digit: () => Promise<Digit | null>;
  readonly #answered: Answered;
  #wish: LookWish | null = null;
  readonly #latest = new LatestRequest(
    FOLLOW_MS,
    () => this.#wish !== null,
    () => this.#ask(),
  );

  /** `digit` gives the image to be looked at now; null while there is none. */
  constructor(client: Pick<TrainerClient, "request">, digit: () => Promise<Digit | null>, answered: Answered) {
    this.#client = client;
    this.#digit = digit;
    this.#answered = answered;
  }

  /** What is shown; null when nothing is. */
  want(wish: LookWish | null): void {
    this.#wish = wish;
    if (wish) this.again();
  }

  /** The weights have changed a little. */
  follow(): void {
    this.#latest.follow();
  }

  /** The weights or the image are different ones. */
  again(): void {
    this.#latest.again();
  }

  async #ask(): Promise<void> {
    const wish = this.#wish;
    if (!wish) return;
    try {
      const digit = await this.#digit();
      const answer = digit && (await this.#look(wish, digit));
      if (answer && this.#wish) this.#answered({ answer, error: null });
    } catch (thrown) {
      if (!(thrown instanceof ReceptiveFailure)) throw thrown;
      // A newer question may be about another network.
      if (!this.#latest.stale && this.#wish) this.#answered({ error: thrown.error });
    }
  }

  async #look(wish: LookWish, { pixels, under, label, index }: Digit): Promise<Looked> {
    const { what, nodes, weights: node, field } = wish;
    for (let tries = 1; ; tries++) {
      // Sent together, they are mostly answered between the same two steps.
      const [maps, weights, reached] = await Promise.all([
        this.#client.request({ type: "look", nodes: [...nodes], what, pixels, label, ...under }),
        node === null ? null : this.#client.request({ type: "weights", node }),
        field && this.#client.request({ type: "field", node: field.node, unit: [...field.unit], pixels, ...under }),
      ]);
      const matches = (!weights || weights.step === maps.step) && (!reached || reached.step === maps.step);
      if (!matches && tries < TRIES) continue;
      return {
        wish,
        digit: { pixels, under, label, index },
        maps,
        weights: weights && node !== null ? { node, step: weights.step, tensors: weights.tensors } : null,
        field: reached,
      };
    }
  }
}
