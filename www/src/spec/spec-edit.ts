/** Edits of a specification: each makes a new one and says what to select in it. What an edit does not touch stays the very same object. Pure. */
import type { LayerSpec, Spec } from "../engine/protocol.ts";
import { INPUT } from "./outline.ts";
import { fieldsOf, fieldsPath, givenName, itemsIn, kindOf, partsOf } from "./spec-items.ts";
import type { Place } from "./spec-path.ts";
import { formatPath, isWithin, parsePath, pathAt, placeOf, valueAt, withValue } from "./spec-path.ts";

export interface Edited {
  spec: Spec;
  /** What to select now. */
  path: string;
}

export type Wrapping = "residual" | "repeat" | "parallel";

const listAt = (spec: Spec, list: string): readonly unknown[] => {
  const found = valueAt(spec, list);
  return Array.isArray(found) ? found : [];
};

const isBranch = (path: string): boolean => placeOf(path)?.list.endsWith(".branches") ?? false;
const isShortcut = (path: string): boolean => path.endsWith(".shortcut");

/** The list that a branch, a shortcut or a container's body is. */
function ownList(spec: Spec, path: string): string | null {
  if (path === "layers") return path;
  const value = valueAt(spec, path);
  if (isShortcut(path)) return Array.isArray(value) ? path : null;
  if (isBranch(path)) return Array.isArray(value) ? path : `${path}.body`;
  return partsOf(value, path)[0]?.list ?? null;
}

/** Where something new goes behind what is selected: after an item, at the end of a branch or shortcut, and at the beginning behind the images. */
export function placeAfter(spec: Spec, path: string | null): Place {
  if (path === INPUT) return { list: "layers", index: 0 };
  const place = path === null ? null : placeOf(path);
  if (path === null || (!place && !isShortcut(path)) || valueAt(spec, path) === undefined)
    return { list: "layers", index: spec.layers.length };
  if (place && !isBranch(path)) return { list: place.list, index: place.index + 1 };
  const list = ownList(spec, path) ?? "layers";
  return { list, index: listAt(spec, list).length };
}

export function insert(spec: Spec, { list, index }: Place, item: unknown): Edited {
  const items = listAt(spec, list);
  return { spec: withValue(spec, list, [...items.slice(0, index), item, ...items.slice(index)]), path: pathAt({ list, index }) };
}

/** What comes in its place is selected, else what stands before, else what it stood in. A shortcut that is taken away leaves x itself. */
export function remove(spec: Spec, path: string): Edited | null {
  if (isShortcut(path)) return { spec: withValue(spec, path, undefined), path: path.replace(/\.residual\.shortcut$/u, "") };
  const place = placeOf(path);
  if (!place) return null;
  const items = listAt(spec, place.list);
  if (place.index >= items.length) return null;
  const left = items.filter((_, i) => i !== place.index);
  const next =
    left.length > 0 ? pathAt({ list: place.list, index: Math.min(place.index, left.length - 1) }) : (holderOf(place.list) ?? INPUT);
  return { spec: withValue(spec, place.list, left), path: next };
}

/** The item, branch or shortcut that a list belongs to. */
function holderOf(list: string): string | null {
  if (list === "layers") return null;
  const steps = parsePath(list);
  if (steps.at(-1) === "shortcut" || typeof steps.at(-1) === "number") return list;
  steps.pop();
  if (typeof steps.at(-1) !== "number") steps.pop();
  return formatPath(steps);
}

/** The item that stands around a place, branches and shortcuts passed over. */
function itemAround(list: string): string | null {
  const holder = holderOf(list);
  if (holder === null) return null;
  if (isShortcut(holder)) return holder.replace(/\.residual\.shortcut$/u, "");
  return isBranch(holder) ? holder.replace(/\.parallel\.branches\[\d+\]$/u, "") : holder;
}

export function move(spec: Spec, path: string, to: Place): Edited | null {
  const from = placeOf(path);
  const item = valueAt(spec, path);
  if (!from || item === undefined || isWithin(to.list, path)) return null;
  // Branches and items do not take each other's places.
  if (isBranch(path) !== to.list.endsWith(".branches")) return null;
  const without = withValue(
    spec,
    from.list,
    listAt(spec, from.list).filter((_, i) => i !== from.index),
  );
  return insert(without, afterRemoval(to, from), item);
}

/** A place once something has been taken away. */
function afterRemoval({ list, index }: Place, from: Place): Place {
  if (list === from.list) return { list, index: index > from.index ? index - 1 : index };
  if (!isWithin(list, from.list)) return { list, index };
  const steps = parsePath(list);
  const at = parsePath(from.list).length;
  const step = steps[at];
  if (typeof step === "number" && step > from.index) steps[at] = step - 1;
  return { list: formatPath(steps), index };
}

/** One place up or down among its siblings. */
export function moveBy(spec: Spec, path: string, by: 1 | -1): Edited | null {
  const place = placeOf(path);
  if (!place) return null;
  const { list, index } = place;
  const target = by > 0 ? index + 2 : index - 1;
  return target < 0 || target > listAt(spec, list).length ? null : move(spec, path, { list, index: target });
}

/** To the end of the container above it, or else to the beginning of the one below. */
export function moveInto(spec: Spec, path: string): Edited | null {
  const place = placeOf(path);
  if (!place || isBranch(path)) return null;
  const { list, index } = place;
  const above = partsOf(valueAt(spec, pathAt({ list, index: index - 1 })), pathAt({ list, index: index - 1 }))
    .filter(({ role }) => role !== "shortcut")
    .at(-1);
  if (index > 0 && above) return move(spec, path, { list: above.list, index: above.items.length });
  const below = partsOf(valueAt(spec, pathAt({ list, index: index + 1 })), pathAt({ list, index: index + 1 }))[0];
  return below ? move(spec, path, { list: below.list, index: 0 }) : null;
}

/** Behind the container it stands in. */
export function moveOut(spec: Spec, path: string): Edited | null {
  const place = placeOf(path);
  if (!place || isBranch(path)) return null;
  const around = itemAround(place.list);
  const outer = around === null ? null : placeOf(around);
  return outer ? move(spec, path, { list: outer.list, index: outer.index + 1 }) : null;
}

/** A place that something can be moved to, as the rows of the tree have it. */
export interface Target {
  place: Place;
  /** What it is behind, or at the beginning of. */
  at: "after" | "first";
  path: string;
}

/** Every place an item can go to, in the order of the tree. */
export function targetsOf(spec: Spec, path: string): Target[] {
  const targets: Target[] = [{ place: { list: "layers", index: 0 }, at: "first", path: INPUT }];
  const parts = (item: unknown, at: string): void => {
    for (const part of partsOf(item, at)) {
      targets.push({ place: { list: part.list, index: 0 }, at: "first", path: part.role === "body" ? at : part.path });
      walk(part.items, part.list);
    }
  };
  const walk = (items: readonly unknown[], list: string): void => {
    for (const [index, item] of items.entries()) {
      const at = pathAt({ list, index });
      if (at === path) continue;
      parts(item, at);
      targets.push({ place: { list, index: index + 1 }, at: "after", path: at });
    }
  };
  walk(spec.layers, "layers");
  return targets.filter(({ place }) => move(spec, path, place) !== null);
}

export function duplicate(spec: Spec, path: string): Edited | null {
  const place = placeOf(path);
  const item = valueAt(spec, path);
  if (!place || item === undefined) return null;
  return insert(spec, { list: place.list, index: place.index + 1 }, renamed(item, namesIn(spec)));
}

/** Every name that is given in a network: of layers, containers, branches and saved values. */
export function namesIn(spec: Spec): Set<string> {
  const names = new Set<string>();
  for (const { item, path } of itemsIn(spec.layers, "layers")) {
    const { save } = fieldsOf(item);
    for (const name of [givenName(item), save, ...partsOf(item, path).map((part) => part.name)])
      if (typeof name === "string") names.add(name);
  }
  return names;
}

/** A name like this one that is not taken: `conv2` after `conv1`. The rounds of a repeat are numbered already, so it gets a letter: `blockb`. */
export function freeName(name: string, taken: ReadonlySet<string>, letters = false): string {
  const [, stem = name, number = ""] = /^(.*?)(\d*)$/u.exec(name) ?? [];
  if (letters) {
    for (let code = "b".charCodeAt(0); code <= "z".charCodeAt(0); code += 1)
      if (!taken.has(name + String.fromCharCode(code))) return name + String.fromCharCode(code);
  }
  for (let n = number === "" ? 2 : Number(number) + 1; ; n += 1) if (!taken.has(`${stem}${n}`)) return `${stem}${n}`;
}

/** A copy whose names are its own. A container's name goes before those of what it holds, so these may stay; what is saved in the copy is joined in the copy. */
function renamed(item: unknown, taken: Set<string>): unknown {
  const copy = structuredClone(item);
  const saved = new Map<string, string>();
  const take = (name: string, letters = false): string => {
    const free = freeName(name, taken, letters);
    taken.add(free);
    return free;
  };
  const walk = (value: unknown, scoped: boolean): void => {
    if (Array.isArray(value)) return value.forEach((one) => walk(one, scoped));
    const kind = kindOf(value);
    const fields = fieldsOf(value);
    if (kind === "save" && typeof fields.save === "string") {
      const name = take(fields.save);
      saved.set(fields.save, name);
      fields.save = name;
    }
    if (kind === "join" && typeof fields.join === "string") fields.join = saved.get(fields.join) ?? fields.join;
    const { name } = fields;
    if (!scoped && typeof name === "string") fields.name = take(name, kind === "repeat");
    for (const part of partsOf(value, "")) {
      if (part.role === "branch" && !Array.isArray(part.value) && part.name !== null && !scoped && name === undefined)
        (part.value as { name: string }).name = take(part.name);
      walk(part.items, scoped || typeof name === "string" || part.name !== null);
    }
  };
  if (Array.isArray(copy) || kindOf(copy) !== "layer" || givenName(copy) !== null) walk(copy, false);
  return copy;
}

/** Puts a container around an item. A repeat of something with a name needs one itself. */
export function wrap(spec: Spec, path: string, wrapping: Wrapping): Edited | null {
  const item = valueAt(spec, path);
  if (!placeOf(path) || item === undefined || isBranch(path)) return null;
  const named = [...itemsIn([item as LayerSpec], "")].some(
    ({ item: one, path: at }) => givenName(one) !== null || partsOf(one, at).some(({ name }) => name !== null),
  );
  const wrapped =
    wrapping === "residual"
      ? { residual: { body: [item] } }
      : wrapping === "parallel"
        ? { parallel: { branches: [[item], []] } }
        : { repeat: { ...(named && { name: freeRepeat(namesIn(spec)) }), times: 2, body: [item] } };
  return { spec: withValue(spec, path, wrapped), path };
}

const freeRepeat = (taken: ReadonlySet<string>): string => (taken.has("block") ? freeName("block", taken, true) : "block");

/** What stands in a container takes its place; branches come one after the other. */
export function unwrap(spec: Spec, path: string): Edited | null {
  const place = placeOf(path);
  const parts = partsOf(valueAt(spec, path), path);
  if (!place || isBranch(path) || parts.length === 0) return null;
  const items = listAt(spec, place.list);
  const inner = parts.filter(({ role }) => role !== "shortcut").flatMap((part) => part.items);
  if (inner.length === 0) return remove(spec, path);
  return { spec: withValue(spec, place.list, [...items.slice(0, place.index), ...inner, ...items.slice(place.index + 1)]), path };
}

/** Another value of an item's field; undefined leaves it to its default. */
export function setField(spec: Spec, path: string, field: string, value: unknown): Edited {
  const item = valueAt(spec, path);
  if (isBranch(path) && Array.isArray(item))
    return value === undefined ? { spec, path } : { spec: withValue(spec, path, { [field]: value, body: item }), path };
  return { spec: withValue(spec, `${isBranch(path) ? path : fieldsPath(item, path)}.${field}`, value), path };
}

/** One more branch of a parallel, with nothing in it: it passes on what it reads. */
export function addBranch(spec: Spec, path: string): Edited | null {
  if (kindOf(valueAt(spec, path)) !== "parallel") return null;
  const list = `${path}.parallel.branches`;
  return insert(spec, { list, index: listAt(spec, list).length }, []);
}
