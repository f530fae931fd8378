import type { Formats } from "../../lib/format.ts";
import type { DataTexts } from "./texts.ts";

export default (f: Formats): DataTexts => ({
  title: "Your images",
  about: "About these images…",
  mnist:
    "MNIST is loaded. IDX files can take its place: one channel, 8 to 64 pixels a side, up to 100 classes. Choose images and labels together.",
  counts: (train, test) =>
    `${f.whole(train)} training ${f.plural(train, { one: "image", other: "images" })}, ${f.whole(test)} test ${f.plural(test, { one: "image", other: "images" })}.`,
  form: (size, classes) => `${size} pixels, one channel; ${f.whole(classes)} classes, counted from 0.`,
  normalized: (mean, std) =>
    `Pixels are normalized by these training images' own mean ${f.plain(mean)} and standard deviation ${f.plain(std)} (of pixel / 255).`,
  asMnist: "They have MNIST's form, and the network is for MNIST: pixels are normalized as MNIST's are, by 0.1307 and 0.3081.",
  noTest: "There are no test images: open those too, and accuracy, confusion and mistakes can be seen.",
  fits: "The network fits them.",
  letters:
    "They look like EMNIST's letters: labels 1 to 26, and each image turned over its diagonal. They can be turned upright and counted from 0 (A is 0).",
  turn: "Turn them, count from 0",
  names: "Names of the classes",
  namesHint: (classes) => `One a line, class 0 first; ${f.whole(classes)} lines. Without names classes have numbers.`,
  namesWrong: (found, classes) => `${f.whole(found)} names for ${f.whole(classes)} classes: the others keep their numbers.`,
  namesFile: "Names from a file…",
  back: "Back to MNIST",
  choose: "Choose IDX files…",
  kept: "Files are read in this tab and not stored: after a reload open them again.",
});
