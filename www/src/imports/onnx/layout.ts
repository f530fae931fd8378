/**
 * Operators that move values without changing them. Maps keep their axes under other names; only what makes a row of a map is an
 * operator of the
 * language, `flatten`, which always takes channels first: rows of a file that has them last remember their order.
 */
import type { Constant } from "./constant.ts";
import { isConstant, productOf } from "./constant.ts";
import type { NodeProto } from "./model.ts";
import type { Axis, Translation, Value } from "./translation.ts";
import { intOf } from "./translation.ts";

type Handler = (node: NodeProto, to: Translation) => void;

/** The row of a map: `flatten`, whose features lie as the file has them. */
export function row(node: NodeProto, value: Value, to: Translation): Value {
  const features = productOf(value.shape);
  return to.add(node, "flatten", {}, { inputs: [value], shape: [features], axes: ["N", "F"], order: orderOf(value, to) });
}

/** For each feature of the file's row its place in ours; null where they are the same. */
function orderOf(value: Value, to: Translation): Int32Array | null {
  const steps: Partial<Record<Axis, number>> = { C: (value.shape[1] ?? 1) * (value.shape[2] ?? 1), H: value.shape[2] ?? 1, W: 1 };
  const axes = value.axes.filter((axis) => axis !== "N" && to.size(value, axis) > 1);
  const isOurs = axes.every((axis, at) => at === 0 || (steps[axis] ?? 1) <= (steps[axes[at - 1] ?? axis] ?? 1));
  if (isOurs) return null;
  const order = new Int32Array(productOf(value.shape));
  for (let at = 0; at < order.length; at += 1) {
    let [rest, place] = [at, 0];
    for (const axis of [...axes].reverse()) {
      place += (rest % to.size(value, axis)) * (steps[axis] ?? 0);
      rest = Math.floor(rest / to.size(value, axis));
    }
    order[at] = place;
  }
  return order;
}

/**
 * A value in the shape that ONNX wants, the batch first. @throws ReceptiveFailure `unsayable_onnx` where that moves values between axes.
 */
export function reshaped(node: NodeProto, given: Value, wanted: readonly number[], to: Translation): Value {
  const [, ...rest] = wanted;
  const value = joined(node, given, to);
  const features = productOf(value.shape);
  if (value.axes[0] !== "N" || productOf(rest) !== features || rest.length === 0) to.refuse(node, "shapes");
  if (value.axes.includes("F")) return rowReshaped(node, value, rest, to);
  const inner = value.axes.slice(1);
  if (rest.length === 1) return row(node, value, to);
  const large = inner.filter((axis) => to.size(value, axis) > 1);
  const sizes = rest.filter((size) => size > 1);
  if (sizes.length !== large.length || !sizes.every((size, at) => size === to.size(value, large[at] ?? "1"))) to.refuse(node, "shapes");
  const spare = (["C", "H", "W"] as const).filter((axis) => to.size(value, axis) === 1);
  const axes: Axis[] = rest.map((size) => (size > 1 ? (large.shift() ?? "1") : (spare.shift() ?? "1")));
  return { ...value, axes: ["N", ...axes] };
}

/** An axis that stands as two, one behind the other, as one again. */
function joined(node: NodeProto, value: Value, to: Translation): Value {
  const { inner, ...whole } = value;
  if (!inner) return value;
  const place = value.axes.indexOf("I");
  if (value.axes[place - 1] !== inner.axis) to.refuse(node, "shapes");
  return { ...whole, axes: value.axes.filter((axis) => axis !== "I") };
}

/** Rows or columns each several times: an axis of size 1 behind theirs that is repeated (Keras' `UpSampling2D`). */
const tile: Handler = (node, to) => {
  const value = to.value(node);
  const repeats = [...(to.constant(node, 1)?.data ?? [])];
  const [place = 0, ...others] = repeats.flatMap((times, at) => (times === 1 ? [] : [at]));
  const [axis, factor = 1] = [value.axes[place - 1], repeats[place]];
  const isSingle = value.axes[place] !== "N" && to.size(value, value.axes[place] ?? "1") === 1;
  const whole = repeats.length === value.axes.length && others.length === 0 && Number.isInteger(factor) && factor > 1;
  if (!whole || !isSingle || (axis !== "H" && axis !== "W") || value.shape.length !== 3) return to.refuse(node, "attributes");
  const [channels = 1, height = 1, width = 1] = value.shape;
  const [rows, columns] = axis === "H" ? [factor, 1] : [1, factor];
  // Axes of size 1 can stand for each other: the one that is repeated is none of ours.
  const label = value.axes[place] ?? "1";
  const axes = value.axes.map((own, at) => (at === place ? "I" : own === "1" ? label : own));
  const shape = [channels, height * rows, width * columns];
  const made = to.add(node, "upsample", { scale_factor: [rows, columns] }, { inputs: [value], shape, axes });
  to.set(node.outputs[0], { ...made, inner: { axis, factor } });
};

/** A row stays one; one that was made of a map of single pixels becomes that again. */
function rowReshaped(node: NodeProto, value: Value, rest: readonly number[], to: Translation): Value {
  if (rest.length === 1) return value;
  const maker = to.nodes[value.node];
  const from = maker?.op === "flatten" ? maker.inputs[0] : undefined;
  const source = from === undefined ? undefined : to.nodes[from];
  const single = source?.shape.length === 3 && source.shape[1] === 1 && source.shape[2] === 1;
  if (from === undefined || !source || !single || rest.filter((size) => size > 1).length > 1) return to.refuse(node, "shapes");
  const map: Value = { node: from, shape: source.shape, axes: ["N", "C", "H", "W"], order: null };
  return reshaped(node, map, [to.batch, ...rest], to);
}

/** The sizes that `Reshape` asks for, with what stands for others filled in. */
function target(node: NodeProto, value: Value, given: Constant | null, to: Translation): number[] {
  const dims = to.dims(value);
  const copies = intOf(node, "allowzero", 0) === 0;
  const asked = [...(given?.data ?? node.attributes.get("shape")?.ints ?? [])].map((size, at) =>
    size === 0 && copies ? (dims[at] ?? 1) : size,
  );
  const [first = 1, ...rest] = asked;
  const features = productOf(value.shape);
  const known = productOf(rest.filter((size) => size !== -1));
  const filled = rest.map((size) => (size === -1 ? features / known : size));
  // The batch, by whatever stands for it.
  const isBatch = Number.isNaN(first) || first === -1 || first === 1 || first === to.batch;
  if (!isBatch || filled.some((size) => !Number.isInteger(size))) to.refuse(node, "shapes");
  return [to.batch, ...filled];
}

const reshape: Handler = (node, to) => {
  const value = to.movable(node);
  const given = node.inputs[1] ? to.constant(node, 1) : null;
  to.set(node.outputs[0], reshaped(node, value, target(node, value, given, to), to));
};

const flatten: Handler = (node, to) => {
  const value = to.value(node);
  const axis = intOf(node, "axis", 1);
  const first = axis < 0 ? axis + value.axes.length : axis;
  if (first !== 1) to.refuse(node, "attributes");
  to.set(node.outputs[0], reshaped(node, value, [to.batch, productOf(value.shape)], to));
};

const squeeze: Handler = (node, to) => {
  const value = to.value(node);
  const dims = to.dims(value);
  const axes = to.ints(node, "axes", 1)?.map((axis) => (axis < 0 ? axis + dims.length : axis));
  if (!axes || axes.some((axis) => dims[axis] !== 1 || axis === 0)) to.refuse(node, "attributes");
  const left = dims.filter((_, at) => !axes?.includes(at));
  to.set(node.outputs[0], reshaped(node, value, left, to));
};

const unsqueeze: Handler = (node, to) => {
  const value = to.value(node);
  const dims = to.dims(value);
  const given = to.ints(node, "axes", 1) ?? [];
  const axes = given.map((axis) => (axis < 0 ? axis + dims.length + given.length : axis));
  const rest = [...dims];
  const wanted = Array.from({ length: dims.length + axes.length }, (_, at) => (axes.includes(at) ? 1 : (rest.shift() ?? 1)));
  if (axes.includes(0)) to.refuse(node, "attributes");
  to.set(node.outputs[0], reshaped(node, value, wanted, to));
};

const transpose: Handler = (node, to) => {
  const value = to.movable(node);
  const perm = node.attributes.get("perm")?.ints ?? value.axes.map((_, at) => value.axes.length - 1 - at);
  const axes = perm.map((axis) => value.axes[axis] ?? "1");
  if (axes[0] !== "N" || axes.length !== value.axes.length || new Set(perm).size !== perm.length) to.refuse(node, "attributes");
  to.set(node.outputs[0], { ...value, axes });
};

/** Of evaluation: what drops values in training passes them on. A cast changes no number that has 32 bits. */
const alias: Handler = (node, to) => {
  const value = to.get(node.inputs[0] ?? "");
  to.set(node.outputs[0], value && isConstant(value) ? value : to.value(node));
};

export const LAYOUT: Readonly<Record<string, Handler>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Tile: tile,
  Identity: alias,
  Cast: alias,
};
