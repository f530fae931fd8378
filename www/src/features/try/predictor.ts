/** Asks the network what it sees in the pad: one question at a time, always the newest, and again as training goes on. */
import { ReceptiveFailure } from "../../engine/errors.ts";
import { LatestRequest } from "../../engine/latest-request.ts";
import type { Scene, Split } from "../../engine/protocol.ts";
import type { Engine } from "../../page/page.ts";

/** While training, bars move at most this often: an answer costs the engine a forward pass. */
const FOLLOW_MS = 500;

/** What a digit lies over where the data are cluttered: as image `index` of a split, or of none. */
export interface Under {
  split?: Split;
  index: number;
}

export interface Answer {
  probabilities: readonly number[] | null;
  scene: Scene | null;
}

export class Predictor {
  readonly #client: Engine;
  readonly #answered: (answer: Answer) => void;
  #pixels: Uint8Array | null = null;
  #under: Under = { index: 0 };
  readonly #latest = new LatestRequest(
    FOLLOW_MS,
    () => this.#pixels !== null,
    () => this.#ask(),
  );

  constructor(client: Engine, answered: (answer: Answer) => void) {
    this.#client = client;
    this.#answered = answered;
  }

  show(pixels: Uint8Array | null, under: Under): void {
    this.#pixels = pixels;
    this.#under = under;
    this.again();
  }

  /** The weights have changed a little. */
  follow(): void {
    this.#latest.follow();
  }

  /** The weights are different ones. */
  again(): void {
    this.#latest.again();
  }

  async #ask(): Promise<void> {
    const pixels = this.#pixels;
    if (!pixels) return;
    try {
      const { probabilities, scene } = await this.#client.request({ type: "predict", pixels, ...this.#under });
      // One of every pixel is shown as the scene.
      if (this.#pixels) this.#answered({ probabilities: scene ? null : [...probabilities], scene });
    } catch (thrown) {
      // Not compiled yet, or the engine is gone: the bars stay empty, and the next compilation asks again.
      if (!(thrown instanceof ReceptiveFailure)) throw thrown;
    }
  }
}
