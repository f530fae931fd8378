import type { OutlineRow } from "../../spec/outline.ts";
import { isWithin } from "../../spec/spec-path.ts";

/** A network of more rows than this is shown by its blocks at first. */
const MANY = 60;

/** Which containers are folded. An edited container is another object at the same place, a moved one the same object at another: both stay as they were. */
export class Folds {
  readonly #byItem = new WeakMap<object, boolean>();
  #byPath = new Map<string, { item: object; folded: boolean }>();
  #opened = new Set<string>();

  isFolded({ item }: OutlineRow): boolean {
    return typeof item === "object" && item !== null && (this.#byItem.get(item) ?? false);
  }

  set({ item }: OutlineRow, folded: boolean): void {
    if (typeof item === "object" && item !== null) this.#byItem.set(item, folded);
  }

  /** What stands around a path, and there, will be open when it is there. */
  open(path: string): void {
    this.#opened.add(path);
  }

  follow(rows: readonly OutlineRow[]): void {
    const containers = rows.filter(
      (row): row is OutlineRow & { item: object } => row.container && typeof row.item === "object" && row.item !== null,
    );
    const present = new Set<object>(containers.map(({ item }) => item));
    const isNew = !containers.some(({ item }) => this.#byItem.has(item));
    for (const { path, item } of containers) {
      const before = this.#byPath.get(path);
      const successor = before && !present.has(before.item) ? before.folded : undefined;
      if (!this.#byItem.has(item)) this.#byItem.set(item, successor ?? (isNew && rows.length > MANY));
      for (const opened of this.#opened) if (opened !== path && isWithin(opened, path)) this.#byItem.set(item, false);
    }
    this.#opened.clear();
    this.#byPath = new Map(containers.map(({ path, item }) => [path, { item, folded: this.#byItem.get(item) ?? false }]));
  }
}
