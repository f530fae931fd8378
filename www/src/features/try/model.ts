import type { Scene } from "../../engine/protocol.ts";
import type { Sample } from "../../model/state.ts";

/** What is in the digit pad and what the network says to it. */
export interface TryState {
  /** An image from the test set, asked for by the user; the pad shows it. */
  sample: Sample | null;
  /** A picture the user chose, as the network sees it; the pad shows it. */
  picture: { pixels: Uint8Array } | null;
  probabilities: readonly number[] | null;
  /** What the network saw and said, where it says a class of every pixel; the probabilities are then null. */
  scene: Scene | null;
  /** Counts the changes of what lies under the digit; 0 is a test image's own. */
  clutter: number;
  /** The weights that gave these probabilities had not been trained at all. */
  untrained: boolean;
}

export const NOTHING_TRIED: TryState = { sample: null, picture: null, probabilities: null, scene: null, clutter: 0, untrained: true };

declare module "../../model/state.ts" {
  interface FeatureState {
    trying: TryState;
  }
}

declare module "../../page/intent.ts" {
  interface Intents {
    /** What the pad shows now, as the network will see it; null when it is empty. */
    show_digit: { pixels: Uint8Array | null };
    /** The pad no longer shows the test image it was given. */
    drop_sample: object;
    random_digit: object;
    /** A test image comes into the pad. */
    show_sample: { index: number };
    /** A picture of a digit comes into the pad: what the network would see of it. */
    show_picture: { pixels: Uint8Array };
    /** Other strokes and other noise under the same digit. */
    other_clutter: object;
  }
}
