/** Operators that change the size of maps: padding, cutting out, enlarging, and means over all of a map. */

import { reshaped } from "./layout.ts";
import type { NodeProto } from "./model.ts";
import type { Axis, Translation, Value } from "./translation.ts";
import { intOf, textOf } from "./translation.ts";
import type { Pads } from "./windows.ts";
import { padded, short } from "./windows.ts";

type Handler = (node: NodeProto, to: Translation) => void;

const axisAt = (value: Value, axis: number): Axis => value.axes[axis < 0 ? axis + value.axes.length : axis] ?? "1";

const pad: Handler = (node, to) => {
  const value = to.value(node);
  const amounts = to.ints(node, "pads", 1) ?? to.ints(node, "paddings", 1) ?? [];
  const given = node.inputs[3] ? to.ints(node, "axes", 3) : null;
  const axes = given ?? value.axes.map((_, at) => at);
  const fill = node.attributes.get("value")?.float ?? (node.inputs[2] ? to.constant(node, 2)?.data?.[0] : undefined) ?? 0;
  if (textOf(node, "mode", "constant") !== "constant" || fill !== 0 || amounts.length !== 2 * axes.length)
    return to.refuse(node, "attributes");
  const ends = new Map<Axis, [number, number]>();
  for (const [at, axis] of axes.entries()) ends.set(axisAt(value, axis), [amounts[at] ?? 0, amounts[at + axes.length] ?? 0]);
  const of = (axis: Axis): [number, number] => ends.get(axis) ?? [0, 0];
  const elsewhere = [...ends].some(([axis, [begin, end]]) => !["C", "H", "W"].includes(axis) && (begin !== 0 || end !== 0));
  if (elsewhere || value.shape.length !== 3) return to.refuse(node, "attributes");
  const [[top, bottom], [left, right], [before, after]] = [of("H"), of("W"), of("C")];
  const pads: Pads = [top, left, bottom, right];
  const [channels = 1, height = 1, width = 1] = value.shape;
  let result = value;
  if (pads.every((amount) => amount <= 0) && pads.some((amount) => amount < 0)) {
    const size: [number, number] = [height + top + bottom, width + left + right];
    if (size.some((length) => length < 1)) return to.refuse(node, "attributes");
    result = to.add(node, "crop2d", { offset: short([-top, -left]), size: short(size) }, { inputs: [value], shape: [channels, ...size] });
  } else if (pads.some((amount) => amount < 0) || before < 0 || after < 0) return to.refuse(node, "attributes");
  else if (pads.some((amount) => amount > 0)) result = padded(node, value, pads, to);
  if (before + after > 0) {
    const fields = { ...(before > 0 ? { before } : {}), ...(after > 0 ? { after } : {}) };
    const [, ...rest] = result.shape;
    result = to.add(node, "pad_channels", fields, { inputs: [result], shape: [channels + before + after, ...rest] });
  }
  to.set(node.outputs[0], result);
};

const slice: Handler = (node, to) => {
  const value = to.value(node);
  const [starts = [], ends = []] = [to.ints(node, "starts", 1) ?? [], to.ints(node, "ends", 2) ?? []];
  const axes = to.ints(node, "axes", 3) ?? starts.map((_, at) => at);
  const steps = node.inputs[4] ? to.ints(node, "steps", 4) : null;
  const [channels = 1, height = 1, width = 1] = value.shape;
  const cut = { H: { from: 0, to: height, step: 1 }, W: { from: 0, to: width, step: 1 } };
  for (const [at, axis] of axes.entries()) {
    const named = axisAt(value, axis);
    // All of the batch, whatever its size.
    if (named === "N" && starts[at] === 0 && (steps?.[at] ?? 1) === 1 && (ends[at] ?? 0) > 2 ** 30) continue;
    const size = to.size(value, named);
    const bounded = (place: number): number => Math.min(Math.max(place < 0 ? place + size : place, 0), size);
    const step = steps?.[at] ?? 1;
    const [from, end] = [bounded(starts[at] ?? 0), bounded(ends[at] ?? size)];
    if (from === 0 && step === 1 && end === size) continue;
    if ((named !== "H" && named !== "W") || step < 1 || end <= from || value.shape.length !== 3) return to.refuse(node, "attributes");
    cut[named] = { from, to: end, step };
  }
  let result = value;
  const size: [number, number] = [cut.H.to - cut.H.from, cut.W.to - cut.W.from];
  if (size[0] !== height || size[1] !== width) {
    const fields = { ...(cut.H.from + cut.W.from > 0 ? { offset: short([cut.H.from, cut.W.from]) } : {}), size: short(size) };
    result = to.add(node, "crop2d", fields, { inputs: [value], shape: [channels, ...size] });
  }
  const stride: [number, number] = [cut.H.step, cut.W.step];
  if (stride[0] > 1 || stride[1] > 1) {
    // Every n-th pixel.
    const fields = { kernel_size: 1, stride: short(stride) };
    const shape = [channels, Math.ceil(size[0] / stride[0]), Math.ceil(size[1] / stride[1])];
    result = to.add(node, "avg_pool2d", fields, { inputs: [result], shape });
  }
  to.set(node.outputs[0], result);
};

/** Where position `at` of `size * factor` comes from, as `Resize` and `Upsample` have it. */
function sourceOf(
  at: number,
  { size, factor, coordinates, rounding }: { size: number; factor: number; coordinates: string; rounding: string },
): number {
  const length = size * factor;
  const place =
    coordinates === "asymmetric"
      ? at / factor
      : coordinates === "align_corners"
        ? (at * (size - 1)) / Math.max(1, length - 1)
        : coordinates === "tf_half_pixel_for_nn"
          ? (at + 0.5) / factor
          : coordinates === "pytorch_half_pixel" && length === 1
            ? 0
            : (at + 0.5) / factor - 0.5;
  const half = place - Math.floor(place) === 0.5;
  const nearest = { floor: Math.floor(place), ceil: Math.ceil(place), round_prefer_ceil: Math.round(place) }[rounding];
  return Math.min(Math.max(nearest ?? (half ? Math.floor(place) : Math.round(place)), 0), size - 1);
}

const resize: Handler = (node, to) => {
  const value = to.value(node);
  const old = node.op === "Upsample" || to.graph.opset < 11;
  const rounding = old ? "floor" : textOf(node, "nearest_mode", "round_prefer_floor");
  const coordinates = old ? "asymmetric" : textOf(node, "coordinate_transformation_mode", "half_pixel");
  const given = [...(node.attributes.get("scales")?.floats ?? to.constant(node, old ? 1 : 2)?.data ?? [])];
  const sizes = !old && node.inputs[3] ? [...(to.constant(node, 3)?.data ?? [])] : [];
  const dims = to.dims(value);
  const axes = node.attributes.get("axes")?.ints ?? dims.map((_, at) => at);
  const factors = new Map<Axis, number>();
  for (const [at, axis] of axes.entries()) {
    const named = axisAt(value, axis);
    factors.set(
      named,
      sizes.length > 0 && named !== "N" ? (sizes[at] ?? 0) / to.size(value, named) : sizes.length > 0 ? 1 : (given[at] ?? 1),
    );
  }
  const factor: [number, number] = [factors.get("H") ?? 1, factors.get("W") ?? 1];
  const others = [...factors].every(([axis, by]) => axis === "H" || axis === "W" || by === 1);
  const whole = factor.every((by) => Number.isInteger(by) && by >= 1);
  if (value.shape.length !== 3 || textOf(node, "mode", "nearest") !== "nearest" || !others || !whole) return to.refuse(node, "attributes");
  const [channels = 1, height = 1, width = 1] = value.shape;
  // Each pixel several times, and nothing else.
  const plain = [height, width].every((size, axis) => {
    const by = factor[axis] ?? 1;
    return (
      size * by <= 1 << 16 &&
      Array.from({ length: size * by }, (_, at) => sourceOf(at, { size, factor: by, coordinates, rounding })).every(
        (from, at) => from === Math.floor(at / by),
      )
    );
  });
  if (!plain) return to.refuse(node, "attributes");
  const shape = [channels, height * factor[0], width * factor[1]];
  to.set(node.outputs[0], to.add(node, "upsample", { scale_factor: short(factor) }, { inputs: [value], shape }));
};

/** Over all of a map, and only that. */
const reduced =
  (op: "global_avg_pool2d" | "max_pool2d"): Handler =>
  (node, to) => {
    const value = to.value(node);
    const axes = to.ints(node, "axes", 1) ?? [];
    const names = new Set(axes.map((axis) => axisAt(value, axis)));
    const covers = (["H", "W"] as const).every((axis) => names.has(axis) || to.size(value, axis) === 1);
    if (names.has("N") || names.has("F") || (names.has("C") && to.size(value, "C") > 1) || !covers || value.shape.length !== 3)
      return to.refuse(node, "attributes");
    const [channels = 1, height = 1, width = 1] = value.shape;
    const fields = op === "max_pool2d" ? { kernel_size: short([height, width]) } : {};
    const mean = to.add(node, op, fields, { inputs: [value], shape: [channels, 1, 1] });
    const left = value.axes.filter((axis, at) => axis !== "N" && !axes.some((one) => (one < 0 ? one + value.axes.length : one) === at));
    const keeps = intOf(node, "keepdims", 1) !== 0;
    to.set(node.outputs[0], keeps ? mean : reshaped(node, mean, [to.batch, ...left.map((axis) => to.size(mean, axis))], to));
  };

export const SIZES: Readonly<Record<string, Handler>> = {
  Pad: pad,
  Slice: slice,
  Resize: resize,
  Upsample: resize,
  ReduceMean: reduced("global_avg_pool2d"),
  ReduceMax: reduced("max_pool2d"),
};
