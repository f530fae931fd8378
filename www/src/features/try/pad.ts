import type { Page } from "../../page/page.ts";
import type { Under } from "./predictor.ts";
import { Predictor } from "./predictor.ts";

/** What the pad shows, and the network's predictions for it. */
export class Pad {
  readonly #page: Page;
  readonly #predictor: Predictor;
  #pixels: Uint8Array | null = null;

  constructor(page: Page) {
    this.#page = page;
    this.#predictor = new Predictor(page.engine, (answer) => {
      page.set({ trying: { ...page.state.trying, ...answer, untrained: page.state.run.metrics === null } });
    });
    page.engine.on("metrics", () => this.#predictor.follow());
    page.on("weights_changed", () => this.#predictor.again());
  }

  /** With what it lies over, and its label and number where it is a test image; null while it is empty. */
  get shown(): { pixels: Uint8Array; under: Under; label: number | null; index: number | null } | null {
    const { sample } = this.#page.state.trying;
    return this.#pixels && { pixels: this.#pixels, under: this.#under(), label: sample?.label ?? null, index: sample?.index ?? null };
  }

  /** It shows this, or nothing. */
  show(pixels: Uint8Array | null): void {
    this.#pixels = pixels;
    if (!pixels) this.#page.set({ trying: { ...this.#page.state.trying, probabilities: null, scene: null } });
    this.#predictor.show(pixels, this.#under());
    this.#page.emit("pad_changed");
  }

  /** The same over other strokes and other noise. */
  otherClutter(): void {
    const { trying } = this.#page.state;
    this.#page.set({ trying: { ...trying, clutter: trying.clutter + 1 } });
    this.show(this.#pixels);
  }

  #under(): Under {
    const { sample, clutter } = this.#page.state.trying;
    return sample && clutter === 0 ? { split: "test", index: sample.index } : { index: clutter };
  }
}

/** For {@link Page.the}. */
export const pad = (page: Page): Pad => new Pad(page);
