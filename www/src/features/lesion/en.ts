import type { Formats } from "../../lib/format.ts";
import type { LesionTexts } from "./texts.ts";

export default (f: Formats): LesionTexts => ({
  source: "Source: Veit, Wilber, Belongie 2016, sections 4.1 and 4.2.",
  asking: "The network’s parts are being listed…",
  failed: "The engine could not answer.",
  again: "Try again",
  noImages: "It measures on the test images, and none are loaded yet.",
  untrained: "This network has random weights. Train it first: what a part is worth shows only then.",
  kinds: {
    residual: (count) => `Residual blocks (${f.whole(count)})`,
    branch: (count) => `Branches (${f.whole(count)})`,
    skip: (count) => `Long skips (${f.whole(count)})`,
    layer: (count) => `Layers (${f.whole(count)})`,
  },
  kindChoice: "Parts",
  part: ({ kind, name, number }) => (kind === "branch" ? `${name}, branch ${f.whole(number)}` : name),
  detail: ({ kind, op, identity, shape }) => {
    const size = f.shape(shape);
    if (kind === "residual") return identity ? `${size}, its shortcut stays` : `${size}, its shortcut, which changes the shape, stays`;
    if (kind === "layer") return `${op}, ${size}`;
    return `${size}, becomes 0`;
  },
  anew: "Estimate batch norm’s statistics anew",
  anewHint: "From ten training batches, without the parts. So it is seen how much of the loss was only that.",
  each: "Each in turn",
  random: "k at random",
  stop: "Stop",
  mend: "Put all back",
  measure: "Measure",
  busy: { switch: "Measuring", each: "Measuring each in turn", random: "Measuring random choices" },
  progress: (done, of) => `${f.whole(done)} of ${f.whole(of)} images`,
  batches: (done, of) => `statistics: batch ${f.whole(done)} of ${f.whole(of)}`,
  moved: "Training went on while it measured, so it stopped. Pause the run and measure again.",
  pauses: "Training pauses while it measures, and then goes on.",
  of: (step) => `Weights of step ${f.whole(step)}.`,
  intact: (value) => `Intact: ${value}`,
  without: (names, value, change) => `${names ? `Without ${names}` : "Whole, statistics anew"}: ${value} (${change})`,
  onImages: (images, all) => (all ? `on all ${f.whole(images)} test images` : `on the first ${f.whole(images)} test images`),
  nothingCut: "Switch a part off to see what the network says without it.",
  measureName: (pixels) => (pixels ? "Mean IoU" : "Accuracy"),
  columns: { out: "Out", part: "Part", drop: "What it is worth", stored: "Without it", anew: "With statistics anew", change: "Change" },
  leaveOut: (name) => `Leave out ${name}`,
  points: (number) => `${number} points`,
  notMeasured: "not measured yet",
  most: (name, change, median) => `${name} is worth most: ${change} without it. The median of these parts is ${median}.`,
  onlyStatistics: (stored, anew) => `Statistics estimated anew change the median from ${stored} to ${anew}.`,
  curve: (kind) => `${{ residual: "Residual blocks", branch: "Branches", skip: "Long skips", layer: "Layers" }[kind]} left out at random`,
  curveHint: (images) => `A dot is one of five draws, the line their mean; on the first ${f.whole(images)} test images.`,
  left: "Left out",
  mean: "Mean",
  spread: "Least to most",
  save: "Save CSV",
});
