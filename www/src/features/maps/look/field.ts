/** What a value depends on in the image, in numbers. Pure. */

export interface FieldNumbers {
  /** Height and width of the rectangle that it can depend on at all. */
  size: readonly [number, number];
  /** Pixels whose change would change it now. */
  touched: number;
  /** The fewest pixels that have half and nine tenths of all gradient. */
  half: number;
  most: number;
}

export function fieldNumbers(gradient: Float32Array, rows: readonly [number, number], columns: readonly [number, number]): FieldNumbers {
  const sizes = Float32Array.from(gradient, Math.abs).sort().reverse();
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const holding = (share: number): number => {
    let sum = 0;
    const at = sizes.findIndex((size) => (sum += size) >= share * all * (1 - 1e-6));
    return all > 0 ? at + 1 : 0;
  };
  const zero = sizes.indexOf(0);
  return {
    size: [rows[1] - rows[0] + 1, columns[1] - columns[0] + 1],
    touched: zero < 0 ? sizes.length : zero,
    half: holding(0.5),
    most: holding(0.9),
  };
}
