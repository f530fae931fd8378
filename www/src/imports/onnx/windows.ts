/** Convolution and pooling: their windows, as ONNX and as the language have them. */
import { productOf } from "./constant.ts";
import type { NodeProto } from "./model.ts";
import type { Translation, Value } from "./translation.ts";
import { intOf, pairOf, textOf } from "./translation.ts";

export type Pair = [number, number];
/** Top, left, bottom, right. */
export type Pads = [number, number, number, number];

/** A pair as people write it: one number where both are the same. */
export const short = ([first, second]: Pair): number | Pair => (first === second ? first : [first, second]);

/** Only what is not the default. */
export function compact(fields: Readonly<Record<string, unknown>>, defaults: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([key, value]) => !(key in defaults) || value !== defaults[key]));
}

export interface Windows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly pads: Pads;
  readonly ceil: boolean;
  /** Height and width of what comes out. */
  readonly output: Pair;
}

export const spanOf = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** How many windows there are between both ends. With `ceil`, as PyTorch has it: one that would begin in the padding at the end is none. */
export function countOf(size: number, span: number, stride: number, [begin, end]: readonly [number, number], ceil: boolean): number {
  const room = size + begin + end - span;
  if (room < 0) return 0;
  const count = ceil ? Math.ceil(room / stride) + 1 : Math.floor(room / stride) + 1;
  return ceil && (count - 1) * stride >= size + begin ? count - 1 : count;
}

/** The windows of a node over a map. @throws ReceptiveFailure `unsayable_onnx` for what is no map of two dimensions. */
export function windowsOf(node: NodeProto, { shape: [, height = 1, width = 1] }: Value, kernel: Pair, to: Translation): Windows {
  const lists = ["kernel_shape", "strides", "dilations"].map((name) => node.attributes.get(name)?.ints.length ?? 0);
  const given = node.attributes.get("pads")?.ints ?? [];
  if (lists.some((length) => length !== 0 && length !== 2) || (given.length !== 0 && given.length !== 4)) to.refuse(node, "attributes");
  const [stride, dilation] = [pairOf(node, "strides", 1), pairOf(node, "dilations", 1)];
  const positive = [...kernel, ...stride, ...dilation].every((value) => value >= 1);
  if (!positive) to.refuse(node, "attributes");
  const automatic = textOf(node, "auto_pad", "NOTSET");
  let pads = (given.length === 4 ? [...given] : [0, 0, 0, 0]) as Pads;
  const sizes: Pair = [height, width];
  const spans = [0, 1].map((axis) => spanOf(kernel[axis] ?? 1, dilation[axis] ?? 1)) as Pair;
  if (automatic.startsWith("SAME")) {
    const both = [0, 1].map((axis): Pair => {
      const [size, step, span] = [sizes[axis] ?? 1, stride[axis] ?? 1, spans[axis] ?? 1];
      const all = Math.max(0, (Math.ceil(size / step) - 1) * step + span - size);
      const less = Math.floor(all / 2);
      return automatic === "SAME_UPPER" ? [less, all - less] : [all - less, less];
    });
    const [rows = [0, 0], columns = [0, 0]] = both;
    pads = [rows[0], columns[0], rows[1], columns[1]];
  } else if (automatic === "VALID") pads = [0, 0, 0, 0];
  if (pads.some((pad) => pad < 0)) to.refuse(node, "attributes");
  const ceil = intOf(node, "ceil_mode", 0) !== 0;
  const output = [0, 1].map((axis) =>
    countOf(sizes[axis] ?? 1, spans[axis] ?? 1, stride[axis] ?? 1, [pads[axis] ?? 0, pads[axis + 2] ?? 0], ceil),
  ) as Pair;
  if (output.some((size) => size < 1)) to.refuse(node, "shapes");
  return { kernel, stride, dilation, pads, ceil, output };
}

export const isSymmetric = ([top, left, bottom, right]: Pads): boolean => top === bottom && left === right;

/** Zeros around a map. */
export function padded(node: NodeProto, value: Value, [top, left, bottom, right]: Pads, to: Translation): Value {
  const [channels = 1, height = 1, width = 1] = value.shape;
  const same = top === bottom && left === right && top === left;
  const padding = same ? top : [left, right, top, bottom];
  return to.add(node, "pad2d", { padding }, { inputs: [value], shape: [channels, height + top + bottom, width + left + right] });
}

/** Without negative values: padding by zeros is then as good as padding by what is less than any. */
function isNonNegative({ nodes }: Translation, place: number): boolean {
  const node = nodes[place];
  if (!node) return false;
  if (["relu", "sigmoid", "softmax"].includes(node.op)) return true;
  const keep = ["max_pool2d", "avg_pool2d", "global_avg_pool2d", "pad2d", "crop2d", "upsample", "dropout", "flatten", "concat", "add"];
  return keep.includes(node.op) && node.inputs.every((input) => isNonNegative({ nodes } as Translation, input));
}

type Pooling = "max_pool2d" | "avg_pool2d";

/** The fields of a pooling node, and what it reads: the map itself, or that with zeros around it. */
export function pooled(node: NodeProto, op: Pooling, map: Value, windows: Windows, to: Translation): Value {
  const { kernel, stride, dilation, pads, output } = windows;
  if (op === "avg_pool2d" && productOf(dilation) !== 1) to.refuse(node, "attributes");
  const counts = op === "avg_pool2d" && intOf(node, "count_include_pad", 0) !== 0;
  const fields = (padding: Pair, ceil: boolean): Record<string, unknown> =>
    compact(
      {
        kernel_size: short(kernel),
        ...(productOf(stride) !== productOf(kernel) || stride[0] !== kernel[0] ? { stride: short(stride) } : {}),
        padding: short(padding),
        dilation: short(dilation),
        ceil_mode: ceil,
        // It says nothing where there is no padding.
        count_include_pad: op === "max_pool2d" || counts || productOf(padding.map((size) => size + 1)) === 1,
      },
      { padding: 0, dilation: 1, ceil_mode: false, count_include_pad: true },
    );
  const make = (from: Value, padding: Pair, ceil: boolean): Value =>
    to.add(node, op, fields(padding, ceil), { inputs: [from], shape: [map.shape[0] ?? 1, ...output] });
  const begin: Pair = [pads[0], pads[1]];
  const possible = begin.every((pad, axis) => pad <= (kernel[axis] ?? 1) / 2);
  const around = (from: Value, padding: Pair, ceil: boolean): boolean =>
    [0, 1].every((axis) => {
      const pad = padding[axis] ?? 0;
      const span = spanOf(kernel[axis] ?? 1, dilation[axis] ?? 1);
      return countOf(from.shape[axis + 1] ?? 1, span, stride[axis] ?? 1, [pad, pad], ceil) === output[axis];
    });
  // Windows that begin at the same places are the same. Where padding counts as pixels, one that reaches beyond it counts fewer.
  const counted = (ceil: boolean): boolean => !counts || (ceil === windows.ceil && (!ceil || isSymmetric(pads)));
  const ways = (windows.ceil ? [true, false] : [false, true]).filter(counted);
  const way = possible ? ways.find((ceil) => around(map, begin, ceil)) : undefined;
  if (way !== undefined) return make(map, begin, way);
  if (!counts && (op !== "max_pool2d" || !isNonNegative(to, map.node))) return to.refuse(node, "attributes");
  const whole = padded(node, map, pads, to);
  return around(whole, [0, 0], windows.ceil) ? make(whole, [0, 0], windows.ceil) : to.refuse(node, "attributes");
}
