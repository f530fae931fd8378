import type { ReceptiveError } from "../../engine/errors.ts";
import type { Looking } from "./look/looking.ts";
import { AS_FIRST } from "./look/looking.ts";
import type { Looked, LookWish } from "./probe-client.ts";

/** What the Maps view shows. */
export interface LookState {
  answer: Looked | null;
  /** Why there is nothing newer. */
  error: ReceptiveError | null;
}

export const NOT_LOOKED: LookState = { answer: null, error: null };

export const slices = { look: NOT_LOOKED, looking: AS_FIRST };

declare module "../../model/state.ts" {
  interface FeatureState {
    look: LookState;
    /** How the view looks at the selected layer. */
    looking: Looking;
  }
}

declare module "../../page/intent.ts" {
  interface Intents {
    /** What the Maps view shows; null when it shows nothing. */
    look: { wish: LookWish | null };
    /** How the Maps view looks at it. */
    look_at: { looking: Partial<Looking> };
  }
}
