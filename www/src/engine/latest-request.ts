/** Asks one question at a time, always the newest, and again when what it is about has changed. */
export class LatestRequest {
  readonly #followMs: number;
  readonly #ask: () => Promise<void>;
  readonly #wanted: () => boolean;
  #asking = false;
  #stale = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** `ask` puts the question as it is now and deals with what becomes of it; nothing is asked while it is not `wanted`. */
  constructor(followMs: number, wanted: () => boolean, ask: () => Promise<void>) {
    this.#followMs = followMs;
    this.#wanted = wanted;
    this.#ask = ask;
  }

  /** Whether a newer question waits for the answer to this one. */
  get stale(): boolean {
    return this.#stale;
  }

  /** The weights have changed a little: worth a question at most so often. */
  follow(): void {
    if (performance.now() - this.#askedAt >= this.#followMs) this.again();
  }

  /** What is asked about is another. */
  again(): void {
    this.#stale = true;
    if (!this.#asking) void this.#run();
  }

  async #run(): Promise<void> {
    this.#asking = true;
    while (this.#stale && this.#wanted()) {
      this.#stale = false;
      this.#askedAt = performance.now();
      await this.#ask();
    }
    this.#asking = false;
  }
}
