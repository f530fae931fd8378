/** Values that are sums of products: convolutions and fully connected layers. */
import type { Arithmetic, Plane, Question, Term } from "./arithmetic.ts";
import { sizeOf, summed, tensor, valueAt } from "./arithmetic.ts";
import { channelsRead, number, windowOf } from "./parameters.ts";

export function convolution({ fields, inputs: [x], tensors, output, unit }: Question): Arithmetic {
  const weight = tensor(tensors, "weight");
  if (!x || !weight) return { kind: "none" };
  const [channel = 0, row = 0, column = 0] = unit;
  const [inputs, height, width] = sizeOf(x.shape);
  const {
    kernel: [rows, columns],
    stride,
    padding,
    dilation,
  } = windowOf(fields, false);
  const perGroup = weight.shape[1] ?? 1;
  const terms: Term[] = [];
  const planes: Plane[] = [];
  for (const from of channelsRead(fields, channel, output[0] ?? 1, inputs)) {
    planes.push({ input: 0, channel: from, rows, columns, first: terms.length });
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const at = [from, row * stride[0] - padding[0] + i * dilation[0], column * stride[1] - padding[1] + j * dilation[1]] as const;
        const inside = at[1] >= 0 && at[1] < height && at[2] >= 0 && at[2] < width;
        const w = weight.values[((channel * perGroup + (from % perGroup)) * rows + i) * columns + j] ?? 0;
        terms.push(term(inside ? at : null, inside ? valueAt(x, at) : 0, w));
      }
    }
  }
  return summed(terms, planes, biasOf(tensors, channel));
}

/** Each input value adds its kernel, scaled, to the output; here seen from the output: which inputs reach it, by which weight. */
export function transposed({ fields, inputs: [x], tensors, output, unit }: Question): Arithmetic {
  const weight = tensor(tensors, "weight");
  if (!x || !weight) return { kind: "none" };
  const [channel = 0, row = 0, column = 0] = unit;
  const [inputs, height, width] = sizeOf(x.shape);
  const {
    kernel: [rows, columns],
    stride,
    padding,
    dilation,
  } = windowOf(fields, false);
  const groups = number(fields.groups, 1);
  const outPerGroup = (output[0] ?? 1) / groups;
  const inPerGroup = inputs / groups;
  const first = Math.floor(channel / outPerGroup) * inPerGroup;
  const down = reaching(row + padding[0], rows, stride[0], dilation[0], height);
  const across = reaching(column + padding[1], columns, stride[1], dilation[1], width);
  const terms: Term[] = [];
  const planes: Plane[] = [];
  for (let from = first; from < first + inPerGroup && down.length > 0 && across.length > 0; from++) {
    planes.push({ input: 0, channel: from, rows: down.length, columns: across.length, first: terms.length });
    for (const [y, i] of down) {
      for (const [z, j] of across) {
        const w = weight.values[((from * outPerGroup + (channel % outPerGroup)) * rows + i) * columns + j] ?? 0;
        terms.push(term([from, y, z], valueAt(x, [from, y, z]), w));
      }
    }
  }
  return summed(terms, planes, biasOf(tensors, channel));
}

/** Input rows (or columns) whose kernels reach an output row, each with the kernel's row that does. */
function reaching(at: number, kernel: number, stride: number, dilation: number, size: number): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let tap = kernel - 1; tap >= 0; tap--) {
    const from = at - tap * dilation;
    if (from >= 0 && from % stride === 0 && from / stride < size) found.push([from / stride, tap]);
  }
  return found;
}

export function linear({ inputs: [x], tensors, unit: [feature = 0] }: Question): Arithmetic {
  const weight = tensor(tensors, "weight");
  if (!x || !weight) return { kind: "none" };
  const count = x.values.length;
  const terms = Array.from(x.values, (value, at) => term([at], value, weight.values[feature * count + at] ?? 0));
  return summed(terms, features(count), biasOf(tensors, feature));
}

/** Squared distance to a code. */
export function radial({ inputs: [x], tensors, unit: [feature = 0] }: Question): Arithmetic {
  const weight = tensor(tensors, "weight") ?? tensor(tensors, "codes");
  if (!x || !weight) return { kind: "none" };
  const count = x.values.length;
  const terms = Array.from(x.values, (value, at): Term => {
    const w = weight.values[feature * count + at] ?? 0;
    return { input: 0, at: [at], x: value, weight: w, product: (value - w) ** 2 };
  });
  return summed(terms, features(count), null, 1, true);
}

/** Features are shown in squares of so many by so many. */
const SIDE = 8;

function features(count: number): Plane[] {
  const squares = Math.ceil(count / SIDE ** 2);
  return Array.from({ length: squares }, (_, channel) => {
    const first = channel * SIDE ** 2;
    const here = Math.min(SIDE ** 2, count - first);
    return { input: 0, channel, rows: Math.ceil(here / SIDE), columns: Math.min(SIDE, here), first };
  });
}

function term(at: readonly number[] | null, x: number, weight: number): Term {
  return { input: 0, at, x, weight, product: x * weight };
}

function biasOf(tensors: Question["tensors"], channel: number): number | null {
  return tensor(tensors, "bias")?.values[channel] ?? null;
}
