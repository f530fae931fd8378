/** What the network says to every test image. */
import type { ReceptiveError } from "../../errors.ts";
import type { Predictions } from "../../protocol.ts";
import type { Sample } from "../../state.ts";

export interface MistakesState {
  predictions: Predictions | null;
  /** Test images that were fetched to be seen, by their numbers. */
  samples: ReadonlyMap<number, Sample>;
  asking: boolean;
  error: ReceptiveError | null;
}

export const NO_MISTAKES: MistakesState = { predictions: null, samples: new Map(), asking: false, error: null };

declare module "../../state.ts" {
  interface FeatureState {
    mistakes: MistakesState;
  }
}

declare module "../../intent.ts" {
  interface Intents {
    /** What the network says to every test image. */
    find_mistakes: object;
    /** Test images by their numbers. */
    fetch_samples: { indices: readonly number[] };
  }
}
