/** Fixes where values are brought together: residual blocks, parallel branches, joins. Pure. */
import type { LayerSpec, Spec } from "../../engine/protocol.ts";
import { setField } from "../../spec/spec-edit.ts";
import type { Part } from "../../spec/spec-items.ts";
import { fieldsOf, partsOf } from "../../spec/spec-items.ts";
import { withValue } from "../../spec/spec-path.ts";
import type { Case, Fix } from "./fix.ts";
import { mended } from "./fix.ts";

type Shape = readonly [number, number, number];

const KEEPING = [
  "relu",
  "tanh",
  "sigmoid",
  "scaled_tanh",
  "batch_norm2d",
  "dropout",
  "stochastic_depth",
  "local_response_norm",
  "channel_affine",
  "mul_const",
];
const WINDOWS = ["conv2d", "max_pool2d", "avg_pool2d"];

const both = (value: unknown, otherwise: number): [number, number] => {
  const [a, b] = Array.isArray(value) ? value : [value ?? otherwise, value ?? otherwise];
  return [Number(a), Number(b)];
};

const asMap = (shape: readonly number[]): Shape | null => {
  const [channels, height, width] = shape;
  return shape.length === 3 && channels && height && width ? [channels, height, width] : null;
};

/** What layers of the simplest kinds make of a shape; null where one is of another kind, or nothing is left. */
function through(items: readonly LayerSpec[], from: Shape): Shape | null {
  return items.reduce<Shape | null>((shape, item) => {
    if (!shape || typeof item.op !== "string") return null;
    if (KEEPING.includes(item.op)) return shape;
    if (!WINDOWS.includes(item.op)) return null;
    const kernel = both(item.kernel_size, 1);
    const stride = item.op === "conv2d" ? both(item.stride, 1) : item.stride == null ? kernel : both(item.stride, 1);
    const [padding, dilation] = [both(item.padding, 0), both(item.dilation, 1)];
    const round = item.ceil_mode === true ? Math.ceil : Math.floor;
    const size = (axis: 0 | 1): number =>
      round((shape[(axis + 1) as 1 | 2] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
    const [height, width] = [size(0), size(1)];
    return height > 0 && width > 0 ? [item.op === "conv2d" ? Number(item.out_channels) : shape[0], height, width] : null;
  }, from);
}

/** Padding that keeps the size at stride 1; an even kernel has none. */
function withSamePadding(item: LayerSpec): LayerSpec {
  if (!WINDOWS.includes(item.op ?? "")) return item;
  const [kernel, dilation] = [both(item.kernel_size, 1), both(item.dilation, 1)];
  if (kernel.some((size) => size % 2 === 0)) return item;
  const padding = kernel.map((size, axis) => ((size - 1) / 2) * dilation[axis as 0 | 1]);
  const { padding: _, ...rest } = item;
  const even = padding[0] === padding[1];
  return even && padding[0] === 0 ? rest : { ...rest, padding: even ? padding[0] : padding };
}

/** A pooling without a stride of its own takes steps of its kernel's size. */
const withStepOne = (item: LayerSpec): LayerSpec =>
  item.op === "conv2d" || !WINDOWS.includes(item.op ?? "") || item.stride != null ? item : { ...item, stride: 1 };

function withChannels(items: readonly LayerSpec[], channels: number): readonly LayerSpec[] {
  const last = items.findLastIndex(({ op }) => op === "conv2d");
  return items.map((item, i) => (i === last ? { ...item, out_channels: channels } : item));
}

/** The steps that lead from one size to another with a 1x1 kernel. */
function strideBetween(from: number, to: number): number | null {
  for (let stride = 1; stride <= from; stride += 1) if (Math.floor((from - 1) / stride) + 1 === to) return stride;
  return null;
}

export function residualFixes({ spec, rows, row }: Case): Fix[] {
  const x = asMap(row.input);
  const [body] = partsOf(row.item, row.path);
  const result = asMap(rows.findLast(({ parent, kind }) => parent === row.path && kind !== "shortcut")?.shape ?? []);
  if (!x || !result || !body) return [];
  const fixes: Fix[] = [];
  const strides = [strideBetween(x[1], result[1]), strideBetween(x[2], result[2])];
  const [high, wide] = strides;
  if (high != null && wide != null) {
    const stride = high === wide ? high : [high, wide];
    const normed = body.items.some(({ op }) => op === "batch_norm2d");
    const projection: LayerSpec = {
      op: "conv2d",
      out_channels: result[0],
      kernel_size: 1,
      ...(stride !== 1 && { stride }),
      ...(normed && { bias: false }),
    };
    const shortcut = [projection, ...(normed ? [{ op: "batch_norm2d" }] : [])];
    fixes.push(
      mended(
        { code: "projection", channels: result[0], stride: Array.isArray(stride) ? stride.join("×") : String(stride) },
        setField(spec, row.path, "shortcut", shortcut).spec,
        row.path,
      ),
    );
  }
  const fitting = withChannels(
    body.items.map((item) => (item.op === "conv2d" ? unstepped(withSamePadding(item)) : item)),
    x[0],
  );
  if (String(through(fitting, x)) === String(x)) {
    const identity = setField(withValue(spec, body.list, fitting), row.path, "shortcut", undefined).spec;
    fixes.push(mended({ code: "fit_body", channels: x[0] }, identity, row.path));
  }
  const reached = (axis: 1 | 2): boolean => Math.ceil(x[axis] / Math.ceil(x[axis] / result[axis])) === result[axis];
  if (fieldsOf(row.item).shortcut !== "pad" && result[0] >= x[0] && reached(1) && reached(2))
    fixes.push(mended({ code: "pad_shortcut" }, setField(spec, row.path, "shortcut", "pad").spec, row.path));
  return fixes;
}

function unstepped({ stride: _, ...item }: LayerSpec): LayerSpec {
  return item;
}

/** Other items in each branch. */
function withBranches(
  spec: Spec,
  parts: readonly Part[],
  change: (item: LayerSpec) => LayerSpec,
): { spec: Spec; items: readonly (readonly LayerSpec[])[] } {
  const items = parts.map((part) => part.items.map(change));
  return { spec: parts.reduce((changed, part, i) => withValue(changed, part.list, items[i]), spec), items };
}

export function branchFixes({ spec, row }: Case): Fix[] {
  const x = asMap(row.input);
  const parts = partsOf(row.item, row.path);
  if (!x) return [];
  // As little as possible first: paddings alone, then poolings that step by one.
  for (const change of [withSamePadding, (item: LayerSpec) => withStepOne(withSamePadding(item))]) {
    const changed = withBranches(spec, parts, change);
    const sizes = changed.items.map((items) => through(items, x)?.slice(1).join("×"));
    if (sizes.every((size) => size !== undefined && size === sizes[0])) return [mended({ code: "same_padding" }, changed.spec, row.path)];
  }
  return [];
}

/** Sums of branches, and saved values that are joined. */
export function joinFixes({ spec, rows, row }: Case): Fix[] {
  if (row.kind === "join") {
    const here = asMap(row.input);
    const saved = asMap(rows.find(({ kind, name }) => kind === "save" && name === fieldsOf(row.item).join)?.shape ?? []);
    const larger = here && saved && saved[1] >= here[1] && saved[2] >= here[2];
    const same = here && saved && saved[1] === here[1] && saved[2] === here[2];
    return [
      ...(larger && !same ? [mended({ code: "crop" }, setField(spec, row.path, "crop", true).spec, row.path)] : []),
      ...(same && fieldsOf(row.item).how === "add"
        ? [mended({ code: "concat" }, setField(spec, row.path, "how", "concat").spec, row.path)]
        : []),
    ];
  }
  if (row.kind !== "parallel") return [];
  const x = asMap(row.input);
  const parts = partsOf(row.item, row.path);
  const first = x && parts[0] ? through(parts[0].items, x) : null;
  if (!x || !first) return [];
  const fixes: Fix[] = [];
  const items = parts.map((part, i) => (i === 0 ? part.items : withChannels(part.items.map(withSamePadding), first[0])));
  if (items.every((one) => String(through(one, x)) === String(first))) {
    fixes.push(
      mended(
        { code: "fit_body", channels: first[0] },
        parts.reduce((changed, part, i) => withValue(changed, part.list, items[i]), spec),
        row.path,
      ),
    );
  }
  const sizes = parts.map((part) => through(part.items, x)?.slice(1).join("×"));
  if (sizes.every((size) => size !== undefined && size === sizes[0]))
    fixes.push(mended({ code: "concat" }, setField(spec, row.path, "join", "concat").spec, row.path));
  return fixes;
}
