/**
 * Sums, products and concatenations: of two values they are joins of the language; with a constant, a factor and a summand for each
 * channel.
 */
import type { FlatTensor } from "../flat.ts";
import type { Constant } from "./constant.ts";
import { floats, isConstant, productOf, tensorOf } from "./constant.ts";
import type { NodeProto } from "./model.ts";
import { layerName } from "./names.ts";
import type { Axis, Translation, Value } from "./translation.ts";
import { intOf } from "./translation.ts";

type Handler = (node: NodeProto, to: Translation) => void;

/** The factor and the summand of each channel of ours; a factor that all share is a number. */
interface Affine {
  readonly scale: Float32Array | number;
  readonly offset: Float32Array | number;
}

const channelAxis = ({ axes }: Value): Axis => (axes.includes("F") ? "F" : "C");

/**
 * A constant as one value, or one for each channel (in our order); null where it is neither. A single value of as many dimensions as
 * the value has is
 * of a channel where there is only one.
 */
function perChannel(value: Value, given: Constant, to: Translation): Float32Array | number | "unknown" | null {
  const dims = to.dims(value);
  const own = [...new Array<number>(Math.max(0, dims.length - given.dims.length)).fill(1), ...given.dims];
  const axis = channelAxis(value);
  const channels = to.size(value, axis);
  const large = own.flatMap((size, at) => (size > 1 ? [at] : []));
  const [place] = large;
  const single = productOf(given.dims) === 1;
  const isChannel = large.length === 1 && own.length === dims.length && value.axes[place ?? 0] === axis && own[place ?? 0] === channels;
  if (!single && !isChannel) return null;
  if (!given.data) return single && channels > 1 ? null : "unknown";
  if (single && (channels > 1 || given.dims.length < 3)) return given.data[0] ?? 0;
  const data = floats(given) ?? new Float32Array(channels);
  if (!value.order) return data;
  const ours = new Float32Array(channels);
  for (let at = 0; at < channels; at += 1) ours[value.order[at] ?? at] = data[at] ?? 0;
  return ours;
}

const filled = (values: Float32Array | number, channels: number): Float32Array =>
  typeof values === "number" ? new Float32Array(channels).fill(values) : values;

/** What a node makes of a value and a constant. */
function affine(node: NodeProto, value: Value, { scale, offset }: Affine, to: Translation): Value {
  const channels = value.shape[0] ?? 1;
  const { order } = value;
  if (typeof scale === "number" && offset === 0) {
    const factor = Math.abs(scale) <= 1e6;
    if (factor) return to.add(node, "mul_const", { factor: Number(scale.toPrecision(7)) }, { inputs: [value], shape: value.shape, order });
  }
  const tensors = [tensorOf("weight", [channels], filled(scale, channels)), tensorOf("bias", [channels], filled(offset, channels))];
  return to.add(node, "channel_affine", {}, { inputs: [value], shape: value.shape, order, tensors, name: layerName(node) });
}

/** The file has only the shape of the constant: so has the layer. */
function unknown(node: NodeProto, value: Value, to: Translation): Value {
  const channels = value.shape[0] ?? 1;
  const tensors = [tensorOf("weight", [channels], null), tensorOf("bias", [channels], null)];
  return to.add(node, "channel_affine", {}, { inputs: [value], shape: value.shape, order: value.order, tensors, name: layerName(node) });
}

/**
 * A summand for each channel goes into the layer before, where nothing else reads that: the bias that MatMul has not, or a product's sum.
 */
function intoMaker(
  node: NodeProto,
  name: string | undefined,
  value: Value,
  offset: Float32Array | number | "unknown",
  to: Translation,
): boolean {
  const maker = to.soleMaker(name);
  const outputs = value.shape[0] ?? 1;
  const bare = maker !== null && ["linear", "conv2d", "conv_transpose2d"].includes(maker.op) && maker.fields.bias === false;
  if (maker && bare && offset !== 0) {
    const { bias: _, ...fields } = maker.fields;
    maker.fields = fields;
    maker.tensors = [...maker.tensors, tensorOf("bias", [outputs], offset === "unknown" ? null : filled(offset, outputs))];
    to.set(node.outputs[0], value);
    return true;
  }
  const [weight, bias] = maker?.op === "channel_affine" ? maker.tensors : [];
  const isProduct = bias !== undefined && (bias.values === null || bias.values.every((entry) => entry === 0));
  if (!maker || !weight || !isProduct) return false;
  maker.tensors = [weight, { ...bias, values: offset === "unknown" ? null : filled(offset, outputs) }] as FlatTensor[];
  to.set(node.outputs[0], value);
  return true;
}

const withConstant =
  (made: (constant: Float32Array | number, isFirst: boolean) => Affine | null, isSum: boolean, join: Handler | null): Handler =>
  (node, to) => {
    const [one, other] = [to.get(node.inputs[0] ?? ""), to.get(node.inputs[1] ?? "")];
    const isFirst = one !== null && isConstant(one);
    const given = isFirst ? one : other;
    if (!given || !isConstant(given)) return join ? join(node, to) : to.refuse(node, "operands");
    const place = isFirst ? 1 : 0;
    const value = to.value(node, place);
    const constant = perChannel(value, given, to);
    if (constant === null) return to.refuse(node, "shapes");
    if (constant === "unknown") {
      if (!isSum || !intoMaker(node, node.inputs[place], value, constant, to)) to.set(node.outputs[0], unknown(node, value, to));
      return;
    }
    const result = made(constant, isFirst);
    if (!result) return to.refuse(node, "operands");
    const plain = isSum && result.scale === 1;
    if (!plain || !intoMaker(node, node.inputs[place], value, result.offset, to)) to.set(node.outputs[0], affine(node, value, result, to));
  };

const negative = (values: Float32Array | number): Float32Array | number =>
  typeof values === "number" ? -values : values.map((value) => -value);
const inverse = (values: Float32Array | number): Float32Array | number =>
  typeof values === "number" ? 1 / values : values.map((value) => 1 / value);

/** Values of one shape whose axes lie alike. */
function alike(node: NodeProto, values: readonly Value[], to: Translation): void {
  const [first] = values;
  for (const other of values) {
    const isSame =
      first?.axes.length === other.axes.length &&
      other.axes.every((axis, at) => to.same(other, axis, first.axes[at] ?? "1") || axis === first.axes[at]) &&
      sameOrder(first.order, other.order);
    if (!isSame) to.refuse(node, "shapes");
  }
}

const sameOrder = (one: Int32Array | null, other: Int32Array | null): boolean =>
  one === other || (one !== null && other !== null && one.length === other.length && one.every((place, at) => place === other[at]));

const sum: Handler = (node, to) => {
  const values = node.inputs.map((_, at) => to.value(node, at));
  const [first] = values;
  if (!first || values.length < 2) return to.refuse(node, "attributes");
  alike(node, values, to);
  if (values.some(({ shape }) => shape.join() !== first.shape.join())) to.refuse(node, "shapes");
  to.set(node.outputs[0], to.add(node, "add", {}, { inputs: values, shape: first.shape, order: first.order }));
};

const concatenation: Handler = (node, to) => {
  const values = node.inputs.map((_, at) => to.value(node, at));
  const [first] = values;
  if (!first) return to.refuse(node, "attributes");
  if (values.length === 1) return to.set(node.outputs[0], first);
  const axis = intOf(node, "axis", 1);
  const named = first.axes[axis < 0 ? axis + first.axes.length : axis];
  if (named !== channelAxis(first)) to.refuse(node, "attributes");
  const axes = values.every((value) => value.axes.join() === first.axes.join());
  const sizes = values.every(({ shape: [, ...rest] }) => rest.join() === first.shape.slice(1).join());
  if (!axes || !sizes) to.refuse(node, "shapes");
  const channels = values.reduce((total, { shape }) => total + (shape[0] ?? 0), 0);
  to.set(
    node.outputs[0],
    to.add(node, "concat", {}, { inputs: values, shape: [channels, ...first.shape.slice(1)], order: joinedOrder(values) }),
  );
};

/** Rows behind each other: each with its own order. */
function joinedOrder(values: readonly Value[]): Int32Array | null {
  if (values.every(({ order }) => order === null)) return null;
  let before = 0;
  const order: number[] = [];
  for (const { order: own, shape } of values) {
    const features = shape[0] ?? 0;
    for (let at = 0; at < features; at += 1) order.push(before + (own?.[at] ?? at));
    before += features;
  }
  return Int32Array.from(order);
}

export const ARITHMETIC: Readonly<Record<string, Handler>> = {
  Add: withConstant((offset) => ({ scale: 1, offset }), true, sum),
  Sub: withConstant((values, isFirst) => (isFirst ? { scale: -1, offset: values } : { scale: 1, offset: negative(values) }), true, null),
  Mul: withConstant((scale) => ({ scale, offset: 0 }), false, null),
  Div: withConstant((values, isFirst) => (isFirst ? null : { scale: inverse(values), offset: 0 }), false, null),
  Sum: sum,
  Concat: concatenation,
  Neg: (node, to) => to.set(node.outputs[0], affine(node, to.value(node), { scale: -1, offset: 0 }, to)),
};
