/** Asks the network what it sees in the pad: one question at a time, always the newest, and again as training goes on. */
import { ReceptiveFailure } from "./errors.ts";
import type { TrainerClient } from "./trainer-client.ts";

/** While training, bars move at most this often: an answer costs the engine a forward pass. */
const FOLLOW_MS = 500;

export class Predictor {
  readonly #client: TrainerClient;
  readonly #answered: (probabilities: readonly number[]) => void;
  #pixels: Uint8Array | null = null;
  #asking = false;
  #stale = false;
  #askedAt = 0;

  constructor(client: TrainerClient, answered: (probabilities: readonly number[]) => void) {
    this.#client = client;
    this.#answered = answered;
  }

  show(pixels: Uint8Array | null): void {
    this.#pixels = pixels;
    this.again();
  }

  /** The weights have changed a little. */
  follow(): void {
    if (performance.now() - this.#askedAt >= FOLLOW_MS) this.again();
  }

  /** The weights are different ones. */
  again(): void {
    this.#stale = true;
    if (!this.#asking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    while (this.#stale && this.#pixels) {
      this.#stale = false;
      this.#askedAt = performance.now();
      const pixels = this.#pixels;
      try {
        const { probabilities } = await this.#client.request({ type: "predict", pixels });
        if (this.#pixels) this.#answered([...probabilities]);
      } catch (thrown) {
        // Not compiled yet, or the engine is gone: the bars stay empty, and the next compilation asks again.
        if (!(thrown instanceof ReceptiveFailure)) throw thrown;
      }
    }
    this.#asking = false;
  }
}
