/**
 * From a list of operators with what each reads to the language's items: chains, residuals, branches that meet, and values that are
 * saved until a later
 * one joins them. What is neither is refused.
 */
import type { OnnxReason } from "../engine/errors.ts";
import { unsayable } from "./fault.ts";
import type { FlatNetwork, FlatNode } from "./flat.ts";
import { IMAGE, readersOf } from "./flat.ts";

export type Item = Readonly<Record<string, unknown>>;

/**
 * A concatenation with a value from before so many operators, or from before another size of the maps, is a saved value that is joined;
 * nearer, it is two
 * branches.
 */
const FAR = 6;
const RESIZING = ["max_pool2d", "avg_pool2d", "conv_transpose2d", "upsample"];

/** Why a part has no form; the whole may have another. */
class Formless extends Error {
  readonly node: FlatNode;

  constructor(node: FlatNode) {
    super("no form");
    this.node = node;
  }
}

export function structured(network: FlatNetwork): Item[] {
  try {
    return new Structure(network).whole();
  } catch (thrown) {
    if (!(thrown instanceof Formless)) throw thrown;
    const reason: OnnxReason = "branches";
    throw unsayable(thrown.node.of, reason);
  }
}

class Structure {
  readonly #nodes: readonly FlatNode[];
  readonly #output: number;
  readonly #readers: readonly (readonly number[])[];
  /** For each value the first one that all ways from it to the output go through. */
  readonly #meetings: number[] = [];
  readonly #saved = new Map<number, string>();
  /** A value and the one where ways from it meet, between which no branches can be told apart. */
  readonly #formless = new Set<string>();
  #names = 0;

  constructor(network: FlatNetwork) {
    [this.#nodes, this.#output, this.#readers] = [network.nodes, network.output, readersOf(network)];
    for (let at = this.#nodes.length - 1; at > IMAGE; at -= 1) {
      this.#meetings[at] = at === this.#output ? this.#output : this.#meeting(this.#readersOf(at));
    }
  }

  /** The first value that all ways from these to the output go through. */
  #meeting(from: readonly number[]): number {
    const [first = this.#output, ...others] = from;
    return others.reduce((one, other) => {
      let [a, b] = [one, other];
      while (a !== b) {
        if (a < b) a = this.#meetings[a] ?? this.#output;
        else b = this.#meetings[b] ?? this.#output;
      }
      return a;
    }, first);
  }

  whole(): Item[] {
    return this.#sequence(IMAGE, this.#output, null);
  }

  #readersOf(at: number): readonly number[] {
    return this.#readers.at(at) ?? [];
  }

  #node(at: number): FlatNode {
    const node = this.#nodes[at];
    if (!node) throw new Error("no such node");
    return node;
  }

  #layer(at: number): Item {
    const { op, name, fields } = this.#node(at);
    return { op, ...(name === null ? {} : { name }), ...fields };
  }

  /** The items from a value on, up to and with another; within a branch, whose operators are `within`. */
  #sequence(from: number, to: number, within: ReadonlySet<number> | null): Item[] {
    const items: Item[] = [];
    for (let at = from; at !== to; ) {
      const all = this.#readersOf(at);
      // Of the value that branches begin with others read, too.
      const readers = within && at === from ? all.filter((reader) => within.has(reader)) : all;
      const [only] = readers;
      if (only === undefined) throw new Formless(this.#node(Math.max(at, 0)));
      if (readers.length === 1 && this.#node(only).inputs.length === 1) {
        items.push(this.#layer(only));
        at = only;
        continue;
      }
      const branched = this.#branched(at, readers);
      if (branched) {
        items.push(...branched.items);
        at = this.#withActivation(items, branched.end, to);
        continue;
      }
      at = this.#saving(at, readers, items);
    }
    return items;
  }

  /** A ReLU behind a residual is part of it. */
  #withActivation(items: Item[], end: number, to: number): number {
    const [next, ...others] = this.#readersOf(end);
    const { residual } = (items.at(-1) ?? {}) as { residual?: Item };
    if (!residual || end === to || next === undefined || others.length > 0 || this.#node(next).op !== "relu") return end;
    items.splice(-1, 1, { residual: { ...residual, after: "relu" } });
    return next;
  }

  /** What several read: saved for those that join it later, while one goes on. */
  #saving(at: number, readers: readonly number[], items: Item[]): number {
    const [main, second] = readers.filter((reader) => this.#node(reader).inputs.length === 1);
    const joins = readers.filter((reader) => this.#node(reader).inputs.length > 1);
    if (second !== undefined) throw new Formless(this.#node(second));
    const isReady = (join: number): boolean => this.#node(join).inputs.every((input) => input === at || this.#saved.has(input));
    const next = main ?? joins.find(isReady);
    const [blamed = at] = joins;
    if (next === undefined) throw new Formless(this.#node(Math.max(blamed, 0)));
    if (readers.length > 1) {
      const name = `skip${(this.#names += 1)}`;
      this.#saved.set(at, name);
      items.push({ save: name });
    }
    items.push(...(next === main ? [this.#layer(next)] : this.#joined(next, at)));
    return next;
  }

  /** The joins of a value with those saved before. */
  #joined(join: number, at: number): Item[] {
    const { op, inputs } = this.#node(join);
    const others = inputs.filter((input) => input !== at);
    const isOrdered = op === "add" || inputs.at(-1) === at;
    if (others.length !== inputs.length - 1 || !isOrdered) throw new Formless(this.#node(join));
    return others.reverse().map((input) => ({ join: this.#saved.get(input), ...(op === "add" ? { how: "add" } : {}) }));
  }

  /** A value that several branches read, which meet again; null where they do not, or are entangled with others. */
  #branched(at: number, readers: readonly number[]): { items: Item[]; end: number } | null {
    const end = this.#meeting(readers);
    const key = `${at} ${end}`;
    if (this.#formless.has(key)) return null;
    const { op, inputs } = this.#node(end);
    const branches = inputs.length > 1 ? inputs.map((input) => this.#between(at, input)) : [];
    const all = branches.flatMap((branch) => [...(branch ?? [])]);
    if (branches.length === 0 || branches.includes(null) || new Set(all).size !== all.length) {
      this.#formless.add(key);
      return null;
    }
    const saved = [...this.#saved];
    try {
      return { items: this.#container(at, inputs, op === "add" ? "add" : "concat", branches as ReadonlySet<number>[]), end };
    } catch (thrown) {
      if (!(thrown instanceof Formless)) throw thrown;
      this.#formless.add(key);
      // What was saved on the way was not.
      this.#saved.clear();
      for (const [value, name] of saved) this.#saved.set(value, name);
      return null;
    }
  }

  #container(at: number, ends: readonly number[], how: "add" | "concat", branches: readonly ReadonlySet<number>[]): Item[] {
    const [one, other] = branches;
    if (
      how === "concat" &&
      ends.length === 2 &&
      one &&
      other &&
      (other.size > FAR || [...other].some((node) => RESIZING.includes(this.#node(node).op)))
    ) {
      const crop = this.#crop(at, ends[0] ?? at, ends[1] ?? at);
      if (one.size === 0 || crop) {
        const name = `skip${(this.#names += 1)}`;
        return [{ save: name }, ...this.#sequence(at, ends[1] ?? at, other), { join: name, ...(crop ? { crop: true } : {}) }];
      }
    }
    const items = ends.map((end, branch) => this.#sequence(at, end, branches[branch] ?? null));
    const [first = [], second = []] = items;
    if (how === "concat" || ends.length !== 2 || first.length + second.length === 0)
      return [{ parallel: { branches: items, ...(how === "add" ? { join: "add" } : {}) } }];
    // The longer way is the body; of two that are as long, the first.
    const isFirst = (one?.size ?? 0) >= (other?.size ?? 0);
    const [body, shortcut] = isFirst ? [first, second] : [second, first];
    const end = ends[isFirst ? 1 : 0] ?? at;
    if (shortcut.length === 0) return [{ residual: { body } }];
    return [{ residual: { body, shortcut: this.#isPad(at, end) ? "pad" : shortcut } }];
  }

  /** Whether a branch does nothing but cut the middle out of a value, to the size of another. */
  #crop(at: number, end: number, like: number): boolean {
    const node = this.#nodes[end];
    if (end === at || node?.op !== "crop2d" || node.inputs[0] !== at || this.#readersOf(end).length !== 1) return false;
    const [from, to] = [at === IMAGE ? [] : this.#node(at).shape, this.#node(like).shape];
    const { offset } = node.fields;
    const places = Array.isArray(offset) ? (offset as number[]) : [Number(offset ?? 0), Number(offset ?? 0)];
    return [1, 2].every(
      (axis) => node.shape[axis] === to[axis] && places[axis - 1] === Math.floor(((from[axis] ?? 0) - (to[axis] ?? 0)) / 2),
    );
  }

  /** Option A's shortcut (He et al. 2016): every n-th pixel, and zero channels, half of them before. */
  #isPad(at: number, end: number): boolean {
    const pad = this.#nodes[end];
    const step = this.#nodes[pad?.inputs[0] ?? IMAGE];
    if (at === IMAGE || pad?.op !== "pad_channels" || (pad.inputs[0] !== at && step?.inputs[0] !== at)) return false;
    const [channels = 1, height = 1, width = 1] = this.#node(at).shape;
    const [toChannels = 1, toHeight = 1, toWidth = 1] = pad.shape;
    const strides = [Math.ceil(height / toHeight), Math.ceil(width / toWidth)];
    const stride = strides[0] === strides[1] ? strides[0] : strides;
    const { kernel_size: kernel, ...rest } = step?.fields ?? {};
    const steps =
      pad.inputs[0] === at || (step?.op === "avg_pool2d" && kernel === 1 && JSON.stringify(rest) === JSON.stringify({ stride }));
    return steps && Number(pad.fields.before ?? 0) === Math.floor((toChannels - channels) / 2);
  }

  /** The operators between a value and another, without the first; null where one of them reads something else. */
  #between(at: number, end: number): ReadonlySet<number> | null {
    const found = new Set<number>();
    const open = [end];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node === at || found.has(node)) continue;
      if (node < at || node === IMAGE) return null;
      found.add(node);
      open.push(...this.#node(node).inputs);
    }
    return found;
  }
}
