/** Every operator of ONNX that the language can say, and how. What is missing here is refused by name. */
import { connectionsOf as connectionsIn } from "../../exports/network.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import type { Constant } from "./constant.ts";
import { floats, productOf, tensorOf } from "./constant.ts";
import { LAYOUT } from "./layout.ts";
import type { NodeProto } from "./model.ts";
import { layerName } from "./names.ts";
import { NORMS } from "./norms.ts";
import { PATTERN_OPERATORS } from "./patterns.ts";
import { SIZES } from "./sizes.ts";
import type { Translation, Value } from "./translation.ts";
import { floatOf, intOf, pairOf } from "./translation.ts";
import type { Pads, Pair } from "./windows.ts";
import { compact, isSymmetric, padded, pooled, short, spanOf, windowsOf } from "./windows.ts";

type Handler = (node: NodeProto, to: Translation) => void;

const convolution: Handler = (node, to) => {
  const x = to.map(node);
  const table = connectionsOf(node, to);
  const weight = table?.weight ?? to.constant(node, 1);
  const bias = to.constant(node, 2);
  const { dims = [] } = weight ?? {};
  const groups = intOf(node, "group", 1);
  const [outputs = 1, inputs = 1, ...kernel] = dims;
  if (!weight || dims.length !== 4 || inputs * groups !== x.shape[0] || (bias && productOf(bias.dims) !== outputs))
    return to.refuse(node, "shapes");
  const windows = windowsOf(node, x, kernel as Pair, to);
  const { pads, stride, dilation, output } = windows;
  const symmetric = isSymmetric(pads);
  const from = symmetric ? x : padded(node, x, pads, to);
  const fields = compact(
    {
      out_channels: outputs,
      kernel_size: short(kernel as Pair),
      stride: short(stride),
      padding: symmetric ? short([pads[0], pads[1]]) : 0,
      dilation: short(dilation),
      groups,
      bias: bias !== null,
      ...(table ? { connections: table.connections } : {}),
    },
    { stride: 1, padding: 0, dilation: 1, groups: 1, bias: true },
  );
  const tensors = [tensorOf("weight", dims, floats(weight)), ...(bias ? [tensorOf("bias", [outputs], floats(bias))] : [])];
  to.set(node.outputs[0], to.add(node, "conv2d", fields, { inputs: [from], shape: [outputs, ...output], tensors, name: layerName(node) }));
};

interface Connections {
  readonly connections: number[][] | "lenet5";
  readonly weight: Constant;
}

/** A weight that is multiplied by zeros and ones, an entry for a pair of channels: the table of connections that LeNet-5 has. */
function connectionsOf(node: NodeProto, to: Translation): Connections | null {
  const maker = to.graph.producerOf(node.inputs[1] ?? "");
  if (maker?.op !== "Mul") return null;
  const masks = maker.inputs.flatMap((name) => {
    const value = to.graph.constant(name);
    const isMask = value?.data && value.dims.length === 4 && value.dims[2] === 1 && value.dims[3] === 1;
    return isMask && value.data?.every((entry) => entry === 0 || entry === 1) ? [value] : [];
  });
  const [mask] = masks;
  const [outputs = 0, inputs = 0] = mask?.dims ?? [];
  const weight = to.graph.constant(maker.inputs.find((name) => name !== mask?.name) ?? "");
  if (!mask?.data || weight?.dims[0] !== outputs || weight.dims[1] !== inputs) return null;
  const found = Array.from({ length: outputs }, (_, at) =>
    [...(mask.data?.subarray(at * inputs, (at + 1) * inputs) ?? [])].flatMap((entry, channel) => (entry === 1 ? [channel] : [])),
  );
  const known = "lenet5";
  const isKnown = JSON.stringify(found) === JSON.stringify(connectionsIn({ connections: known }));
  return { connections: isKnown ? known : found, weight };
}

const transposedConvolution: Handler = (node, to) => {
  const x = to.map(node);
  const weight = to.constant(node, 1);
  const bias = to.constant(node, 2);
  const { dims = [] } = weight ?? {};
  const groups = intOf(node, "group", 1);
  const [inputs = 1, perGroup = 1, ...kernel] = dims;
  const outputs = perGroup * groups;
  if (!weight || dims.length !== 4 || inputs !== x.shape[0] || (bias && productOf(bias.dims) !== outputs)) return to.refuse(node, "shapes");
  const [stride, dilation, more] = [pairOf(node, "strides", 1), pairOf(node, "dilations", 1), pairOf(node, "output_padding", 0)];
  const { padding, end, output } = transposedWindows(node, x, kernel as Pair, to);
  // What the end keeps of the padding that the beginning has is padding of the output.
  const extra = more.map((rows, axis) => rows + (padding[axis] ?? 0) - (end[axis] ?? 0)) as Pair;
  const direct = extra.every((rows, axis) => rows >= 0 && (rows === 0 || rows < Math.max(stride[axis] ?? 1, dilation[axis] ?? 1)));
  const plain = more.every((rows, axis) => rows === 0 || rows < Math.max(stride[axis] ?? 1, dilation[axis] ?? 1));
  if (!direct && !plain) to.refuse(node, "attributes");
  const fields = compact(
    {
      out_channels: outputs,
      kernel_size: short(kernel as Pair),
      stride: short(stride),
      padding: direct ? short(padding) : 0,
      dilation: short(dilation),
      output_padding: short(direct ? extra : more),
      groups,
      bias: bias !== null,
    },
    { stride: 1, padding: 0, dilation: 1, output_padding: 0, groups: 1, bias: true },
  );
  const tensors = [tensorOf("weight", dims, floats(weight)), ...(bias ? [tensorOf("bias", [outputs], floats(bias))] : [])];
  const sizes = direct ? output : (output.map((size, axis) => size + (padding[axis] ?? 0) + (end[axis] ?? 0)) as Pair);
  const made = to.add(node, "conv_transpose2d", fields, { inputs: [x], shape: [outputs, ...sizes], tensors, name: layerName(node) });
  if (direct) return to.set(node.outputs[0], made);
  const crop = { offset: short(padding), size: short(output) };
  to.set(node.outputs[0], to.add(node, "crop2d", crop, { inputs: [made], shape: [outputs, ...output] }));
};

/** Padding at both ends, and the size of what comes out. */
function transposedWindows(node: NodeProto, x: Value, kernel: Pair, to: Translation): { padding: Pair; end: Pair; output: Pair } {
  const [stride, dilation, more] = [pairOf(node, "strides", 1), pairOf(node, "dilations", 1), pairOf(node, "output_padding", 0)];
  const pads = [...(node.attributes.get("pads")?.ints ?? [0, 0, 0, 0])] as Pads;
  const automatic = node.attributes.get("auto_pad")?.text ?? "NOTSET";
  const asked = node.attributes.get("output_shape")?.ints.slice(-2) ?? [];
  const full = [0, 1].map((axis) => {
    const size = x.shape[axis + 1] ?? 1;
    return (size - 1) * (stride[axis] ?? 1) + spanOf(kernel[axis] ?? 1, dilation[axis] ?? 1) + (more[axis] ?? 0);
  });
  const same = automatic.startsWith("SAME");
  if (same || asked.length === 2) {
    for (const axis of [0, 1]) {
      const output = asked[axis] ?? (x.shape[axis + 1] ?? 1) * (stride[axis] ?? 1);
      const all = Math.max(0, (full[axis] ?? 1) - output);
      const less = Math.floor(all / 2);
      [pads[axis], pads[axis + 2]] = automatic === "SAME_UPPER" ? [less, all - less] : [all - less, less];
    }
  }
  const output = full.map((size, axis) => size - (pads[axis] ?? 0) - (pads[axis + 2] ?? 0)) as Pair;
  if (pads.some((pad) => pad < 0) || output.some((size) => size < 1) || pads.length !== 4) to.refuse(node, "attributes");
  return { padding: [pads[0], pads[1]], end: [pads[2], pads[3]], output };
}

/** A fully connected layer on a row whose features lie as the file has them. */
export function linear(
  node: NodeProto,
  x: Value,
  {
    weight,
    shape,
    bias,
    scale = 1,
  }: { weight: Constant; shape: "in_out" | "out_in"; bias: Float32Array | null | "unknown"; scale?: number },
  to: Translation,
): void {
  const [first = 1, second = 1] = weight.dims;
  const [inputs, outputs] = shape === "in_out" ? [first, second] : [second, first];
  const { order } = x;
  let values = floats(weight);
  if (values && (shape === "in_out" || order || scale !== 1)) {
    const given = values;
    values = new Float32Array(given.length);
    for (let output = 0; output < outputs; output += 1) {
      for (let input = 0; input < inputs; input += 1) {
        const from = shape === "in_out" ? input * outputs + output : output * inputs + input;
        values[output * inputs + (order?.[input] ?? input)] = (given[from] ?? 0) * scale;
      }
    }
  }
  const tensors = [tensorOf("weight", [outputs, inputs], values)];
  if (bias !== null) tensors.push(tensorOf("bias", [outputs], bias === "unknown" ? null : bias));
  const fields = { out_features: outputs, ...(bias === null ? { bias: false } : {}) };
  to.set(
    node.outputs[0],
    to.add(node, "linear", fields, { inputs: [x], shape: [outputs], axes: ["N", "F"], tensors, name: layerName(node) }),
  );
}

const gemm: Handler = (node, to) => {
  const x = to.value(node);
  const weight = to.constant(node, 1);
  const added = to.constant(node, 2);
  const isTransposed = intOf(node, "transB", 0) !== 0;
  const [alpha, beta] = [floatOf(node, "alpha", 1), floatOf(node, "beta", 1)];
  const [inputs = 0, outputs = 0] = isTransposed ? [...(weight?.dims ?? [])].reverse() : (weight?.dims ?? []);
  if (weight?.dims.length !== 2 || inputs !== x.shape[0] || !x.axes.includes("F")) return to.refuse(node, "shapes");
  if (intOf(node, "transA", 0) !== 0) return to.refuse(node, "attributes");
  const length = added ? productOf(added.dims) : 0;
  if (added && length !== 1 && (length !== outputs || added.dims.at(-1) !== outputs)) return to.refuse(node, "shapes");
  const data = added?.data ?? null;
  const bias = data ? Float32Array.from({ length: outputs }, (_, at) => (data[length === 1 ? 0 : at] ?? 0) * beta) : null;
  linear(node, x, { weight, shape: isTransposed ? "out_in" : "in_out", bias: added && !bias ? "unknown" : bias, scale: alpha }, to);
};

const matMul: Handler = (node, to) => {
  const x = to.value(node);
  const weight = to.constant(node, 1);
  if (weight?.dims.length !== 2 || weight.dims[0] !== x.shape[0] || !x.axes.includes("F")) return to.refuse(node, "shapes");
  linear(node, x, { weight, shape: "in_out", bias: null }, to);
};

const pool =
  (op: "max_pool2d" | "avg_pool2d"): Handler =>
  (node, to) => {
    if (to.graph.uses(node.outputs[1] ?? "") > 0) to.refuse(node, "attributes");
    const map = to.map(node);
    const kernel = node.attributes.get("kernel_shape")?.ints ?? [];
    if (kernel.length !== 2) to.refuse(node, "attributes");
    to.set(node.outputs[0], pooled(node, op, map, windowsOf(node, map, kernel as unknown as Pair, to), to));
  };

const globalMaximum: Handler = (node, to) => {
  const map = to.map(node);
  const [channels, height, width] = map.shape;
  to.set(node.outputs[0], to.add(node, "max_pool2d", { kernel_size: short([height, width]) }, { inputs: [map], shape: [channels, 1, 1] }));
};

const globalMean: Handler = (node, to) => {
  const map = to.map(node);
  to.set(node.outputs[0], to.add(node, "global_avg_pool2d", {}, { inputs: [map], shape: [map.shape[0], 1, 1] }));
};

export const OPERATORS: Readonly<Record<string, Handler>> = {
  ...LAYOUT,
  ...NORMS,
  ...SIZES,
  ...ARITHMETIC,
  ...PATTERN_OPERATORS,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Gemm: gemm,
  MatMul: matMul,
  MaxPool: pool("max_pool2d"),
  AveragePool: pool("avg_pool2d"),
  GlobalAveragePool: globalMean,
  GlobalMaxPool: globalMaximum,
};
