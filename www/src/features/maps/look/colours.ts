/** Colours for values: diverging, with 0 in the middle. Pure. */

export type Rgb = readonly [number, number, number];

interface Scale {
  negative: Rgb;
  zero: Rgb;
  positive: Rgb;
}

/** The middle is the paper that maps lie on; the ends stand out from it, and from each other also for who does not tell red from green. */
const SCALES: { readonly [T in "light" | "dark"]: Scale } = {
  light: { negative: [26, 84, 152], zero: [240, 240, 236], positive: [166, 70, 8] },
  dark: { negative: [122, 182, 245], zero: [42, 46, 51], positive: [244, 164, 96] },
};

/** Steps on either side of 0. */
const STEPS = 255;

export function colourOf(share: number, dark: boolean): Rgb {
  const { negative, zero, positive } = SCALES[dark ? "dark" : "light"];
  const end = share < 0 ? negative : positive;
  const amount = Math.min(1, Math.abs(share));
  return [0, 1, 2].map((at) => Math.round((zero[at] ?? 0) + amount * ((end[at] ?? 0) - (zero[at] ?? 0)))) as unknown as Rgb;
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Black or white letters on a colour, whichever stands out more. */
export function inkOn(colour: Rgb): "#000" | "#fff" {
  return contrast(colour, [0, 0, 0]) >= contrast(colour, [255, 255, 255]) ? "#000" : "#fff";
}

/** As WCAG defines it: 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A pixel as a word of image data: alpha in the highest byte. */
const word = ([red, green, blue]: Rgb): number => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

const palettes = new Map<boolean, Uint32Array>();

/** From the least to the largest value, as words of image data. */
export function paletteOf(dark: boolean): Uint32Array {
  let palette = palettes.get(dark);
  if (!palette) {
    palette = Uint32Array.from({ length: 2 * STEPS + 1 }, (_, at) => word(colourOf((at - STEPS) / STEPS, dark)));
    palettes.set(dark, palette);
  }
  return palette;
}

/** What stands for the strongest colour: the larger of the two ends, so that 0 stays in the middle. */
export function extentOf([least, largest]: readonly [number, number]): number {
  const extent = Math.max(Math.abs(least), Math.abs(largest));
  return Number.isFinite(extent) && extent > 0 ? extent : 1;
}

/** The place of a value in a palette's words. */
export function stepOf(value: number, extent: number): number {
  const share = value / extent;
  return STEPS + Math.round(STEPS * (share > 1 ? 1 : share >= -1 ? share : share < -1 ? -1 : 0));
}
