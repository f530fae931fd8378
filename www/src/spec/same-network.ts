/** Whether two specifications are the same network: the same input, data and layers under the same names, whatever they are trained with. Pure. */
import type { LayerSpec, Spec } from "../engine/protocol.ts";
import type { Field } from "./fields.ts";
import { fieldsFor } from "./fields.ts";
import { fieldsOf, kindOf, partsOf } from "./spec-items.ts";

/** Fields that hold lists of items: these are compared as items. */
const LISTS = new Set(["body", "branches", "shortcut"]);
/** PyTorch's pooling moves by its window where nothing else is said. */
const MOVES_BY_WINDOW = new Set(["max_pool2d", "avg_pool2d"]);

/** `[3, 3]` is 3 where a field takes one number for all sides. */
function plain(value: unknown, field: Field | undefined): unknown {
  if (!Array.isArray(value) || (field?.type !== "pair" && field?.type !== "sides")) return value;
  return new Set(value).size === 1 ? value[0] : value;
}

/** Without what says only the default, and in one order. */
function item(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = new Map(fieldsFor(value));
  const own = fieldsOf(value);
  const usual = (name: string): unknown =>
    name === "stride" && MOVES_BY_WINDOW.has(String(own.op))
      ? plain(own.kernel_size, known.get("kernel_size"))
      : plain(known.get(name)?.default, known.get(name));
  const fields = Object.entries(own)
    .filter(([name, field]) => field !== undefined && field !== null && !(LISTS.has(name) && Array.isArray(field)))
    .map(([name, field]): [string, string] => [name, JSON.stringify(plain(field, known.get(name)))])
    .filter(([name, text]) => text !== JSON.stringify(usual(name)))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const parts = partsOf(value, "").map(({ role, name, items }) => [role, name, items.map(item)]);
  return [kindOf(value), fields, parts];
}

/** Texts of layers, which are never changed in place. */
const texts = new WeakMap<object, string>();

function textOf(layers: readonly LayerSpec[]): string {
  if (!Array.isArray(layers)) return JSON.stringify(layers) ?? "";
  const known = texts.get(layers);
  if (known !== undefined) return known;
  const text = JSON.stringify(layers.map(item));
  texts.set(layers, text);
  return text;
}

function frameOf({ input = [1, 28, 28], data = "mnist", loss }: Partial<Spec>): string {
  return JSON.stringify([input, data, loss ?? null]);
}

export function sameNetwork(one: Spec, other: Spec): boolean {
  return frameOf(one) === frameOf(other) && textOf(one.layers) === textOf(other.layers);
}
