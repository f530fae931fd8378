/** The images that a person looks at: what is in the pad, and what the network says of it. */

import { bestOf } from "../../model/mistakes.ts";
import type { Sample } from "../../model/state.ts";
import { NOT_LOOKED } from "../../model/state.ts";
import type { Page } from "../../page/page.ts";
import { fetchSample } from "../../page/samples.ts";
import type { Digit, LookWish } from "../maps/probe-client.ts";
import { ProbeClient } from "../maps/probe-client.ts";
import type { Under } from "./predictor.ts";
import { Predictor } from "./predictor.ts";

export class Digits {
  readonly #page: Page;
  readonly #predictor: Predictor;
  readonly #probes: ProbeClient;
  /** What the pad shows. */
  #pixels: Uint8Array | null = null;
  /** The first test image, which is looked at while the pad is empty. */
  #standIn: Sample | null = null;

  constructor(page: Page) {
    this.#page = page;
    this.#predictor = new Predictor(page.engine, (answer) => {
      page.set({ trying: { ...page.state.trying, ...answer, untrained: page.state.run.metrics === null } });
    });
    this.#probes = new ProbeClient(
      page.engine,
      () => this.#lookedAt(),
      (answer) => page.set({ look: { ...page.state.look, ...answer } }),
    );
    page.engine.on("metrics", () => this.#follow());
    page.engine.on("data", () => this.#imagesCame());
    page.engine.on("done", () => page.emit("weights_changed"));
    page.engine.on("backend", () => page.emit("weights_changed"));
    page.on("weights_changed", () => this.#weightsChanged());
    page.on("images_replaced", () => (this.#standIn = null));
    page.on("network_changed", () => page.set({ look: NOT_LOOKED }));
  }

  /** The weights have changed a little. */
  #follow(): void {
    this.#predictor.follow();
    this.#probes.follow();
  }

  /** All weights are other ones than before, or there are some at last. */
  #weightsChanged(): void {
    this.#predictor.again();
    this.#probes.again();
  }

  /** Images have come: perhaps the first one to look at. */
  #imagesCame(): void {
    if (this.#page.state.look.answer === null) this.#probes.again();
  }

  /** What the Maps view shows; null when it shows nothing. */
  want(wish: LookWish | null): void {
    this.#probes.want(wish);
  }

  /** The pad shows this, or nothing. */
  show(pixels: Uint8Array | null): void {
    this.#pixels = pixels;
    if (!pixels) this.#page.set({ trying: { ...this.#page.state.trying, probabilities: null, scene: null } });
    this.#predictor.show(pixels, this.#under());
    this.#probes.again();
  }

  /** The same digit over other strokes and other noise. */
  otherClutter(): void {
    const { trying } = this.#page.state;
    this.#page.set({ trying: { ...trying, clutter: trying.clutter + 1 } });
    this.show(this.#pixels);
  }

  /** A test image comes into the pad. */
  async showSample(index: number): Promise<void> {
    const page = this.#page;
    if (index >= page.state.data.images.test) return;
    try {
      const sample = await fetchSample(page.engine, index);
      page.set({ trying: { ...page.state.trying, sample, picture: null, clutter: 0 } });
    } catch (thrown) {
      page.refuse(thrown);
    }
  }

  #under(): Under {
    const { sample, clutter } = this.#page.state.trying;
    return sample && clutter === 0 ? { split: "test", index: sample.index } : { index: clutter };
  }

  /** What the pad shows; the first test image while it is empty. */
  async #lookedAt(): Promise<Digit | null> {
    const {
      trying: { sample, probabilities },
      network,
      data,
    } = this.#page.state;
    if (!network) return null;
    const said = bestOf(probabilities) ?? 0;
    if (this.#pixels) return { pixels: this.#pixels, under: this.#under(), label: sample?.label ?? said, index: sample?.index ?? null };
    if (data.images.test === 0) return null;
    const { pixels, label, index } = (this.#standIn ??= await fetchSample(this.#page.engine, 0));
    return { pixels, under: { split: "test", index }, label, index };
  }
}
