/**
 * Every operator as nodes of ONNX, of evaluation. Most are one node with the specification's name. What needs several is listed here:
 *
 * | operator | is |
 * | --- | --- |
 * | `scaled_tanh` | Mul, Tanh, Mul |
 * | `channel_affine` | Mul, Add |
 * | `rbf` | Unsqueeze, Sub, ReduceSumSquare |
 * | `conv2d` with connections | Mul (weight and mask), Conv |
 * | `local_response_norm` of an even size | Mul, Conv with a band of ones over the channels, Pow, Div: ONNX puts the odd neighbour on the other side |
 * | `avg_pool2d` with a divisor of its own | AveragePool, Mul |
 * | `avg_pool2d` whose last window leaves the padding | Conv with ones, Mul by one over each window's size |
 * | `adaptive_avg_pool2d` to sizes that do not divide | MatMul from both sides |
 * | `add` of more than two | Sum |
 *
 * A window that `ceil_mode` lets over the edge is written as padding at that edge: programs differ in when they drop such a window.
 */
import { digitCodes, randomCodes } from "../codes.ts";
import type { NetworkNode } from "../network.ts";
import { connectionsOf, ExportError, flag, number, pair } from "../network.ts";
import { windowOf } from "../windows.ts";
import type { Attribute, OnnxNode } from "./proto.ts";

/** A constant of the graph: 32-bit numbers, or whole ones. */
export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | readonly number[];
}

export interface Lowered {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly Constant[];
}

type Attributes = Readonly<Record<string, Attribute>>;

/** Collects the nodes of one operator; the last has its name. */
class Builder {
  readonly nodes: OnnxNode[] = [];
  readonly constants: Constant[] = [];
  readonly #node: NetworkNode;

  constructor(node: NetworkNode) {
    this.#node = node;
  }

  constant(role: string, shape: readonly number[], values: Float32Array | readonly number[]): string {
    const name = `${this.#node.name}.${role}`;
    this.constants.push({ name, shape, values });
    return name;
  }

  scalar(role: string, value: number): string {
    return this.constant(role, [], Float32Array.of(value));
  }

  /** A node before the last. */
  step(role: string, op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = `${this.#node.name}.${role}`;
    this.nodes.push({ op, name, inputs, output: name, attributes });
    return name;
  }

  last(op: string, inputs: readonly string[], attributes: Attributes = {}): void {
    const { name, op: about } = this.#node;
    this.nodes.push({ op, name, inputs, output: name, attributes, about });
  }
}

/** The nodes of an operator that reads these values. */
export function lower(node: NetworkNode, inputs: readonly string[]): Lowered {
  const to = new Builder(node);
  const write = OPERATORS[node.op];
  if (!write) throw new ExportError("unknown_operator", `${node.name}: ONNX's exporter does not know ${node.op}`, node.name);
  write(node, inputs, to);
  return { nodes: to.nodes, constants: to.constants };
}

type Write = (node: NetworkNode, inputs: readonly string[], to: Builder) => void;
const same =
  (op: string, attributes: Attributes = {}): Write =>
  (_, inputs, to) =>
    to.last(op, inputs, attributes);

const OPERATORS: Readonly<Record<string, Write>> = {
  relu: same("Relu"),
  sigmoid: same("Sigmoid"),
  tanh: same("Tanh"),
  softmax: same("Softmax", { axis: 1 }),
  log_softmax: same("LogSoftmax", { axis: 1 }),
  flatten: same("Flatten", { axis: 1 }),
  dropout: same("Identity"),
  stochastic_depth: same("Identity"),
  concat: same("Concat", { axis: 1 }),
  global_avg_pool2d: same("GlobalAveragePool"),
  add: (_, inputs, to) => to.last(inputs.length === 2 ? "Add" : "Sum", inputs),
  scaled_tanh: ({ fields }, [x = ""], to) => {
    const scaled = to.step("scaled", "Mul", [x, to.scalar("slope", number(fields.slope, 2 / 3))]);
    to.last("Mul", [to.step("tanh", "Tanh", [scaled]), to.scalar("amplitude", number(fields.amplitude, 1.7159))]);
  },
  mul_const: ({ fields }, [x = ""], to) => to.last("Mul", [x, to.scalar("factor", number(fields.factor, 1))]),
  conv2d: convolution,
  conv_transpose2d: (node, [x = ""], to) => {
    const { fields, name } = node;
    const [top, left] = pair(fields.padding, 0);
    to.last("ConvTranspose", [x, `${name}.weight`, ...(flag(fields.bias, true) ? [`${name}.bias`] : [])], {
      kernel_shape: pair(fields.kernel_size, 1),
      strides: pair(fields.stride, 1),
      pads: [top, left, top, left],
      dilations: pair(fields.dilation, 1),
      output_padding: pair(fields.output_padding, 0),
      group: number(fields.groups, 1),
    });
  },
  linear: ({ fields, name }, [x = ""], to) => {
    to.last("Gemm", [x, `${name}.weight`, ...(flag(fields.bias, true) ? [`${name}.bias`] : [])], { transB: 1 });
  },
  batch_norm2d: (node, [x = ""], to) => {
    const { name, fields } = node;
    const channels = node.inputShapes[0]?.[0] ?? 1;
    const own = flag(fields.affine, true)
      ? [`${name}.weight`, `${name}.bias`]
      : [to.constant("ones", [channels], new Float32Array(channels).fill(1)), to.constant("zeros", [channels], new Float32Array(channels))];
    to.last("BatchNormalization", [x, ...own, `${name}.running_mean`, `${name}.running_var`], {
      epsilon: { float: number(fields.eps, 1e-5) },
    });
  },
  channel_affine: ({ name }, [x = ""], to) => to.last("Add", [to.step("scaled", "Mul", [x, `${name}.weight`]), `${name}.bias`]),
  rbf: (node, [x = ""], to) => {
    const { fields, name } = node;
    const shape = [number(fields.out_features, 1), node.inputShapes[0]?.[0] ?? 1];
    const [outputs = 1, values = 1] = shape;
    const codes = fields.codes === "random" ? () => randomCodes(outputs * values) : digitCodes;
    const weight = flag(fields.trainable, true) ? `${name}.weight` : to.constant("codes", shape, codes());
    const rows = to.step("rows", "Unsqueeze", [x, to.constant("axis", [1], [1])]);
    to.last("ReduceSumSquare", [to.step("difference", "Sub", [rows, weight])], { axes: [2], keepdims: 0 });
  },
  max_pool2d: (node, [x = ""], to) => {
    const { fields } = node;
    const [kernel, dilations] = [pair(fields.kernel_size, 1), pair(fields.dilation, 1)];
    const { strides, pads } = windowOf(node, kernel, dilations);
    to.last("MaxPool", [x], { kernel_shape: kernel, strides, pads, dilations });
  },
  avg_pool2d: averagePool,
  adaptive_avg_pool2d: adaptivePool,
  local_response_norm: responseNorm,
  upsample: ({ fields }, [x = ""], to) => {
    const scales = to.constant("scales", [4], Float32Array.of(1, 1, ...pair(fields.scale_factor, 1)));
    to.last("Resize", [x, "", scales], { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" });
  },
  pad2d: ({ fields }, [x = ""], to) => {
    const { padding } = fields;
    const [left = 0, right = 0, top = 0, bottom = 0] = Array.isArray(padding)
      ? (padding as number[])
      : new Array<number>(4).fill(number(padding, 0));
    to.last("Pad", [x, to.constant("pads", [8], [0, 0, top, left, 0, 0, bottom, right])]);
  },
  pad_channels: ({ fields }, [x = ""], to) => {
    to.last("Pad", [x, to.constant("pads", [8], [0, number(fields.before, 0), 0, 0, 0, number(fields.after, 0), 0, 0])]);
  },
  crop2d: ({ fields }, [x = ""], to) => {
    const [[top, left], [height, width]] = [pair(fields.offset, 0), pair(fields.size, 1)];
    const [starts, ends] = [to.constant("starts", [2], [top, left]), to.constant("ends", [2], [top + height, left + width])];
    to.last("Slice", [x, starts, ends, to.constant("axes", [2], [2, 3])]);
  },
};

function convolution(node: NetworkNode, [x = ""]: readonly string[], to: Builder): void {
  const { fields, name } = node;
  const seen = connectionsOf(fields);
  let weight = `${name}.weight`;
  if (seen) {
    const channels = node.inputShapes[0]?.[0] ?? 1;
    const mask = seen.flatMap((maps) => Array.from({ length: channels }, (_, channel) => (maps.includes(channel) ? 1 : 0)));
    weight = to.step("connected", "Mul", [weight, to.constant("mask", [seen.length, channels, 1, 1], Float32Array.from(mask))]);
  }
  const [top, left] = pair(fields.padding, 0);
  to.last("Conv", [x, weight, ...(flag(fields.bias, true) ? [`${name}.bias`] : [])], {
    kernel_shape: pair(fields.kernel_size, 1),
    strides: pair(fields.stride, 1),
    pads: [top, left, top, left],
    dilations: pair(fields.dilation, 1),
    group: number(fields.groups, 1),
  });
}

function averagePool(node: NetworkNode, [x = ""]: readonly string[], to: Builder): void {
  const { fields } = node;
  const kernel = pair(fields.kernel_size, 1);
  const { strides, pads, beyond } = windowOf(node, kernel, [1, 1]);
  const counts = flag(fields.count_include_pad, true);
  const divisor = typeof fields.divisor_override === "number" ? fields.divisor_override : null;
  const attributes = { kernel_shape: kernel, strides, pads };
  if (divisor !== null) {
    // Zeros count for nothing in a sum.
    const mean = to.step("mean", "AveragePool", [x], { ...attributes, count_include_pad: 1 });
    to.last("Mul", [mean, to.scalar("factor", (kernel[0] * kernel[1]) / divisor)]);
  } else if (!counts || (beyond[0] === 0 && beyond[1] === 0)) {
    to.last("AveragePool", [x], { ...attributes, count_include_pad: counts ? 1 : 0 });
  } else {
    const [channels = 1, height = 1, width = 1] = node.inputShapes[0] ?? [];
    const ones = to.constant("ones", [channels, 1, ...kernel], new Float32Array(channels * kernel[0] * kernel[1]).fill(1));
    const sum = to.step("sum", "Conv", [x, ones], { ...attributes, group: channels });
    const [padded, output] = [[height + 2 * pads[0], width + 2 * pads[1]], node.outputShape.slice(1)];
    const sizes = [0, 1].map((axis) =>
      Array.from({ length: output[axis] ?? 1 }, (_, at) => Math.min(kernel[axis] ?? 1, (padded[axis] ?? 1) - at * (strides[axis] ?? 1))),
    );
    const [rows = [], columns = []] = sizes;
    const inverse = Float32Array.from(rows.flatMap((row) => columns.map((column) => 1 / (row * column))));
    to.last("Mul", [sum, to.constant("inverse_sizes", [1, 1, rows.length, columns.length], inverse)]);
  }
}

function adaptivePool(node: NetworkNode, [x = ""]: readonly string[], to: Builder): void {
  const [, ...input] = node.inputShapes[0] ?? [];
  const [, ...output] = node.outputShape;
  const [height = 1, width = 1] = input;
  const [toHeight = 1, toWidth = 1] = output;
  if (toHeight === 1 && toWidth === 1) return to.last("GlobalAveragePool", [x]);
  if (height % toHeight === 0 && width % toWidth === 0) {
    const kernel = [height / toHeight, width / toWidth];
    return to.last("AveragePool", [x], { kernel_shape: kernel, strides: kernel });
  }
  /** A row of means for each output, over positions `floor(at * size / outputs)` to `ceil((at + 1) * size / outputs)`. */
  const means = (size: number, outputs: number): number[][] =>
    Array.from({ length: outputs }, (_, at) => {
      const [first, end] = [Math.floor((at * size) / outputs), Math.ceil(((at + 1) * size) / outputs)];
      return Array.from({ length: size }, (_, position) => (position >= first && position < end ? 1 / (end - first) : 0));
    });
  const rows = means(height, toHeight);
  const columns = means(width, toWidth);
  const across = Float32Array.from(Array.from({ length: width }, (_, at) => columns.map((column) => column[at] ?? 0)).flat());
  const narrowed = to.step("across", "MatMul", [x, to.constant("columns", [width, toWidth], across)]);
  return to.last("MatMul", [to.constant("rows", [toHeight, height], Float32Array.from(rows.flat())), narrowed]);
}

function responseNorm(node: NetworkNode, [x = ""]: readonly string[], to: Builder): void {
  const { fields } = node;
  const size = number(fields.size, 1);
  const channels = node.inputShapes[0]?.[0] ?? 1;
  const alpha = number(fields.alpha, 1e-4) * (flag(fields.alpha_over_size, true) ? 1 : size);
  const [beta, k] = [number(fields.beta, 0.75), number(fields.k, 1)];
  if (size % 2 === 1) return to.last("LRN", [x], { size, alpha: { float: alpha }, beta: { float: beta }, bias: { float: k } });
  const [before, after] = [size / 2, size / 2 - 1];
  const band = Float32Array.from({ length: channels * channels }, (_, at) => {
    const distance = (at % channels) - Math.floor(at / channels);
    return distance >= -before && distance <= after ? alpha / size : 0;
  });
  const squares = to.step("squares", "Mul", [x, x]);
  const bias = to.constant("k", [channels], new Float32Array(channels).fill(k));
  const sum = to.step("sum", "Conv", [squares, to.constant("band", [channels, channels, 1, 1], band), bias], { kernel_shape: [1, 1] });
  return to.last("Div", [x, to.step("denominator", "Pow", [sum, to.scalar("beta", beta)])]);
}
