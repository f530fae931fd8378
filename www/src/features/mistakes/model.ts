/** What the network says to every test image. */
import type { ReceptiveError } from "../../engine/errors.ts";
import type { Predictions } from "../../engine/protocol.ts";
import type { Sample } from "../../model/state.ts";

export interface MistakesState {
  predictions: Predictions | null;
  /** Test images that were fetched to be seen, by their numbers. */
  samples: ReadonlyMap<number, Sample>;
  asking: boolean;
  error: ReceptiveError | null;
}

export const NO_MISTAKES: MistakesState = { predictions: null, samples: new Map(), asking: false, error: null };

declare module "../../model/state.ts" {
  interface FeatureState {
    mistakes: MistakesState;
  }
}

declare module "../../page/intent.ts" {
  interface Intents {
    /** What the network says to every test image. */
    find_mistakes: object;
    /** Test images by their numbers. */
    fetch_samples: { indices: readonly number[] };
  }
}
