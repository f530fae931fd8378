/** The network as rows of a tree: what is written, and the engine's examination of it. Pure. */
import type { ReceptiveError } from "../engine/errors.ts";
import type { GroupDescription, NetworkDescription, NodeDescription, Spec } from "../engine/protocol.ts";
import type { ContainerKind, Part } from "./spec-items.ts";
import { CONTAINERS, fieldsOf, givenName, kindOf, partsOf } from "./spec-items.ts";
import { formatPath, parsePath } from "./spec-path.ts";

export type RowKind = "input" | "layer" | ContainerKind | "branch" | "shortcut";

/** What the engine says of a row; nothing where it does not know. */
export interface Measures {
  /** The shape that comes in, and the one that comes out. */
  input: readonly number[];
  shape: readonly number[];
  params: number;
  macs: number;
  field: readonly [number, number] | null;
  error: ReceptiveError | null;
}

export interface OutlineRow extends Measures {
  path: string;
  parent: string | null;
  depth: number;
  /** Among its siblings, from 1, and how many they are. */
  position: number;
  siblings: number;
  kind: RowKind;
  /** What is written there. */
  item: unknown;
  /** The operator of a layer. */
  op: string | null;
  /** The name it was given, or that the engine gave its node. */
  name: string | null;
  /** Which of its kind it is in the network, from 1. */
  ordinal: number;
  /** Its node, or that of its first round; null for a container. */
  node: string | null;
  /** Whether other rows may stand in it, and whether some do. */
  container: boolean;
  children: number;
  /** Of a repeat. */
  times: number | null;
}

export interface Outline {
  rows: readonly OutlineRow[];
  /** An error that no row is to blame for. */
  unplaced: ReceptiveError | null;
}

/** The path of the row that stands for the images. */
export const INPUT = "input";

const NOTHING: Measures = { input: [], shape: [], params: 0, macs: 0, field: null, error: null };

/** What the engine said, by the place it is about. */
class Described {
  readonly #nodes = new Map<string, NodeDescription[]>();
  readonly #groups = new Map<string, GroupDescription[]>();
  readonly #all: readonly NodeDescription[];

  constructor(network: NetworkDescription | null) {
    this.#all = network?.nodes ?? [];
    for (const node of this.#all) this.#nodes.set(node.path, [...(this.#nodes.get(node.path) ?? []), node]);
    for (const group of network?.groups ?? []) this.#groups.set(group.path, [...(this.#groups.get(group.path) ?? []), group]);
  }

  /** The nodes of an item where it stands first: in a repeat all of its rounds have one path. */
  first(path: string, rounds: number): NodeDescription[] {
    const nodes = this.#nodes.get(path) ?? [];
    return nodes.slice(0, Math.max(1, Math.round(nodes.length / rounds)));
  }

  error(path: string): ReceptiveError | null {
    const found = this.#nodes.get(path)?.find(({ error }) => error !== null);
    return (found?.error as ReceptiveError | undefined) ?? null;
  }

  groups(path: string, count: number): GroupDescription[] {
    return (this.#groups.get(path) ?? []).slice(0, count);
  }

  /** The receptive field of a group's result. */
  field({ first_node, nodes }: GroupDescription): readonly [number, number] | null {
    const last = this.#all[first_node + nodes - 1];
    return last && last.output_shape.length > 0 ? last.receptive_field : null;
  }

  pathOf(node: string): string | null {
    return this.#all.find(({ name }) => name === node)?.path ?? null;
  }
}

/** @param error the first thing that is wrong, or why the network cannot be trained. */
export function outlineOf(spec: Spec, network: NetworkDescription | null, error: ReceptiveError | null): Outline {
  const described = new Described(network);
  const rows: OutlineRow[] = [];
  const counts = new Map<RowKind, number>();

  function add(row: Omit<OutlineRow, keyof Measures | "ordinal" | "children">): OutlineRow {
    const ordinal = (counts.get(row.kind) ?? 0) + 1;
    counts.set(row.kind, ordinal);
    const added = { ...NOTHING, ...row, ordinal, children: 0 };
    rows.push(added);
    return added;
  }

  /** @returns the sums of a list's rows, and what comes out of it. */
  function list(
    items: readonly unknown[],
    at: string,
    parent: string | null,
    depth: number,
    input: readonly number[],
    rounds: number,
    before = 0,
    siblings = items.length,
  ): Measures {
    const sum = { ...NOTHING, input, shape: input };
    for (const [i, item] of items.entries()) {
      const row = one(item, `${at}[${i}]`, { parent, depth, position: before + i + 1, siblings }, sum.shape, rounds);
      sum.params += row.params;
      sum.macs += row.macs;
      // What a head makes goes nowhere.
      if (row.kind !== "head") {
        sum.shape = row.shape;
        if (row.kind !== "save") sum.field = row.field;
      }
    }
    return sum;
  }

  function one(
    item: unknown,
    path: string,
    place: Pick<OutlineRow, "parent" | "depth" | "position" | "siblings">,
    input: readonly number[],
    rounds: number,
  ): OutlineRow {
    const kind = kindOf(item);
    const fields = fieldsOf(item);
    const op = kind === "layer" && typeof fields.op === "string" ? fields.op : null;
    const times = kind === "repeat" && typeof fields.times === "number" ? fields.times : null;
    const container = (CONTAINERS as readonly string[]).includes(kind) && kind !== "save" && kind !== "join";
    const saved = kind === "save" || kind === "join" ? fields[kind] : null;
    const row = add({
      path,
      ...place,
      kind,
      item,
      op,
      name: givenName(item) ?? (typeof saved === "string" ? saved : null),
      node: null,
      container,
      times,
    });
    row.input = input;
    row.error = described.error(path);
    if (kind === "save") {
      row.shape = input;
      return row;
    }
    if (kind === "layer") {
      const nodes = described.first(path, rounds);
      const last = nodes.at(-1);
      row.node = last?.name ?? null;
      row.name ??= last ? (last.name.split(".").at(-1) ?? null) : null;
      row.params = nodes.reduce((sum, { params }) => sum + params, 0);
      row.macs = nodes.reduce((sum, { macs }) => sum + macs, 0);
      row.shape = last?.output_shape ?? [];
      row.field = last && last.output_shape.length > 0 ? last.receptive_field : null;
      return row;
    }
    const parts = partsOf(item, path);
    const own = parts.filter(({ role }) => role === "body").reduce((sum, { items }) => sum + items.length, 0);
    row.children = parts.length - parts.filter(({ role }) => role === "body").length + own;
    const inside = rounds * (times ?? 1);
    let before = 0;
    for (const part of parts) {
      if (part.role === "body") {
        list(part.items, part.list, path, place.depth + 1, input, inside, 0, row.children);
        before = part.items.length;
      } else {
        before += 1;
        section(part, path, { depth: place.depth + 1, position: before, siblings: row.children }, input, inside);
      }
    }
    // A repeat with a name is a group for each round.
    const groups = described.groups(path, kind === "repeat" && row.name !== null ? (times ?? 1) : 1);
    const last = groups.at(-1);
    row.params = groups.reduce((sum, { params }) => sum + params, 0);
    row.macs = groups.reduce((sum, { macs }) => sum + macs, 0);
    row.shape = last?.output_shape ?? [];
    row.field = last && row.shape.length > 0 ? described.field(last) : null;
    return row;
  }

  /** A branch or a shortcut: a list with a row of its own. */
  function section(
    part: Part,
    parent: string,
    place: Pick<OutlineRow, "depth" | "position" | "siblings">,
    input: readonly number[],
    rounds: number,
  ): void {
    const kind = part.role === "branch" ? "branch" : "shortcut";
    const row = add({
      path: part.path,
      parent,
      ...place,
      kind,
      item: part.value,
      op: null,
      name: part.name,
      node: null,
      container: true,
      times: null,
    });
    row.children = part.items.length;
    const { shape, params, macs, field } = list(part.items, part.list, part.path, place.depth + 1, input, rounds);
    Object.assign(row, { input, shape, params, macs, field });
  }

  const { data, input } = spec;
  const images = input ?? [1, 28, 28];
  const top = add({
    path: INPUT,
    parent: null,
    depth: 0,
    position: 1,
    siblings: spec.layers.length + 1,
    kind: "input",
    item: typeof data === "object" ? data.type : (data ?? "mnist"),
    op: null,
    name: null,
    node: INPUT,
    container: false,
    times: null,
  });
  top.shape = images;
  list(spec.layers, "layers", null, 0, images, 1, 1, spec.layers.length + 1);

  const blamed = error ? rowOf(error, rows, described) : null;
  if (blamed) blamed.error ??= error;
  return { rows, unplaced: blamed ? null : error };
}

/** The row an error is about: that of its node, or the nearest one around its path. */
function rowOf(error: ReceptiveError, rows: readonly OutlineRow[], described: Described): OutlineRow | null {
  const { node, path } = error as { node?: unknown; path?: unknown };
  const wanted = typeof path === "string" ? path : typeof node === "string" ? described.pathOf(node) : null;
  if (wanted === null) return null;
  const steps = parsePath(wanted);
  for (; steps.length > 0; steps.pop()) {
    const around = formatPath(steps);
    const row = rows.find((one) => one.path === around);
    if (row) return row;
  }
  return null;
}

/** What was known of each row stays until the engine has looked at the new version: of the same thing, or where nothing but fields has changed of the same place. */
export function carried(rows: readonly OutlineRow[], before: readonly OutlineRow[]): OutlineRow[] {
  const byItem = new Map(before.filter(({ item }) => typeof item === "object").map((row) => [row.item, row]));
  const alike =
    rows.length === before.length &&
    rows.every((row, i) => row.path === before[i]?.path && row.op === before[i]?.op && row.kind === before[i]?.kind);
  return rows.map((row, i) => {
    const known = byItem.get(row.item) ?? (alike ? before[i] : undefined);
    if (!known) return row;
    const { input, shape, params, macs, field, node } = known;
    return { ...row, input, shape, params, macs, field, node, name: row.name ?? (row.kind === "layer" ? known.name : null) };
  });
}

/** The rows that are seen when some containers are folded. */
export function unfolded(rows: readonly OutlineRow[], isFolded: (row: OutlineRow) => boolean): OutlineRow[] {
  const hidden = new Set<string>();
  return rows.filter((row) => {
    const seen = row.parent === null || !hidden.has(row.parent);
    if (!seen || (row.container && isFolded(row))) hidden.add(row.path);
    return seen;
  });
}

const sized = (value: unknown): string => (Array.isArray(value) ? value.join("×") : `${String(value)}×${String(value)}`);

/** What tells an item from others of its kind, in the language of formulas: `3×3, 16, /2`. */
export function summaryOf(item: unknown): string {
  const fields = fieldsOf(item);
  const has = (field: string): boolean => fields[field] != null;
  const parts: string[] = [];
  if (has("kernel_size")) parts.push(sized(fields.kernel_size));
  for (const field of ["out_channels", "out_features", "p", "factor"]) if (has(field)) parts.push(String(fields[field]));
  for (const field of ["output_size", "size"])
    if (has(field)) parts.push(fields.op === "local_response_norm" ? String(fields[field]) : sized(fields[field]));
  if (fields.op === "pad2d" && has("padding")) parts.push(String(fields.padding));
  const { stride } = fields;
  if (stride != null && stride !== 1 && String(stride) !== String(fields.kernel_size))
    parts.push(`/${Array.isArray(stride) ? sized(stride) : String(stride)}`);
  if (has("groups") && fields.groups !== 1) parts.push(`÷${String(fields.groups)}`);
  return parts.join(", ");
}
