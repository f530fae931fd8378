/** What a network says of every pixel, as pictures and in numbers. */
import type { Scene } from "../engine/protocol.ts";

/** One colour a digit, readable under black letters and on the paper of both themes; the first nine are Tableau's. */
export const CLASS_COLOURS = [
  "#4e79a7",
  "#f28e2b",
  "#e15759",
  "#76b7b2",
  "#59a14f",
  "#edc948",
  "#b07aa1",
  "#ff9da7",
  "#9c755f",
  "#b5e853",
] as const;

export interface ClassCount {
  digit: number;
  pixels: number;
}

/** How many pixels the network says no class of: 255, since what it computes are no finite numbers. */
export function withoutClass(mask: Uint8Array): number {
  return mask.reduce((count, value) => count + Number(value === 255), 0);
}

/** The digits that a mask has pixels of, most first. */
export function classesOf(mask: Uint8Array): ClassCount[] {
  const counts = CLASS_COLOURS.map((_, digit) => ({ digit, pixels: 0 }));
  for (const value of mask) {
    const count = counts[value - 1];
    if (count) count.pixels++;
  }
  return counts.filter(({ pixels }) => pixels > 0).sort((a, b) => b.pixels - a.pixels);
}

/** Intersection over union of the pixels that are the digit's and those that are said to be: to be this digit where it is known, else any. Null where neither has any. */
export function overlap({ digit, mask }: Scene, label: number | null): number | null {
  let [both, either] = [0, 0];
  mask.forEach((value, at) => {
    const said = label === null ? value > 0 && value < 255 : value === label + 1;
    const there = digit[at] === 1;
    if (said && there) both++;
    if (said || there) either++;
  });
  return either === 0 ? null : both / either;
}

/** Ink in the alpha channel, as the stylesheet's colours want it. */
export function inkImage(pixels: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * pixels.length);
  pixels.forEach((value, at) => {
    rgba[4 * at + 3] = value;
  });
  return rgba;
}

/**
 * Classes (0 for none, 1 and the digit) in their colours over the picture in a pale grey. With `only`, pixels of other digits are pale too; a
 * digit that is not known is grey.
 */
export function classImage(picture: Uint8Array, classes: Uint8Array, only: number | null, known = true): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * picture.length);
  picture.forEach((ink, at) => {
    const value = classes[at] ?? 0;
    const colour = known ? (CLASS_COLOURS[value - 1] ?? null) : null;
    const shown = value > 0 && (only === null || only === value - 1);
    const [red, green, blue] =
      colour && shown ? [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16)) : [127, 127, 127];
    rgba.set([red ?? 0, green ?? 0, blue ?? 0, shown ? 255 : value > 0 ? 90 : ink * 0.3], 4 * at);
  });
  return rgba;
}
