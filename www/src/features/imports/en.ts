import type { ImportsTexts } from "./texts.ts";

export default (): ImportsTexts => ({
  title: (network) => `${network} is open.`,
  outside:
    "The file does not normalize its images. It gets them as they are here: a pixel between 0 and 1, minus 0.1307, divided by 0.3081.",
  other: "The file normalizes images in a way of its own: the first layer, channel_affine, makes those images of the ones here.",
  softmax: "The network ends in softmax, and the loss of training has a softmax of its own: remove the last layer before you train.",
  withoutWeights:
    "Its weights were left out: the network is for other images or classes than the ones here, and cannot be trained on them.",
});
