/** The images that a person looks at: what is in the pad, test images, and what the network says of all of them. */
import { toReceptiveError } from "./errors.ts";
import type { Host } from "./host.ts";
import { bestOf } from "./lib/mistakes.ts";
import type { Under } from "./predictor.ts";
import { Predictor } from "./predictor.ts";
import type { Digit, LookWish } from "./probe-client.ts";
import { ProbeClient } from "./probe-client.ts";
import type { Sample } from "./state.ts";
import { saysPixels } from "./state.ts";

/** Images that are asked for together. */
const SAMPLES_AT_ONCE = 12;

export class Digits {
  readonly #host: Host;
  readonly #predictor: Predictor;
  readonly #probes: ProbeClient;
  /** What the pad shows. */
  #pixels: Uint8Array | null = null;
  /** The first test image, which is looked at while the pad is empty. */
  #standIn: Sample | null = null;

  constructor(host: Host) {
    this.#host = host;
    this.#predictor = new Predictor(host.client, (answer) => {
      host.set({ trying: { ...host.state.trying, ...answer, untrained: host.state.run.metrics === null } });
    });
    this.#probes = new ProbeClient(
      host.client,
      () => this.#lookedAt(),
      (answer) => host.set({ look: { ...host.state.look, ...answer } }),
    );
  }

  /** The weights have changed a little. */
  follow(): void {
    this.#predictor.follow();
    this.#probes.follow();
  }

  /** All weights are other ones than before, or there are some at last. */
  weightsChanged(): void {
    this.#predictor.again();
    this.#probes.again();
  }

  /** Images have come: perhaps the first one to look at. */
  imagesCame(): void {
    if (this.#host.state.look.answer === null) this.#probes.again();
  }

  /** Other images have taken the place of those that were there. */
  imagesReplaced(): void {
    this.#standIn = null;
  }

  /** What the Maps view shows; null when it shows nothing. */
  want(wish: LookWish | null): void {
    this.#probes.want(wish);
  }

  /** The pad shows this, or nothing. */
  show(pixels: Uint8Array | null): void {
    this.#pixels = pixels;
    if (!pixels) this.#host.set({ trying: { ...this.#host.state.trying, probabilities: null, scene: null } });
    this.#predictor.show(pixels, this.#under());
    this.#probes.again();
  }

  /** The same digit over other strokes and other noise. */
  otherClutter(): void {
    const { trying } = this.#host.state;
    this.#host.set({ trying: { ...trying, clutter: trying.clutter + 1 } });
    this.show(this.#pixels);
  }

  /** A test image comes into the pad. */
  async showSample(index: number): Promise<void> {
    const host = this.#host;
    if (index >= host.state.data.images.test) return;
    try {
      const sample = await this.#sample(index);
      host.set({ trying: { ...host.state.trying, sample, picture: null, clutter: 0 } });
    } catch (thrown) {
      host.refuse(thrown);
    }
  }

  /** Test images by their numbers, those that are not here yet. */
  async fetch(indices: readonly number[]): Promise<void> {
    const host = this.#host;
    const { id } = host.state.run;
    const missing = indices.filter((index) => !host.state.mistakes.samples.has(index));
    try {
      for (let first = 0; first < missing.length; first += SAMPLES_AT_ONCE) {
        const come = await Promise.all(missing.slice(first, first + SAMPLES_AT_ONCE).map((index) => this.#sample(index)));
        if (host.state.run.id !== id) return;
        const samples = new Map([...host.state.mistakes.samples, ...come.map((sample) => [sample.index, sample] as const)]);
        host.set({ mistakes: { ...host.state.mistakes, samples } });
      }
    } catch (thrown) {
      host.refuse(thrown);
    }
  }

  /** What the network says to every test image. */
  async findMistakes(): Promise<void> {
    const host = this.#host;
    const {
      mistakes,
      network,
      run: { id },
      data,
    } = host.state;
    if (mistakes.asking || !network || saysPixels(host.state) || data.images.test === 0) return;
    host.set({ mistakes: { ...mistakes, asking: true } });
    try {
      const { predictions } = await host.client.request({ type: "predictions", split: "test" });
      if (host.state.run.id === id) host.set({ mistakes: { ...host.state.mistakes, predictions, asking: false, error: null } });
    } catch (thrown) {
      if (host.state.run.id === id)
        host.set({ mistakes: { ...host.state.mistakes, asking: false, error: toReceptiveError(thrown, "engine_failed") } });
    }
  }

  #under(): Under {
    const { sample, clutter } = this.#host.state.trying;
    return sample && clutter === 0 ? { split: "test", index: sample.index } : { index: clutter };
  }

  /** What the pad shows; the first test image while it is empty. */
  async #lookedAt(): Promise<Digit | null> {
    const {
      trying: { sample, probabilities },
      network,
      data,
    } = this.#host.state;
    if (!network) return null;
    const said = bestOf(probabilities) ?? 0;
    if (this.#pixels) return { pixels: this.#pixels, under: this.#under(), label: sample?.label ?? said, index: sample?.index ?? null };
    if (data.images.test === 0) return null;
    const { pixels, label, index } = (this.#standIn ??= await this.#sample(0));
    return { pixels, under: { split: "test", index }, label, index };
  }

  async #sample(number: number): Promise<Sample> {
    const { pixels, label, index } = await this.#host.client.request({ type: "sample", split: "test", index: number });
    return { pixels: Uint8Array.from(pixels), label, index };
  }
}
