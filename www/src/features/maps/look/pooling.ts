/** The largest of a window, and its mean. */
import type { Arithmetic, Plane, Question, Term } from "./arithmetic.ts";
import { sizeOf, summed, valueAt } from "./arithmetic.ts";
import type { Pair } from "./parameters.ts";
import { number, windowOf } from "./parameters.ts";

export function largest({ fields, inputs: [x], unit }: Question): Arithmetic {
  if (!x) return { kind: "none" };
  const [channel = 0, row = 0, column = 0] = unit;
  const [, height, width] = sizeOf(x.shape);
  const { kernel, stride, padding, dilation } = windowOf(fields, true);
  const down = taps(row * stride[0] - padding[0], kernel[0], dilation[0], height);
  const across = taps(column * stride[1] - padding[1], kernel[1], dilation[1], width);
  const terms = window(x, channel, down, across);
  const chosen = terms.reduce((best, { x: value }, at) => (value > (terms[best]?.x ?? Number.NEGATIVE_INFINITY) ? at : best), 0);
  return { kind: "max", terms, planes: plane(channel, down, across), chosen, value: terms[chosen]?.x ?? Number.NaN };
}

export function average({ op, fields, inputs: [x], output, unit }: Question): Arithmetic {
  if (!x) return { kind: "none" };
  const [channel = 0, row = 0, column = 0] = unit;
  const [, height, width] = sizeOf(x.shape);
  const sizes: Pair = [height, width];
  const [, outRows, outColumns] = sizeOf(output);
  if (op !== "avg_pool2d") {
    const [down, across] = [share(row, height, outRows), share(column, width, outColumns)];
    return mean(x, channel, down, across, down.length * across.length);
  }
  const given = "kernel_size" in fields;
  const { kernel, stride, padding } = windowOf(
    given ? fields : { kernel_size: 1, stride: [Math.ceil(height / outRows), Math.ceil(width / outColumns)] },
    true,
  );
  const first: Pair = [row * stride[0] - padding[0], column * stride[1] - padding[1]];
  const [down, across] = [taps(first[0], kernel[0], 1, height), taps(first[1], kernel[1], 1, width)];
  // A window that ceil_mode lets hang over ends with the padding.
  const counted = (axis: 0 | 1): number => Math.min(first[axis] + kernel[axis], sizes[axis] + padding[axis]) - first[axis];
  const size = fields.count_include_pad === false ? down.length * across.length : counted(0) * counted(1);
  return mean(x, channel, down, across, number(fields.divisor_override, size));
}

function mean(x: Question["inputs"][number], channel: number, down: number[], across: number[], divisor: number): Arithmetic {
  return summed(window(x, channel, down, across), plane(channel, down, across), null, divisor);
}

/** Rows (or columns) of a window that are in the map: what is padded takes no part. */
function taps(first: number, kernel: number, dilation: number, size: number): number[] {
  return Array.from({ length: kernel }, (_, tap) => first + tap * dilation).filter((at) => at >= 0 && at < size);
}

/** Part `at` of `parts` even ones. */
function share(at: number, size: number, parts: number): number[] {
  const first = Math.floor((at * size) / parts);
  return Array.from({ length: Math.ceil(((at + 1) * size) / parts) - first }, (_, step) => first + step);
}

function window(x: Question["inputs"][number], channel: number, down: number[], across: number[]): Term[] {
  return down.flatMap((row) =>
    across.map((column): Term => {
      const at = [channel, row, column];
      const value = valueAt(x, at);
      return { input: 0, at, x: value, weight: null, product: value };
    }),
  );
}

const plane = (channel: number, down: number[], across: number[]): Plane[] => [
  { input: 0, channel, rows: down.length, columns: across.length, first: 0 },
];
