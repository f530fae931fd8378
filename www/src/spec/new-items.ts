/** What can be added to a network, and what it is at first: something that fits where it comes and can be changed. Pure. */
import type { LayerSpec, Spec } from "../engine/protocol.ts";
import { familyOf, OPERATORS } from "./operators.ts";
import { freeName, namesIn } from "./spec-edit.ts";
import { fieldsOf, itemsIn } from "./spec-items.ts";

/** Containers in the order they are offered. */
export const OFFERED_CONTAINERS = ["residual", "parallel", "repeat", "stage", "save", "join", "head"] as const;
export type OfferedContainer = (typeof OFFERED_CONTAINERS)[number];

/** Operators that read one value and can stand in a list by themselves, the usual ones first. */
const USUAL = ["conv2d", "batch_norm2d", "relu", "max_pool2d", "avg_pool2d", "global_avg_pool2d", "flatten", "linear", "dropout"];
const NOT_ITEMS = ["add", "concat", "max_unpool2d", "shift", "softmax_cross_entropy", "dice_loss"];
const ITEM_OPERATORS = OPERATORS.filter((op) => !NOT_ITEMS.includes(op) && familyOf(op) !== "join");
export const USUAL_COUNT = USUAL.length;
export const OFFERED_OPERATORS: readonly string[] = [...USUAL, ...ITEM_OPERATORS.filter((op) => !USUAL.includes(op))];

/** The fields that an operator must have, or is seldom without. */
const FIRST_FIELDS: { [op: string]: { [field: string]: unknown } } = {
  conv2d: { out_channels: 16, kernel_size: 3, padding: 1 },
  conv_transpose2d: { out_channels: 16, kernel_size: 2, stride: 2 },
  max_pool2d: { kernel_size: 2 },
  avg_pool2d: { kernel_size: 2 },
  adaptive_avg_pool2d: { output_size: 1 },
  linear: { out_features: 10 },
  rbf: { out_features: 10 },
  local_response_norm: { size: 5 },
  pad2d: { padding: 2 },
  crop2d: { size: 14 },
  mul_const: { factor: 0.5 },
  upsample: { scale_factor: 2 },
  dropout: { p: 0.5 },
};

/** What people type for them, besides their names. */
export const ALIASES: { [id: string]: string } = {
  conv2d: "conv свёртка kernel",
  batch_norm2d: "bn batchnorm",
  max_pool2d: "pool пулинг",
  avg_pool2d: "pool пулинг",
  global_avg_pool2d: "gap pool пулинг",
  linear: "fc dense полносвязный",
  local_response_norm: "lrn",
  conv_transpose2d: "deconv upconv",
  residual: "res block skip остаточный",
  parallel: "inception branches concat ветви",
  repeat: "times повтор",
  stage: "group группа",
  save: "skip u-net",
  join: "skip u-net concat",
  head: "auxiliary aux",
  upsample: "up",
};

export function newLayer(op: string): LayerSpec {
  return { op, ...FIRST_FIELDS[op] };
}

const conv = (out_channels: number, kernel_size: number, more: object = {}): LayerSpec => ({
  op: "conv2d",
  out_channels,
  kernel_size,
  ...(kernel_size > 1 && { padding: (kernel_size - 1) / 2 }),
  ...more,
});
const bare = { bias: false };

/** @param shape what it will read. */
export function newContainer(kind: OfferedContainer, spec: Spec, shape: readonly number[]): LayerSpec {
  const taken = namesIn(spec);
  const free = (name: string): string => (taken.has(name) ? freeName(name, taken) : name);
  const channels = shape.length === 3 ? (shape[0] ?? 16) : 16;
  switch (kind) {
    case "residual": {
      const width = channels < 8 ? 16 : channels;
      const body = [conv(width, 3, bare), { op: "batch_norm2d" }, { op: "relu" }, conv(width, 3, bare), { op: "batch_norm2d" }];
      return { residual: { body, ...(width !== channels && { shortcut: [conv(width, 1, bare), { op: "batch_norm2d" }] }), after: "relu" } };
    }
    case "parallel":
      return {
        parallel: {
          branches: [
            [conv(8, 1), { op: "relu" }],
            [conv(16, 3), { op: "relu" }],
          ],
        },
      };
    case "repeat":
      return { repeat: { times: 2, body: [conv(16, 3), { op: "relu" }] } };
    case "stage":
      return { stage: { name: free("stage1"), body: [conv(16, 3), { op: "relu" }] } };
    case "head": {
      const rows: LayerSpec[] = [{ op: "global_avg_pool2d" }, { op: "flatten" }, { op: "linear", out_features: 10 }];
      return { head: { name: free("aux1"), body: rows } };
    }
    case "save":
      return { save: free("s1") };
    case "join":
      return { join: openSave(spec) ?? "s1" };
  }
}

/** The value saved last that nothing has joined yet. */
function openSave(spec: Spec): string | null {
  const saved: string[] = [];
  for (const { item } of itemsIn(spec.layers, "layers")) {
    const { save, join } = fieldsOf(item);
    if (typeof save === "string") saved.push(save);
    if (typeof join === "string" && saved.includes(join)) saved.splice(saved.indexOf(join), 1);
  }
  return saved.at(-1) ?? null;
}
