/** What would mend an error of the network: each fix is a whole new version of it, or of its settings. Pure. */

import type { Expected, ReceptiveError } from "../../engine/errors.ts";
import type { Spec } from "../../engine/protocol.ts";
import type { NetworkDocument } from "../../spec/document.ts";
import { fieldOf } from "../../spec/fields.ts";
import { newLayer } from "../../spec/new-items.ts";
import type { OutlineRow } from "../../spec/outline.ts";
import { outlineOf } from "../../spec/outline.ts";
import { freeName, insert, namesIn, remove, setField } from "../../spec/spec-edit.ts";
import { fieldsOf, partsOf } from "../../spec/spec-items.ts";
import { placeOf, valueAt } from "../../spec/spec-path.ts";
import type { Case, Fix, FixText } from "./fix.ts";
import { mended } from "./fix.ts";
import { branchFixes, joinFixes, residualFixes } from "./fixes-joins.ts";

const batch = (value: number): Fix => ({ text: { code: "batch", value }, spec: null, settings: { batch_size: value }, path: null });

const POOLINGS = ["max_pool2d", "avg_pool2d"];

export function fixesFor(error: ReceptiveError, { present: { spec, settings }, examination }: NetworkDocument): Fix[] {
  if (error.kind === "too_large") return error.largest_batch > 0 ? [batch(error.largest_batch)] : [];
  if (error.kind === "other_data") return [fitData(spec, outlineOf(spec, examination?.network ?? null, null).rows, error)];
  const { rows } = outlineOf(spec, examination?.network ?? null, error);
  const row = rows.find((one) => one.error !== null && one.error.kind === error.kind && one.error.message === error.message);
  if (!row) return [];
  const at: Case = { spec, rows, row };
  const set = (text: FixText, field: string, value: unknown): Fix => mended(text, setField(spec, row.path, field, value).spec, row.path);
  switch (error.kind) {
    case "summands_differ":
    case "shapes_differ":
      return row.kind === "residual" ? residualFixes(at) : joinFixes(at);
    case "branches_differ":
      return row.kind === "parallel" ? branchFixes(at) : joinFixes(at);
    case "kernel_larger_than_input":
      return kernelFixes(at, error.span, error.padded);
    case "rank_mismatch":
      return rankFixes(at, error.needed, examination?.error == null);
    case "classes_mismatch":
      return classFixes(at, error.classes);
    case "channels_not_divisible": {
      const { channels, groups } = error;
      const outputs = error.which === "output";
      const other = outputs ? row.input[0] : fieldsOf(row.item).out_channels;
      const fewer = largest(groups, (n) => channels % n === 0 && (typeof other !== "number" || other % n === 0));
      const near = Math.max(groups, Math.round(channels / groups) * groups);
      return [
        ...(outputs ? [set({ code: "channels", value: near }, "out_channels", near)] : []),
        set({ code: "groups", value: fewer }, "groups", fewer),
      ];
    }
    case "padding_too_large": {
      const value = Math.floor(error.kernel_size / 2);
      return [set({ code: "padding", value }, "padding", value)];
    }
    case "empty_output":
      return [set({ code: "drop_field", field: "padding" }, "padding", undefined)];
    case "window_of_padding":
      return [set({ code: "drop_field", field: "dilation" }, "dilation", undefined)];
    case "no_such_channel":
      return [set({ code: "drop_field", field: "connections" }, "connections", undefined)];
    case "crop_outside":
      return [
        mended(
          { code: "value", field: "size", value: String(error.input) },
          setField(setField(spec, row.path, "offset", undefined).spec, row.path, "size", error.input).spec,
          row.path,
        ),
      ];
    case "single_value":
      return [...(settings.batch_size < 8 ? [batch(64)] : []), ...removal(at, row)];
    case "duplicate_name": {
      const name = freeName(error.node.split(".").at(-1) ?? error.node, namesIn(spec), row.kind === "repeat");
      return [set({ code: "name", name }, "name", name)];
    }
    case "unknown_operator": {
      const op = nearest(error.operator, error.known.split(", "));
      return op ? [set({ code: "operator", op }, "op", op), ...removal(at, row)] : removal(at, row);
    }
    case "unknown_field":
      return [mended({ code: "drop_field", field: error.field }, setField(spec, row.path, error.field, undefined).spec, row.path)];
    case "missing_field":
      return missingFixes(at, error.field);
    case "invalid_value":
      return valueFixes(at, error.path, error.found, error.expected);
    default:
      return [];
  }
}

function removal({ spec }: Case, row: OutlineRow): Fix[] {
  const edited = remove(spec, row.path);
  return edited ? [mended({ code: "remove", name: row.name ?? row.op ?? row.kind }, edited.spec, edited.path)] : [];
}

const largest = (from: number, fits: (n: number) => boolean): number => {
  let n = from;
  while (n > 1 && !fits(n)) n -= 1;
  return n;
};

const grown = (value: unknown, by: number): unknown =>
  Array.isArray(value) ? value.map((one) => Number(one) + by) : Number(value ?? 0) + by;

function kernelFixes(at: Case, span: number, padded: number): Fix[] {
  const { spec, rows, row } = at;
  const fields = fieldsOf(row.item);
  const [kernel, dilation] = [fields.kernel_size, fields.dilation ?? 1].map((value) =>
    Array.isArray(value) ? Math.max(...value.map(Number)) : Number(value),
  );
  if (kernel === undefined || dilation === undefined) return [];
  const fixes: Fix[] = [];
  const padding = grown(fields.padding, Math.ceil((span - padded) / 2));
  const most = Array.isArray(padding) ? Math.max(...padding.map(Number)) : Number(padding);
  if (!POOLINGS.includes(row.op ?? "") || most <= kernel / 2)
    fixes.push(mended({ code: "padding", value: most }, setField(spec, row.path, "padding", padding).spec, row.path));
  const fits = Math.floor((padded - 1) / dilation) + 1;
  const smaller = fits > 1 && kernel % 2 === 1 && fits % 2 === 0 ? fits - 1 : fits;
  fixes.push(mended({ code: "kernel", value: smaller }, setField(spec, row.path, "kernel_size", smaller).spec, row.path));
  const before = rows.slice(0, rows.indexOf(row)).findLast(({ op }) => POOLINGS.includes(op ?? ""));
  return before ? [...fixes, ...removal(at, before).map((fix) => ({ ...fix, path: null }))] : fixes;
}

/** The network for the images that are loaded: their size, their data, and as many outputs as they have classes. */
function fitData(spec: Spec, rows: readonly OutlineRow[], error: Extract<ReceptiveError, { kind: "other_data" }>): Fix {
  const { data: _, ...rest } = spec;
  const data = error.data as NonNullable<Spec["data"]>;
  const fitting: Spec = { ...rest, input: [...error.found], ...(data !== "mnist" && { data }) };
  const text: FixText = { code: "fit_data", size: error.found.slice(1).join("×"), classes: error.found_classes };
  const outputs = [...heads(rows).map((path) => rows.filter((row) => row.path.startsWith(`${path}.`))), outside(rows)];
  const fitted = outputs.reduce((made, of) => {
    const last = of.findLast(({ op }) => OUTPUTS.includes(op ?? ""));
    const field = last?.op === "conv2d" ? "out_channels" : "out_features";
    return last ? setField(made, last.path, field, error.found_classes).spec : made;
  }, fitting);
  return mended(text, fitted, null);
}

/** Layers with outputs of their own. */
const OUTPUTS = ["linear", "rbf", "conv2d"];

const heads = (rows: readonly OutlineRow[]): string[] => rows.filter(({ kind }) => kind === "head").map(({ path }) => path);
const outside = (rows: readonly OutlineRow[]): OutlineRow[] =>
  rows.filter(({ path }) => !heads(rows).some((head) => path.startsWith(`${head}.`)));

/** The layer that gives the network's answer: the last one with outputs of its own, heads apart. */
function lastOutputs({ rows }: Pick<Case, "rows">): OutlineRow | null {
  return outside(rows).findLast(({ op }) => OUTPUTS.includes(op ?? "")) ?? null;
}

function rankFixes(at: Case, needed: number, atTheEnd: boolean): Fix[] {
  const { spec, rows, row } = at;
  const { data } = spec;
  if (needed === 2 && atTheEnd) return [classifier(at, typeof data === "object" ? data.classes : 10, true)];
  if (needed === 2) {
    const place = placeOf(row.path);
    if (!place) return [];
    const edited = insert(spec, place, newLayer("flatten"));
    return [mended({ code: "flatten" }, edited.spec, edited.path)];
  }
  const before = rows.slice(0, rows.indexOf(row)).findLast(({ op }) => op === "flatten");
  return removal(at, before ?? row);
}

/** A layer with an output for each class behind all others. */
function classifier({ spec }: Case, classes: number, maps: boolean): Fix {
  const added = [...(maps ? [newLayer("flatten")] : []), { ...newLayer("linear"), out_features: classes }];
  const layers = [...spec.layers, ...added];
  return mended({ code: "classifier", classes }, { ...spec, layers }, `layers[${layers.length - 1}]`);
}

function classFixes(at: Case, classes: number): Fix[] {
  const { spec } = at;
  const last = lastOutputs(at);
  const pixels = spec.data === "cluttered_mnist";
  const field = pixels ? "out_channels" : "out_features";
  const fixes =
    last && pixels === (last.op === "conv2d")
      ? [mended({ code: "outputs", value: classes }, setField(spec, last.path, field, classes).spec, last.path)]
      : [];
  if (!pixels) return [...fixes, classifier(at, classes, false)];
  const layers = [...spec.layers, { op: "conv2d", out_channels: classes, kernel_size: 1 }];
  return [...fixes, mended({ code: "classifier", classes }, { ...spec, layers }, `layers[${layers.length - 1}]`)];
}

function missingFixes({ spec, row }: Case, field: string): Fix[] {
  const set = (text: FixText, value: unknown): Fix[] => [mended(text, setField(spec, row.path, field, value).spec, row.path)];
  if (field === "name") {
    const stem = row.kind === "repeat" ? "block" : row.kind === "head" ? "aux1" : `${row.kind}1`;
    const taken = namesIn(spec);
    const name = taken.has(stem) ? freeName(stem, taken, row.kind === "repeat") : stem;
    return set({ code: "name", name }, name);
  }
  if (field === "body") return set({ code: "add_layer" }, [newLayer("relu")]);
  const first = field === "times" ? 2 : newLayer(row.op ?? "")[field];
  return first === undefined ? [] : set({ code: "value", field, value: String(first) }, first);
}

function valueFixes(at: Case, path: string, found: string, expected: Expected): Fix[] {
  const { spec, row } = at;
  const name = path.slice(path.lastIndexOf(".") + 1);
  const list = partsOf(row.item, row.path).find((part) => part.list === path);
  if (list && list.items.length === 0) {
    const edited = insert(spec, { list: path, index: 0 }, newLayer("relu"));
    return [mended({ code: "add_layer" }, edited.spec, edited.path), ...removal(at, row)];
  }
  const set = (value: unknown): Fix[] => [
    mended({ code: "value", field: name, value: String(value) }, setField(spec, row.path, name, value).spec, row.path),
  ];
  // What PyTorch and Keras call "same" is half of the kernel, where the stride is 1.
  const kernel = fieldsOf(row.item).kernel_size;
  if (name === "padding" && /^"same"$/iu.test(found))
    return set(Array.isArray(kernel) ? kernel.map((size) => Math.floor(Number(size) / 2)) : Math.floor(Number(kernel ?? 1) / 2));
  if (name === "save") return set(freeName(JSON.parse(found) as string, namesIn(spec)));
  if (name === "join") {
    const saved = expected.code === "earlier_name" ? nearest(found, expected.names) : null;
    return [...(saved ? set(saved) : []), ...removal(at, row)];
  }
  const field = fieldOf(row.item, name);
  if (!field) return removal(at, row);
  const value = valueAt(row.item, name);
  if (typeof value === "number" && field.least !== undefined && field.most !== undefined) {
    const whole = field.type === "number" ? value : Math.round(value);
    return set(Math.min(field.most, Math.max(field.least, whole)));
  }
  const word = typeof value === "string" && field.choices ? nearest(value, field.choices) : null;
  if (word) return set(word);
  const first = newLayer(row.op ?? "")[name];
  if (field.required) return first === undefined ? removal(at, row) : set(first);
  return [mended({ code: "drop_field", field: name }, setField(spec, row.path, name, undefined).spec, row.path)];
}

/** The word that differs least: by the letters to put in, take out or change. */
export function nearest(word: string, words: readonly string[]): string | null {
  const distance = (a: string, b: string): number => {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (const [i, letter] of [...a].entries()) {
      const next = [i + 1];
      for (let j = 1; j < row.length; j++) {
        next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1)));
      }
      row = next;
    }
    return row.at(-1) ?? 0;
  };
  const cost = (one: string): number => distance(word, one) - (one.startsWith(word) ? one.length : 0);
  return [...words].sort((a, b) => cost(a) - cost(b))[0] ?? null;
}
