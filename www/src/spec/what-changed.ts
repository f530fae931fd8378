/** What is different between two networks and how they are trained, in few words. Pure. */
import type { LayerSpec, Spec } from "../engine/protocol.ts";

export type Change =
  /** A number or a name of the training, or of one layer; `field` is null where it is what the layer is about, as a convolution's channels. */
  | { kind: "changed"; layer: string | null; field: string | null; from: string; to: string }
  | { kind: "added"; layer: string }
  | { kind: "removed"; layer: string };

/** One item of a specification, without what it holds. */
interface Item {
  key: string;
  label: string;
  fields: ReadonlyMap<string, string>;
}

const CONTAINERS = ["stage", "residual", "parallel", "repeat", "head", "save", "join"];
const INNER = ["body", "branches", "shortcut"];
/** What a layer is first of all. */
const MAIN: ReadonlySet<string> = new Set(["out_channels", "out_features"]);
/** A table that aligns more items than this with as many others would take longer than a glance. */
const MOST_ITEMS = 600;

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function itemsOf(layers: readonly LayerSpec[]): Item[] {
  return layers.flatMap((layer): Item[] => {
    const container = CONTAINERS.find((key) => key in layer);
    const what = container ?? layer.op ?? "?";
    const held = container ? layer[container] : null;
    const own = typeof held === "object" && held !== null ? (held as { [field: string]: unknown }) : layer;
    const name = typeof own.name === "string" ? own.name : typeof held === "string" ? held : null;
    const fields = Object.entries(own).filter(
      ([field, value]) => !["op", "name", container, ...INNER].includes(field) && value !== undefined && value !== null,
    );
    // An identity or a padded shortcut is a field, one of layers is content.
    if (typeof own.shortcut === "string") fields.push(["shortcut", own.shortcut]);
    const item = {
      key: `${what} ${name ?? ""}`,
      label: name ?? what,
      fields: new Map(fields.map(([field, value]) => [field, shown(value)])),
    };
    const inner = INNER.flatMap((field) => {
      const content = own === layer ? undefined : own[field];
      if (!Array.isArray(content)) return [];
      if (field !== "branches") return itemsOf(content as LayerSpec[]);
      return content.flatMap((branch: LayerSpec[] | { body: LayerSpec[] }) => itemsOf(Array.isArray(branch) ? branch : branch.body));
    });
    return [item, ...inner];
  });
}

/** Items of both in order, those with the same key together: the longest common subsequence. */
function aligned(before: readonly Item[], after: readonly Item[]): [Item | null, Item | null][] {
  const columns = after.length + 1;
  const longest = new Uint16Array((before.length + 1) * columns);
  const at = (row: number, column: number): number => longest[row * columns + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const same = before[row]?.key === after[column]?.key;
      longest[row * columns + column] = same ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: [Item | null, Item | null][] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [left, right] = [before[row] ?? null, after[column] ?? null];
    if (left && right && left.key === right.key) {
      pairs.push([left, right]);
      row++;
      column++;
    } else if (left && (!right || at(row + 1, column) >= at(row, column + 1))) {
      pairs.push([left, null]);
      row++;
    } else {
      pairs.push([null, right]);
      column++;
    }
  }
  return pairs;
}

function fieldChanges(layer: string | null, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Change[] {
  const fields = [...new Set([...before.keys(), ...after.keys()])];
  return fields.flatMap((field): Change[] => {
    const [from, to] = [before.get(field), after.get(field)];
    return from === to
      ? []
      : [{ kind: "changed", layer, field: layer !== null && MAIN.has(field) ? null : field, from: from ?? "–", to: to ?? "–" }];
  });
}

/** `optimizer.learning_rate` as `learning_rate`: no two fields of a training have the same name, but for `type`. */
function trainingFields(spec: Spec): Map<string, string> {
  const fields = new Map<string, string>();
  const walk = (value: object, prefix: string): void => {
    for (const [field, inner] of Object.entries(value)) {
      if (inner === undefined || inner === null) continue;
      const name =
        field === "type" || prefix === "elastic" || prefix === "erase" ? `${prefix}${field === "type" ? "" : `.${field}`}` : field;
      if (typeof inner === "object" && !Array.isArray(inner)) walk(inner, field);
      else fields.set(name, shown(inner));
    }
  };
  walk(spec.training ?? {}, "");
  return fields;
}

/** What was changed from one network to the next, its training first. Empty where nothing was. */
export function whatChanged(before: Spec, after: Spec): Change[] {
  const training = fieldChanges(null, trainingFields(before), trainingFields(after));
  // Those that were stored by earlier versions may lack it.
  const rest = ({ input = [1, 28, 28], data = "mnist" }: Spec): Map<string, string> =>
    new Map([
      ["input", input.join("×")],
      ["data", typeof data === "object" ? Object.values(data).join(" ") : data],
    ]);
  const whole = fieldChanges(null, rest(before), rest(after));
  const [left, right] = [itemsOf(before.layers), itemsOf(after.layers)];
  if (left.length > MOST_ITEMS || right.length > MOST_ITEMS) return [...training, ...whole];
  const layers = aligned(left, right).flatMap(([from, to]): Change[] => {
    if (from && to) return fieldChanges(to.label, from.fields, to.fields);
    return from ? [{ kind: "removed", layer: from.label }] : to ? [{ kind: "added", layer: to.label }] : [];
  });
  return [...training, ...whole, ...layers];
}

/** Whether it is another network rather than a changed one: its name is another, and most of its items are. */
export function isAnother(before: Spec, after: Spec, changes: readonly Change[]): boolean {
  const moved = changes.filter(({ kind }) => kind !== "changed").length;
  return before.name !== after.name && moved > (before.layers.length + after.layers.length) / 4;
}
