/**
 * What other programs, and the page's own exporter, write as several nodes and the language as one operator. The last node of such a
 * group is replaced by
 * one of our own (domain `receptive`); the others are left out where nothing else reads them.
 */
import { digitCodes, randomCodes } from "../../exports/codes.ts";
import type { Constant } from "./constant.ts";
import { floats, isConstant, tensorOf } from "./constant.ts";
import { folded } from "./fold.ts";
import type { OnnxGraph } from "./graph.ts";
import type { Attribute, GraphProto, NodeProto } from "./model.ts";
import { nodesIn } from "./model.ts";
import { layerName } from "./names.ts";
import { floatOf, intOf, Translation } from "./translation.ts";
import { compact, countOf, short } from "./windows.ts";

type Handler = (node: NodeProto, to: Translation) => void;
type Numbers = Readonly<Record<string, number | readonly number[]>>;

const NONE: Attribute = { int: 0, float: 0, text: "", ints: [], floats: [], tensor: null, graph: null, type: 0 };

/** A node of our own that stands for a group whose last node is `root`. */
function own(root: NodeProto, op: string, inputs: readonly string[], numbers: Numbers = {}): NodeProto {
  const attributes = Object.entries(numbers).map(([name, value]): [string, Attribute] => {
    if (typeof value === "number") return [name, { ...NONE, float: value, int: value, type: 1 }];
    return [name, { ...NONE, floats: value, ints: value, type: 7 }];
  });
  return { ...root, op, domain: "receptive", inputs, attributes: new Map(attributes) };
}

/** Looks at a graph from one of its nodes back. */
class Looking {
  readonly graph: OnnxGraph;
  readonly #constants: Translation;

  constructor(graph: OnnxGraph) {
    this.graph = graph;
    this.#constants = new Translation(graph);
    for (const node of graph.nodes) {
      const constant = folded(node, this.#constants);
      if (constant) this.#constants.set(node.outputs[0], constant);
    }
  }

  constant(name: string | undefined): Constant | null {
    const found = this.#constants.get(name ?? "");
    return found && isConstant(found) ? found : null;
  }

  number(name: string | undefined): number | null {
    const found = this.constant(name);
    return found?.data?.length === 1 ? (found.data[0] ?? null) : null;
  }

  /** The node that makes a value, where it is one of these operators. */
  maker(name: string | undefined, ...ops: readonly string[]): NodeProto | null {
    const node = this.graph.producerOf(name ?? "");
    return node && node.domain === "" && ops.includes(node.op) ? node : null;
  }

  /** Of a node with two inputs, one of them a single number: the other's name, and the number. */
  withNumber(node: NodeProto | null): { other: string; value: number } | null {
    for (const at of [1, 0]) {
      const value = this.number(node?.inputs[at]);
      const other = node?.inputs[1 - at];
      if (value !== null && other) return { other, value };
    }
    return null;
  }

  /** Whether a value is the square of another, by name. */
  isSquare(name: string | undefined, of: string): boolean {
    const product = this.maker(name, "Mul");
    if (product) return product.inputs.every((input) => input === of);
    const power = this.maker(name, "Pow");
    return power !== null && power.inputs[0] === of && this.number(power.inputs[1]) === 2;
  }
}

/** `ReduceSumSquare(Unsqueeze(x) - codes)`: squared distances. */
function distances(root: NodeProto, look: Looking): NodeProto | null {
  if (root.op !== "ReduceSumSquare" || intOf(root, "keepdims", 1) !== 0) return null;
  const axes = root.attributes.get("axes")?.ints ?? look.constant(root.inputs[1])?.data ?? [];
  const difference = look.maker(root.inputs[0], "Sub");
  const rows = look.maker(difference?.inputs[0], "Unsqueeze");
  const codes = look.constant(difference?.inputs[1]);
  const places = rows?.attributes.get("axes")?.ints ?? look.constant(rows?.inputs[1])?.data ?? [];
  const [x] = rows?.inputs ?? [];
  if (axes.length !== 1 || axes[0] !== 2 || places.length !== 1 || places[0] !== 1 || codes?.dims.length !== 2 || !x) return null;
  return own(root, "Rbf", [x, difference?.inputs[1] ?? ""]);
}

/**
 * `x / (k + alpha * mean of squares over neighbours) ^ beta`, as PyTorch exports it, or with a band of numbers as weight of a convolution,
 * as we do.
 */
function responseNorm(root: NodeProto, look: Looking): NodeProto | null {
  if (root.op !== "Div") return null;
  const [x = "", divisor] = root.inputs;
  const power = look.maker(divisor, "Pow");
  const beta = look.number(power?.inputs[1]);
  if (!power || beta === null) return null;
  const band = look.maker(power.inputs[0], "Conv");
  if (band) return look.isSquare(band.inputs[0], x) ? fromBand(root, x, band, beta, look) : null;
  const added = look.withNumber(look.maker(power.inputs[0], "Add"));
  const scaled = look.withNumber(look.maker(added?.other, "Mul"));
  const size = scaled ? neighbours(scaled.other, x, look) : null;
  if (!added || !scaled || size === null) return null;
  return own(root, "LocalResponseNorm", [x], { size, alpha: scaled.value, beta, k: added.value });
}

/** What moves values without changing them, and means. */
const MOVING = ["Reshape", "Squeeze", "Unsqueeze", "Pad", "AveragePool", "Identity", "Cast", "If"];

/** The number of neighbours whose mean a chain of nodes takes, from its end back to the square of x. */
function neighbours(from: string, x: string, look: Looking): number | null {
  const [pools, pads]: [NodeProto[], NodeProto[]] = [[], []];
  let name = from;
  for (let node = look.maker(name, ...MOVING); node; node = look.maker(name, ...MOVING)) {
    if (node.op === "AveragePool") pools.push(node);
    if (node.op === "Pad") pads.push(node);
    const next = node.op === "If" ? eitherWay(node) : node.inputs[0];
    if (!next) return null;
    name = next;
  }
  const [pool, ...others] = pools;
  if (!pool || others.length > 0 || pads.length === 0 || !look.isSquare(name, x)) return null;
  const [size = 0, ...rest] = pool.attributes.get("kernel_shape")?.ints ?? [];
  const plain = ["strides", "pads"].every(
    (key) => pool.attributes.get(key)?.ints.every((value) => value === (key === "pads" ? 0 : 1)) ?? true,
  );
  const rank = rest.length + 3;
  const amounts = pads.map((pad) => [...(pad.attributes.get("pads")?.ints ?? look.constant(pad.inputs[1])?.data ?? [])]);
  const whole = amounts.every((one) => one.length === 2 * rank);
  // Behind the batch stands an axis of size 1: the channels are the first that the window goes along.
  const wanted = (at: number): number => (at === 2 ? Math.floor(size / 2) : at === rank + 2 ? Math.floor((size - 1) / 2) : 0);
  const fits = Array.from({ length: 2 * rank }, (_, at) => amounts.reduce((sum, one) => sum + (one[at] ?? 0), 0) === wanted(at)).every(
    Boolean,
  );
  return plain && whole && fits && rest.every((value) => value === 1) && intOf(pool, "ceil_mode", 0) === 0 ? size : null;
}

/** What both ways of an `If` read, where one takes away an axis and the other does nothing: PyTorch is not sure that its size is 1. */
function eitherWay({ attributes }: NodeProto): string | null {
  const ways = ["then_branch", "else_branch"].map((key) => {
    const graph = attributes.get(key)?.graph;
    return graph ? nodesIn(graph).filter(({ op }) => op !== "Constant") : [];
  });
  const [[one, ...more] = [], [other, ...others] = []] = ways;
  const isSure = one?.op === "Squeeze" && other?.op === "Identity" && more.length + others.length === 0;
  return isSure && one.inputs[0] === other.inputs[0] ? (one.inputs[0] ?? null) : null;
}

function fromBand(root: NodeProto, x: string, conv: NodeProto, beta: number, look: Looking): NodeProto | null {
  const [weight, bias] = [look.constant(conv.inputs[1]), look.constant(conv.inputs[2])];
  const [channels = 0, inputs, ...kernel] = weight?.dims ?? [];
  const k = bias?.data?.[0];
  if (
    !weight?.data ||
    inputs !== channels ||
    kernel.some((size) => size !== 1) ||
    k === undefined ||
    !bias?.data?.every((value) => value === k)
  )
    return null;
  const { data } = weight;
  const [share = 0] = data;
  const distances = [...data].flatMap((value, at) => (value === 0 ? [] : [(at % channels) - Math.floor(at / channels)]));
  const [before, after] = [-Math.min(0, ...distances), Math.max(0, ...distances)];
  const whole = data.every((value, at) => {
    const distance = (at % channels) - Math.floor(at / channels);
    return value === (distance >= -before && distance <= after ? share : 0);
  });
  const size = 2 * before;
  return whole && after === Math.min(before - 1, channels - 1) && size > 0
    ? own(root, "LocalResponseNorm", [x], { size, alpha: share * size, beta, k })
    : null;
}

/** Sums of windows times one over how many pixels each has: a mean whose last windows reach beyond the padding. */
function partialMeans(root: NodeProto, look: Looking): NodeProto | null {
  if (root.op !== "Mul") return null;
  const conv = look.maker(root.inputs[0], "Conv");
  const [weight, shares] = [look.constant(conv?.inputs[1]), look.constant(root.inputs[1])];
  const [channels, one, ...kernel] = weight?.dims ?? [];
  const isSum = conv && intOf(conv, "group", 1) === channels && one === 1 && kernel.length === 2 && !conv.inputs[2];
  if (!isSum || !weight?.data?.every((value) => value === 1) || shares?.dims.length !== 4 || !shares.data) return null;
  if (shares.dims[0] !== 1 || shares.dims[1] !== 1) return null;
  const [strides = [1, 1], pads = [0, 0, 0, 0]] = [conv.attributes.get("strides")?.ints, conv.attributes.get("pads")?.ints];
  return own(root, "PartialMeans", [conv.inputs[0] ?? "", root.inputs[1] ?? ""], { kernel, strides, pads });
}

/** Matrices of means from both sides. */
function adaptiveMeans(root: NodeProto, look: Looking): NodeProto | null {
  if (root.op !== "MatMul") return null;
  const inner = look.maker(root.inputs[1], "MatMul");
  const [rows, columns] = [look.constant(root.inputs[0]), look.constant(inner?.inputs[1])];
  if (!inner || rows?.dims.length !== 2 || columns?.dims.length !== 2 || !rows.data || !columns.data) return null;
  const [toHeight = 0, height = 0] = rows.dims;
  const [width = 0, toWidth = 0] = columns.dims;
  const isMean = (data: Constant["data"], size: number, outputs: number, place: (at: number, position: number) => number): boolean => {
    for (let at = 0; at < outputs; at += 1) {
      const [first, end] = [Math.floor((at * size) / outputs), Math.ceil(((at + 1) * size) / outputs)];
      for (let position = 0; position < size; position += 1) {
        const share = position >= first && position < end ? 1 / (end - first) : 0;
        if (Math.abs((data?.[place(at, position)] ?? Number.NaN) - share) > 1e-6) return false;
      }
    }
    return true;
  };
  const fits =
    isMean(rows.data, height, toHeight, (at, position) => at * height + position) &&
    isMean(columns.data, width, toWidth, (at, position) => position * toWidth + at);
  return fits ? own(root, "AdaptiveMeans", [inner.inputs[0] ?? ""], { size: [height, width], output: [toHeight, toWidth] }) : null;
}

const PATTERNS = [distances, responseNorm, partialMeans, adaptiveMeans];

/** The graph with one node in place of each group. */
export function withPatterns(proto: GraphProto, graph: OnnxGraph): GraphProto {
  const look = new Looking(graph);
  const needed = new Set(graph.nodes);
  const nodes = proto.nodes.map((node) => {
    if (node.domain !== "" || !needed.has(node)) return node;
    for (const pattern of PATTERNS) {
      const found = pattern(node, look);
      if (found) return found;
    }
    return node;
  });
  return { ...proto, nodes };
}

const rbf: Handler = (node, to) => {
  const x = to.value(node);
  const weight = to.constant(node, 1);
  const [outputs = 1, features] = weight?.dims ?? [];
  if (!weight || !x.axes.includes("F") || features !== x.shape[0] || x.order) return to.refuse(node, "shapes");
  const values = floats(weight);
  const equals = (other: Float32Array): boolean => values?.length === other.length && values.every((value, at) => value === other[at]);
  const codes = equals(digitCodes()) ? "digits" : values && equals(randomCodes(values.length)) ? "random" : null;
  const fields = { out_features: outputs, ...(codes ? { trainable: false } : {}), ...(codes === "random" ? { codes } : {}) };
  const tensors = codes ? [] : [tensorOf("weight", weight.dims, values)];
  to.set(node.outputs[0], to.add(node, "rbf", fields, { inputs: [x], shape: [outputs], axes: ["N", "F"], tensors, name: layerName(node) }));
};

const localResponseNorm: Handler = (node, to) => {
  const map = to.map(node);
  const [size, alpha, beta, k] = ["size", "alpha", "beta", "k"].map((name) => Number(floatOf(node, name, 1).toPrecision(7)));
  to.set(node.outputs[0], to.add(node, "local_response_norm", { size, alpha, beta, k }, { inputs: [map], shape: map.shape }));
};

const means: Handler = (node, to) => {
  const map = to.map(node);
  const [channels, height, width] = map.shape;
  const [kernel = [1, 1], strides = [1, 1], pads = [0, 0, 0, 0]] = ["kernel", "strides", "pads"].map(
    (name) => node.attributes.get(name)?.ints,
  );
  const shares = to.constant(node, 1);
  const counts = [height, width].map((size, axis) => {
    const pad = pads[axis] ?? 0;
    return { all: size + 2 * pad, count: countOf(size, kernel[axis] ?? 1, strides[axis] ?? 1, [pad, pad], true) };
  });
  const [rows = 0, columns = 0] = counts.map(({ count }) => count);
  const reach = (axis: number, at: number): number => Math.min(kernel[axis] ?? 1, (counts[axis]?.all ?? 1) - at * (strides[axis] ?? 1));
  const fits = shares?.dims[2] === rows && shares.dims[3] === columns && shares.data?.length === rows * columns;
  const isMean =
    fits && shares.data?.every((value, at) => Math.abs(value * reach(0, Math.floor(at / columns)) * reach(1, at % columns) - 1) < 1e-5);
  if (!isMean) return to.refuse(node, "shapes");
  const both = (values: readonly number[]): number | [number, number] => short([values[0] ?? 1, values[1] ?? 1]);
  const fields = compact(
    { kernel_size: both(kernel), stride: both(strides), padding: both(pads), ceil_mode: true },
    { padding: 0, ceil_mode: false },
  );
  to.set(node.outputs[0], to.add(node, "avg_pool2d", fields, { inputs: [map], shape: [channels, rows, columns] }));
};

const adaptive: Handler = (node, to) => {
  const map = to.map(node);
  const [[height, width], [toHeight = 1, toWidth = 1]] = [
    node.attributes.get("size")?.ints ?? [],
    node.attributes.get("output")?.ints ?? [],
  ];
  if (map.shape[1] !== height || map.shape[2] !== width) return to.refuse(node, "shapes");
  const fields = { output_size: short([toHeight, toWidth]) };
  to.set(node.outputs[0], to.add(node, "adaptive_avg_pool2d", fields, { inputs: [map], shape: [map.shape[0], toHeight, toWidth] }));
};

export const PATTERN_OPERATORS: Readonly<Record<string, Handler>> = {
  "receptive.Rbf": rbf,
  "receptive.LocalResponseNorm": localResponseNorm,
  "receptive.PartialMeans": means,
  "receptive.AdaptiveMeans": adaptive,
};
