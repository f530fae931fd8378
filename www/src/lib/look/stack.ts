/** Maps of one size, one behind the other, and how they lie on one picture. Pure; pixels are written without an object for any of them. */
import { extentOf, stepOf } from "./colours.ts";

export interface Stack {
  count: number;
  rows: number;
  columns: number;
  values: Float32Array;
}

export type Range = readonly [number, number];

/** What the strongest colour stands for: of each map by itself, of the layer, of the whole network. */
export const SCALES = ["local", "layer", "global"] as const;
export type ScaleChoice = (typeof SCALES)[number];

/** Activations: a map a channel; features are maps of one pixel. */
export function stackOf({ shape, values }: { shape: readonly number[]; values: Float32Array }): Stack {
  const [count = values.length, rows = 1, columns = 1] = shape;
  return { count, rows, columns, values };
}

/** The least and the largest of some values; `[0, 0]` of none. What is not a number does not count. */
export function rangeOf(values: Float32Array, first = 0, last = values.length): Range {
  let least = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = first; at < last; at++) {
    const value = values[at] as number;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return least <= largest ? [least, largest] : [0, 0];
}

export function mapRange({ rows, columns, values }: Stack, map: number): Range {
  return rangeOf(values, map * rows * columns, (map + 1) * rows * columns);
}

/** The strongest colour's value, map by map. */
export function extents(stack: Stack, choice: ScaleChoice, network: Range | null): Float32Array {
  const all = new Float32Array(stack.count);
  if (choice === "local") for (let map = 0; map < stack.count; map++) all[map] = extentOf(mapRange(stack, map));
  else all.fill(extentOf((choice === "global" && network) || rangeOf(stack.values)));
  return all;
}

/** Where maps lie on a picture whose pixels are values: `across` in a line, `gap` pixels between them. */
export interface Arrangement {
  across: number;
  down: number;
  gap: number;
  width: number;
  height: number;
  /** Screen pixels a value. */
  zoom: number;
}

/** Many maps are drawn smaller; one pixel is never smaller than a target may be. `across` can be given, as for kernels of one output. */
export function arrange({ count, rows, columns }: Stack, room: number, across: number | null = null): Arrangement {
  const point = rows * columns === 1;
  const side = count > 100 ? 56 : count > 24 ? 72 : 96;
  const zoom = point ? 26 : Math.max(1, Math.min(12, Math.floor(side / Math.max(rows, columns))));
  const gap = point ? 0 : Math.max(1, Math.round(6 / zoom));
  const fit = across ?? Math.max(1, Math.floor((room / zoom + gap) / (columns + gap)));
  const lines = Math.min(count, fit);
  const down = Math.ceil(count / lines);
  return { across: lines, down, gap, zoom, width: lines * (columns + gap) - gap, height: down * (rows + gap) - gap };
}

/** The first row and column of a map on the picture. */
export function placeOf({ rows, columns }: Stack, { across, gap }: Arrangement, map: number): { row: number; column: number } {
  return { row: Math.floor(map / across) * (rows + gap), column: (map % across) * (columns + gap) };
}

/** The map at a pixel of the picture; null between maps. */
export function mapAt({ count, rows, columns }: Stack, { across, gap }: Arrangement, row: number, column: number): number | null {
  const [line, place] = [Math.floor(row / (rows + gap)), Math.floor(column / (columns + gap))];
  const map = line * across + place;
  const inside = row >= 0 && column >= 0 && row - line * (rows + gap) < rows && column - place * (columns + gap) < columns;
  return inside && place < across && map < count ? map : null;
}

/** Writes all maps into the words of a picture of `width` by `height`; what lies between them is transparent. */
export function paint(words: Uint32Array, stack: Stack, arrangement: Arrangement, strongest: Float32Array, palette: Uint32Array): void {
  const { count, rows, columns, values } = stack;
  const { width } = arrangement;
  words.fill(0);
  for (let map = 0; map < count; map++) {
    const place = placeOf(stack, arrangement, map);
    const extent = strongest[map] as number;
    let from = map * rows * columns;
    for (let row = 0; row < rows; row++) {
      let to = (place.row + row) * width + place.column;
      for (let column = 0; column < columns; column++) words[to++] = palette[stepOf(values[from++] as number, extent)] as number;
    }
  }
}
