/**
 * Turns a drawing into what MNIST would have made of it, or a set whose images are of another size and made in the same way. As LeCun, Cortes and Burges describe their set: the digit is scaled, keeping its
 * proportions and with the grey levels of anti-aliasing, to fit a box of 20 by 20, and put into a field of 28 by 28 so that its centre of mass is
 * in the middle. A network trained on MNIST reads anything else badly.
 */

export const SIDE = 28;
/** The part of a side that the digit's box takes: 20 of MNIST's 28 pixels. */
const BOX = 20 / SIDE;

/** Height and width of an image in pixels. */
export type Size = readonly [height: number, width: number];
export const MNIST_SIZE: Size = [SIDE, SIDE];
/** Fainter than this is not ink: the rim of an anti-aliased brush must not widen the box. */
const INK = 24;

/** Grey levels from 0 (paper) to 255 (ink), row by row. */
export interface Drawing {
  width: number;
  height: number;
  pixels: Uint8Array | Uint8ClampedArray;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The smallest box around all ink, `right` and `bottom` exclusive; null for an empty drawing. */
export function inkBox({ width, height, pixels }: Drawing): Box | null {
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((pixels[y * width + x] ?? 0) < INK) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return right > left ? { left, top, right, bottom } : null;
}

/** For each of `count` target cells over `[from, to)`: the source cells it covers, with the share of each. */
function coverage(from: number, to: number, count: number): { first: number; shares: number[] }[] {
  const size = (to - from) / count;
  return Array.from({ length: count }, (_, cell) => {
    const start = from + cell * size;
    const end = start + size;
    const first = Math.floor(start);
    const shares: number[] = [];
    for (let at = first; at < end; at++) shares.push((Math.min(at + 1, end) - Math.max(at, start)) / size);
    return { first, shares };
  });
}

/** Scales the part of a drawing inside `box` to `columns` by `rows`; each result is the mean of the area it covers. */
function scaleArea(drawing: Drawing, box: Box, columns: number, rows: number): Float64Array {
  const across = coverage(box.left, box.right, columns);
  const down = coverage(box.top, box.bottom, rows);
  const scaled = new Float64Array(columns * rows);
  down.forEach((row, y) => {
    across.forEach((column, x) => {
      let sum = 0;
      row.shares.forEach((rowShare, dy) => {
        const line = (row.first + dy) * drawing.width + column.first;
        column.shares.forEach((columnShare, dx) => {
          sum += rowShare * columnShare * (drawing.pixels[line + dx] ?? 0);
        });
      });
      scaled[y * columns + x] = sum;
    });
  });
  return scaled;
}

/** Where to put a length so that its centre of mass `mass` comes to the middle of the field, moved by whole pixels and never cut off. */
function place(mass: number, length: number, side: number): number {
  return Math.min(side - length, Math.max(0, Math.round(side / 2 - mass)));
}

/** The drawing as an image of 28 by 28, or of another size; null if nothing is drawn. */
export function centreDigit(drawing: Drawing, [high, wide]: Size = MNIST_SIZE): Uint8Array | null {
  const box = inkBox(drawing);
  if (!box) return null;
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const scale = Math.round(BOX * Math.min(high, wide)) / Math.max(width, height);
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  const scaled = scaleArea(drawing, box, columns, rows);

  let mass = 0;
  let massX = 0;
  let massY = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const value = scaled[y * columns + x] ?? 0;
      mass += value;
      massX += value * (x + 0.5);
      massY += value * (y + 0.5);
    }
  }
  const left = place(massX / mass, columns, wide);
  const top = place(massY / mass, rows, high);

  const image = new Uint8Array(high * wide);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) image[(top + y) * wide + left + x] = Math.round(scaled[y * columns + x] ?? 0);
  }
  return image;
}

/** The image moved by whole pixels; what leaves the field is gone, what enters is paper. */
export function shiftImage(image: Uint8Array, dx: number, dy: number, [high, wide]: Size = MNIST_SIZE): Uint8Array {
  const shifted = new Uint8Array(high * wide);
  for (let y = Math.max(0, dy); y < Math.min(high, high + dy); y++) {
    for (let x = Math.max(0, dx); x < Math.min(wide, wide + dx); x++) {
      shifted[y * wide + x] = image[(y - dy) * wide + x - dx] ?? 0;
    }
  }
  return shifted;
}
