/** The items of a specification: layers, and containers of items (`src/network/spec/item.rs`). Pure. */
import type { LayerSpec } from "../engine/protocol.ts";

/** In the order in which an item's key is looked for. */
export const CONTAINERS = ["stage", "residual", "parallel", "repeat", "head", "save", "join"] as const;
export type ContainerKind = (typeof CONTAINERS)[number];
export type ItemKind = "layer" | ContainerKind;

type Fields = { [field: string]: unknown };

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

export function kindOf(item: unknown): ItemKind {
  return (isObject(item) && CONTAINERS.find((kind) => item[kind] != null)) || "layer";
}

/** Where an item's own fields stand: in it, or in what its key holds. */
export function fieldsPath(item: unknown, path: string): string {
  const kind = kindOf(item);
  return kind === "layer" || kind === "save" || kind === "join" ? path : `${path}.${kind}`;
}

export function fieldsOf(item: unknown): Fields {
  const kind = kindOf(item);
  const inner = isObject(item) ? (kind === "layer" || kind === "save" || kind === "join" ? item : item[kind]) : undefined;
  return isObject(inner) ? inner : {};
}

/** The name its author gave it. */
export function givenName(item: unknown): string | null {
  const { name } = fieldsOf(item);
  return typeof name === "string" ? name : null;
}

/** A list of items in an item. */
export interface Part {
  /** The body itself; a shortcut or a branch has a place of its own to be spoken of. */
  role: "body" | "shortcut" | "branch";
  /** Of the shortcut or branch itself: `layers[1].parallel.branches[0]`. */
  path: string;
  /** Of its list: `layers[1].parallel.branches[0].body`. */
  list: string;
  name: string | null;
  /** What stands at `path`. */
  value: unknown;
  items: readonly LayerSpec[];
}

const asList = (value: unknown): readonly LayerSpec[] => (Array.isArray(value) ? (value as LayerSpec[]) : []);

/** The lists in an item, in the order the engine goes through them. */
export function partsOf(item: unknown, path: string): Part[] {
  const kind = kindOf(item);
  const fields = fieldsOf(item);
  switch (kind) {
    case "stage":
    case "repeat":
    case "head":
    case "residual": {
      const list = `${path}.${kind}.body`;
      const body: Part = { role: "body", path: list, list, name: null, value: fields.body, items: asList(fields.body) };
      const { shortcut } = fields;
      const at = `${path}.${kind}.shortcut`;
      return kind === "residual" && Array.isArray(shortcut)
        ? [body, { role: "shortcut", path: at, list: at, name: null, value: shortcut, items: asList(shortcut) }]
        : [body];
    }
    case "parallel":
      return asList(fields.branches).map((branch: unknown, i): Part => {
        const at = `${path}.parallel.branches[${i}]`;
        if (Array.isArray(branch)) return { role: "branch", path: at, list: at, name: null, value: branch, items: branch as LayerSpec[] };
        const { name, body } = isObject(branch) ? branch : {};
        return {
          role: "branch",
          path: at,
          list: `${at}.body`,
          name: typeof name === "string" ? name : null,
          value: branch,
          items: asList(body),
        };
      });
    case "layer":
    case "save":
    case "join":
      return [];
  }
}

/** Every item of a list and of all that stands in them, in order. */
export function* itemsIn(items: readonly LayerSpec[], list: string): Generator<{ item: LayerSpec; path: string }> {
  for (const [i, item] of items.entries()) {
    const path = `${list}[${i}]`;
    yield { item, path };
    for (const part of partsOf(item, path)) yield* itemsIn(part.items, part.list);
  }
}
