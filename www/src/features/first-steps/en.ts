import type { FirstStepsTexts } from "./texts.ts";

export default (): FirstStepsTexts => ({
  region: "First steps",
  what: "Build a convolutional network, train it on handwritten digits in this tab, and take it apart.",
  names: { train: "Train", look: "Look", break: "Break", build: "Build" },
  hints: {
    train: "run it: loss falls, accuracy rises",
    look: "what each layer makes of a digit",
    break: "raise the learning rate to 1",
    build: "add a layer, or start from blank",
  },
  putAway: "Put away; Help brings it back",
});
