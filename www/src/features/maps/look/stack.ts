/** Maps of one size, one behind the other, and how they lie on one picture. Pure; pixels are written without an object for any of them. */
import { extentOf, stepOf } from "./colours.ts";
import type { ScaleChoice } from "./scales.ts";

export interface Stack {
  count: number;
  rows: number;
  columns: number;
  values: Float32Array;
}

export type Range = readonly [number, number];

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

/** The strongest colour's value, map by map. Features have no pixels to compare: they are compared with each other. */
export function extents(stack: Stack, choice: ScaleChoice, network: Range | null): Float32Array {
  const all = new Float32Array(stack.count);
  if (choice === "local" && stack.rows * stack.columns > 1)
    for (let map = 0; map < stack.count; map++) all[map] = extentOf(mapRange(stack, map));
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

/** Screen pixels: all maps are seen at once where they can be, but none is larger or smaller than this. */
const HEIGHT = 340;
const LARGEST = 168;
const SMALLEST = 48;
/** A pixel that is a map of its own is a target. */
const POINT = 26;

/** Maps are as large as there is room for. `across` can be given, as for kernels of one output. */
export function arrange({ count, rows, columns }: Stack, room: number, across: number | null = null): Arrangement {
  const side = Math.max(rows, columns);
  if (side === 1) return arranged(POINT, 0);
  const least = Math.max(1, Math.floor(SMALLEST / side));
  let zoom = Math.max(least, Math.min(24, Math.floor((across === null ? LARGEST : 2 * SMALLEST) / side)));
  for (; zoom > least; zoom--) {
    const { height, width } = arranged(zoom, gapAt(zoom));
    if (height * zoom <= HEIGHT && width * zoom <= room) break;
  }
  return arranged(zoom, gapAt(zoom));

  function arranged(scale: number, gap: number): Arrangement {
    const fit = across ?? Math.max(1, Math.floor((room / scale + gap) / (columns + gap)));
    const line = Math.min(count, fit);
    const down = Math.ceil(count / line);
    return { across: line, down, gap, zoom: scale, width: line * (columns + gap) - gap, height: down * (rows + gap) - gap };
  }
}

const gapAt = (zoom: number): number => Math.max(1, Math.round(6 / zoom));

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
