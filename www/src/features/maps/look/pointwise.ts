/** Values that follow from one value, or from the channels at one place; and values that are only moved. */
import type { Arithmetic, Line, Question, Unit } from "./arithmetic.ts";
import { sizeOf, tensor, valueAt } from "./arithmetic.ts";
import { number, pair } from "./parameters.ts";

/** What an operator does with the value at the same place. */
export function formula(question: Question): Arithmetic {
  const {
    op,
    inputs: [x],
    unit,
  } = question;
  if (!x) return { kind: "none" };
  const lines = (LINES[op] ?? (() => []))(question, valueAt(x, unit));
  const value = lines.at(-1)?.result;
  return value === undefined ? { kind: "none" } : { kind: "formula", lines, from: [{ input: 0, at: unit }], value };
}

type Lines = (question: Question, x: number) => Line[];

const LINES: { readonly [op: string]: Lines } = {
  relu: (_, x) => [line("max(0, x)", { x }, Math.max(0, x))],
  sigmoid: (_, x) => [line("1 / (1 + exp(−x))", { x }, 1 / (1 + Math.exp(-x)))],
  tanh: (_, x) => [line("tanh(x)", { x }, Math.tanh(x))],
  scaled_tanh: ({ fields }, x) => {
    const [a, s] = [number(fields.amplitude, 1.7159), number(fields.slope, 2 / 3)];
    return [line("a · tanh(s · x)", { x, a, s }, a * Math.tanh(s * x))];
  },
  mul_const: ({ fields }, x) => {
    const f = number(fields.factor, 1);
    return [line("f · x", { x, f }, f * x)];
  },
  channel_affine: ({ tensors, unit: [channel = 0] }, x) => {
    const [w, b] = [tensor(tensors, "weight")?.values[channel], tensor(tensors, "bias")?.values[channel]];
    return w === undefined || b === undefined ? [] : [line("w · x + b", { x, w, b }, w * x + b)];
  },
  batch_norm2d: ({ fields, tensors, unit: [channel = 0] }, x) => {
    const [mean, variance] = [tensor(tensors, "running_mean")?.values[channel], tensor(tensors, "running_var")?.values[channel]];
    if (mean === undefined || variance === undefined) return [];
    const eps = number(fields.eps, 1e-5);
    const scaled = (x - mean) / Math.sqrt(variance + eps);
    const normalized = line("x̂ = (x − μ) / √(σ² + ε)", { x, μ: mean, "σ²": variance, ε: eps }, scaled);
    const [gamma, beta] = [tensor(tensors, "gamma")?.values[channel], tensor(tensors, "beta")?.values[channel]];
    if (gamma === undefined || beta === undefined) return [normalized];
    return [normalized, line("γ · x̂ + β", { x̂: scaled, γ: gamma, β: beta }, gamma * scaled + beta)];
  },
  softmax: (question, x) => exponentials(question, x),
  log_softmax: (question, x) => [
    ...exponentials(question, x).slice(0, 1),
    line("ln(p)", { p: probability(question, x) }, Math.log(probability(question, x))),
  ],
  local_response_norm: ({ fields, inputs: [map], unit: [channel = 0, row = 0, column = 0] }, x) => {
    if (!map) return [];
    const size = number(fields.size, 1);
    const [first, last] = [
      Math.max(0, channel - Math.floor(size / 2)),
      Math.min(sizeOf(map.shape)[0] - 1, channel + Math.floor((size - 1) / 2)),
    ];
    let squares = 0;
    for (let from = first; from <= last; from++) squares += valueAt(map, [from, row, column]) ** 2;
    const alpha = number(fields.alpha, 1e-4) / (fields.alpha_over_size === false ? 1 : size);
    const [beta, k] = [number(fields.beta, 0.75), number(fields.k, 1)];
    const below = k + alpha * squares;
    return [
      line("d = k + α · Σ x²", { k, α: alpha, "Σ x²": squares }, below),
      line("x · d^(−β)", { x, d: below, β: beta }, x * below ** -beta),
    ];
  },
};

/** The largest is taken away first, so that nothing overflows; the quotient is the same. */
function exponentials({ inputs: [map], unit: [, row = 0, column = 0] }: Question, x: number): Line[] {
  if (!map) return [];
  const channels = Array.from({ length: sizeOf(map.shape)[0] }, (_, channel) => valueAt(map, [channel, row, column]));
  const m = Math.max(...channels);
  const sum = channels.reduce((all, value) => all + Math.exp(value - m), 0);
  return [line("p = exp(x − m) / Σ exp(xᵢ − m)", { x, m, Σ: sum }, Math.exp(x - m) / sum)];
}

const probability = (question: Question, x: number): number => exponentials(question, x)[0]?.result ?? Number.NaN;

function line(text: string, numbers: { [name: string]: number }, result: number): Line {
  return { formula: text, numbers: Object.entries(numbers).map(([name, value]) => ({ name, value })), result };
}

/** Operators that move values and change none (in evaluation: dropout does nothing then). */
export function copied(question: Question): Arithmetic {
  const from =
    SOURCES[question.op]?.(question) ?? (question.inputs.length > 0 && !(question.op in SOURCES) ? { input: 0, at: question.unit } : null);
  const source = from && question.inputs[from.input];
  return { kind: "copy", from, value: source ? valueAt(source, from.at) : 0 };
}

type Source = (question: Question) => { input: number; at: Unit } | null;

const inside = (shape: readonly number[], at: Unit): { input: number; at: Unit } | null =>
  sizeOf(shape).every((size, axis) => (at[axis] ?? 0) >= 0 && (at[axis] ?? 0) < size) ? { input: 0, at } : null;

const SOURCES: { readonly [op: string]: Source } = {
  concat: ({ inputs, unit: [channel = 0, ...place] }) => {
    let first = 0;
    for (const [input, { shape }] of inputs.entries()) {
      const [channels] = sizeOf(shape);
      if (channel < first + channels) return { input, at: [channel - first, ...place] };
      first += channels;
    }
    return null;
  },
  flatten: ({ inputs: [x], unit: [feature = 0] }) => {
    const [, rows, columns] = sizeOf(x?.shape ?? []);
    return { input: 0, at: [Math.floor(feature / (rows * columns)), Math.floor(feature / columns) % rows, feature % columns] };
  },
  crop2d: ({ fields, inputs: [x], output, unit: [channel = 0, row = 0, column = 0] }) => {
    const [, height, width] = sizeOf(x?.shape ?? []);
    const [, rows, columns] = sizeOf(output);
    const centred = [Math.floor((height - rows) / 2), Math.floor((width - columns) / 2)] as const;
    const [top, left] = "size" in fields ? pair(fields.offset, [0, 0]) : centred;
    return { input: 0, at: [channel, row + top, column + left] };
  },
  pad2d: ({ fields: { padding }, inputs: [x], unit: [channel = 0, row = 0, column = 0] }) => {
    const sides = Array.isArray(padding) ? (padding as number[]) : [padding, padding, padding, padding];
    return inside(x?.shape ?? [], [channel, row - number(sides[2], 0), column - number(sides[0], 0)]);
  },
  pad_channels: ({ fields, inputs: [x], output, unit: [channel = 0, ...place] }) => {
    const [channels] = sizeOf(x?.shape ?? []);
    // A shortcut that has no fields of its own puts half of the new channels in front.
    const before = fields.op ? number(fields.before, 0) : Math.floor(((output[0] ?? channels) - channels) / 2);
    return inside(x?.shape ?? [], [channel - before, ...place]);
  },
  upsample: ({ fields, unit: [channel = 0, row = 0, column = 0] }) => {
    const [down, across] = pair(fields.scale_factor, [1, 1]);
    return { input: 0, at: [channel, Math.floor(row / down), Math.floor(column / across)] };
  },
};
