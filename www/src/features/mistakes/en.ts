import type { Formats } from "../../lib/format.ts";
import type { ErrorsTexts } from "./texts.ts";

export default (f: Formats): ErrorsTexts => ({
  waiting: "Mistakes appear here when the network and the test images are there.",
  ask: (step) => (step === null ? "Test again" : `Test again (now step ${f.whole(step)})`),
  asking: "Testing every test image…",
  summary: (wrong, count, step) => `${f.whole(wrong)} of ${f.whole(count)} test images wrong at step ${f.whole(step)}.`,
  random: "random weights",
  failed: "The engine could not say.",
  matrix: "Confusion matrix",
  matrixHint: "Rows: true class. Columns: the network's answer. Open a cell to see its images.",
  label: "Label",
  said: "Said",
  show: "Cells show",
  shows: { counts: "counts", shares: "share of the row" },
  cell: (label, said, count, share) => `Label ${label}, said ${said}: ${f.whole(count)}, ${f.coarsePercent(share)} of the row`,
  background: "bg",
  pixels:
    "This network says a class of every pixel: the matrix counts pixels (bg is the background). Single images and the most likely classes are there for networks that say one class an image.",
  pixelsWaiting: "The matrix appears with the first evaluation, at the latest at the end of an epoch.",
  pixelSummary: (step) => `Pixels of the evaluation at step ${f.whole(step)}.`,
  images: (label, said, count) =>
    label === said ? `${f.whole(count)} right: ${label}` : `${f.whole(count)} labelled ${label}, taken for ${said}`,
  more: (left) => `More (${f.whole(left)})`,
  none: "No image is in this cell.",
  choose: "Choose a cell of the matrix to see its images.",
  image: (index, label, said, probability) =>
    `Test image ${f.whole(index)}: label ${label}, said ${said} with ${f.coarsePercent(probability)}`,
  imageWithoutClass: (index, label) => `Test image ${f.whole(index)}: label ${label}, no class said`,
  noClass: (count) =>
    `Of ${f.whole(count)} ${f.plural(count, { one: "image", other: "images" })} the network says no class: what it computes is not all finite numbers (NaN). They are in no cell, and count as wrong.`,
  open: "A click on an image shows what happens to it inside the network.",
  caption: (label, said) => `${label} → ${said}`,
  sure: (said, right, loss) => `${f.coarsePercent(said)}; right ${f.coarsePercent(right)}; loss ${f.brief(loss)}`,
  worst: "Worst mistakes",
  worstHint:
    "The largest loss first. Under each: true class → answer, the share given to the answer, the share given to the right class, and the loss.",
  noneWrong: "Not one image is wrong.",
  classes: "By class",
  top1: "right",
  top2: "correct within two guesses",
});
