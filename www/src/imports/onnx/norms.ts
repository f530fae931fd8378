/** Normalization and activations. */
import { floats, productOf, tensorOf } from "./constant.ts";
import type { NodeProto } from "./model.ts";
import { layerName } from "./names.ts";
import type { Translation } from "./translation.ts";
import { floatOf, intOf } from "./translation.ts";

type Handler = (node: NodeProto, to: Translation) => void;

/** An operator without fields: each value by itself. */
const same =
  (op: string): Handler =>
  (node, to) => {
    const x = to.value(node);
    to.set(node.outputs[0], to.add(node, op, {}, { inputs: [x], shape: x.shape, order: x.order }));
  };

const batchNorm: Handler = (node, to) => {
  const x = to.value(node);
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((at) => to.constant(node, at));
  const channels = x.shape[0] ?? 1;
  const all = [scale, offset, mean, variance].map((one) => one ?? null);
  if (all.some((one) => !one || productOf(one.dims) !== channels)) return to.refuse(node, "shapes");
  if (intOf(node, "training_mode", 0) !== 0 || to.graph.uses(node.outputs[1] ?? "") > 0) return to.refuse(node, "attributes");
  const eps = Number(floatOf(node, "epsilon", 1e-5).toPrecision(7));
  const [weight, bias, centre, spread] = all.map((one) => one && floats(one));
  if (x.axes.includes("F")) {
    // Over a row it is a factor and a summand for each feature.
    const known = weight && bias && centre && spread;
    const factors = known ? weight.map((value, at) => value / Math.sqrt((spread[at] ?? 1) + eps)) : null;
    const summands = known && factors ? bias.map((value, at) => value - (centre[at] ?? 0) * (factors[at] ?? 0)) : null;
    const placed = (values: Float32Array | null): Float32Array | null => {
      if (!values || !x.order) return values;
      const ours = new Float32Array(values.length);
      for (const [at, value] of values.entries()) ours[x.order[at] ?? at] = value;
      return ours;
    };
    const tensors = [tensorOf("weight", [channels], placed(factors)), tensorOf("bias", [channels], placed(summands))];
    const added = { inputs: [x], shape: x.shape, order: x.order, tensors, name: layerName(node) };
    return to.set(node.outputs[0], to.add(node, "channel_affine", {}, added));
  }
  const map = to.map(node);
  const momentum = Number((1 - floatOf(node, "momentum", 0.9)).toPrecision(6));
  const statistics = [tensorOf("running_mean", [channels], centre ?? null), tensorOf("running_var", [channels], spread ?? null)];
  const affine = [tensorOf("weight", [channels], weight ?? null), tensorOf("bias", [channels], bias ?? null)];
  // As the exporter of the page writes it, and others: ones and zeros that are no parameters.
  const plain = isOwnPlain(node);
  const fields = { ...(eps === 1e-5 ? {} : { eps }), ...(momentum === 0.1 ? {} : { momentum }), ...(plain ? { affine: false } : {}) };
  const tensors = [...(plain ? [] : affine), ...statistics];
  to.set(node.outputs[0], to.add(node, "batch_norm2d", fields, { inputs: [map], shape: map.shape, tensors, name: bnName(node) }));
};

const isOwnPlain = ({ name, inputs }: NodeProto): boolean => inputs[1] === `${name}.ones` && inputs[2] === `${name}.zeros`;
const bnName = (node: NodeProto): string | null => (isOwnPlain(node) ? layerName({ ...node, inputs: [] }) : layerName(node));

const responseNorm: Handler = (node, to) => {
  const map = to.map(node);
  const size = intOf(node, "size", 0);
  // Of an even number of neighbours ONNX has one more behind, the language (as PyTorch) one more before.
  if (size < 1 || (size % 2 === 0 && map.shape[0] > 1)) return to.refuse(node, "attributes");
  const round = (value: number): number => Number(value.toPrecision(7));
  const fields = {
    size,
    alpha: round(floatOf(node, "alpha", 1e-4)),
    beta: round(floatOf(node, "beta", 0.75)),
    k: round(floatOf(node, "bias", 1)),
  };
  to.set(node.outputs[0], to.add(node, "local_response_norm", fields, { inputs: [map], shape: map.shape }));
};

const softmax =
  (op: "softmax" | "log_softmax"): Handler =>
  (node, to) => {
    const x = to.value(node);
    const axis = intOf(node, "axis", to.graph.opset >= 13 ? -1 : 1);
    const named = x.axes[axis < 0 ? axis + x.axes.length : axis];
    // Before opset 13 all axes from this one on were taken together.
    const together = to.graph.opset < 13 && productOf(x.shape) !== x.shape[0];
    if (!named || together || (named !== "F" && named !== "C")) return to.refuse(node, "attributes");
    to.set(node.outputs[0], to.add(node, op, {}, { inputs: [x], shape: x.shape, order: x.order }));
  };

/** Only what cuts off below zero and nowhere else. */
const clip: Handler = (node, to) => {
  const bound = (name: string, at: number, otherwise: number): number =>
    node.attributes.get(name)?.float ?? to.constant(node, at)?.data?.[0] ?? otherwise;
  const [least, most] = [bound("min", 1, Number.NEGATIVE_INFINITY), bound("max", 2, Number.POSITIVE_INFINITY)];
  if (least !== 0 || most < 3e38) to.refuse(node, "attributes");
  same("relu")(node, to);
};

const maximum: Handler = (node, to) => {
  const other = node.inputs.length === 2 ? to.constant(node, 1) : null;
  if (!other?.data || other.data.some((value) => value !== 0) || productOf(other.dims) !== 1) to.refuse(node, "operands");
  same("relu")(node, to);
};

const dropout: Handler = (node, to) => {
  const x = to.value(node);
  const ratio = node.attributes.get("ratio")?.float ?? (node.inputs[1] ? to.constant(node, 1)?.data?.[0] : undefined) ?? 0.5;
  const p = Number(Math.min(Math.max(ratio, 0), 0.999).toPrecision(6));
  const fields = p === 0.5 ? {} : { p };
  to.set(node.outputs[0], to.add(node, "dropout", fields, { inputs: [x], shape: x.shape, order: x.order }));
};

export const NORMS: Readonly<Record<string, Handler>> = {
  Relu: same("relu"),
  Sigmoid: same("sigmoid"),
  Tanh: same("tanh"),
  Clip: clip,
  Max: maximum,
  Dropout: dropout,
  BatchNormalization: batchNorm,
  LRN: responseNorm,
  Softmax: softmax("softmax"),
  LogSoftmax: softmax("log_softmax"),
};
