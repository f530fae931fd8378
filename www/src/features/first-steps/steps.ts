export const STEPS = ["train", "look", "break", "build"] as const;
export type FirstStep = (typeof STEPS)[number];

/** Events: a step is wanted; all of them are wanted back. */
export const FIRST_STEP = "first-step";
export const SHOW_STEPS = "show-first-steps";

declare global {
  interface HTMLElementEventMap {
    [FIRST_STEP]: CustomEvent<FirstStep>;
    [SHOW_STEPS]: Event;
  }
}
