import type { FirstStep } from "./steps.ts";

export interface FirstStepsTexts {
  region: string;
  /** What the page is. */
  what: string;
  names: { [S in FirstStep]: string };
  hints: { [S in FirstStep]: string };
  putAway: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    firstSteps: FirstStepsTexts;
  }
}
