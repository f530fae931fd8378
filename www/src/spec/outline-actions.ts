/** What can be done to a row of the outline, by menu and by key. Pure. */
import type { Spec } from "../engine/protocol.ts";
import { characterOf } from "../lib/keys.ts";
import type { OutlineRow } from "./outline.ts";
import type { Edited } from "./spec-edit.ts";
import { addBranch, duplicate, moveBy, moveInto, moveOut, remove, targetsOf, unwrap, wrap } from "./spec-edit.ts";
import type { Place } from "./spec-path.ts";
import { placeOf } from "./spec-path.ts";

const EDITS = {
  add_branch: addBranch,
  duplicate,
  up: (spec, path) => moveBy(spec, path, -1),
  down: (spec, path) => moveBy(spec, path, 1),
  into: moveInto,
  out: moveOut,
  wrap_residual: (spec, path) => wrap(spec, path, "residual"),
  wrap_repeat: (spec, path) => wrap(spec, path, "repeat"),
  wrap_parallel: (spec, path) => wrap(spec, path, "parallel"),
  unwrap,
  remove,
} satisfies { [action: string]: (spec: Spec, path: string) => Edited | null };

export type EditAction = keyof typeof EDITS;
/** The others ask something first. */
export type OutlineAction = EditAction | "edit" | "add" | "add_inside" | "move";

const ORDER: readonly OutlineAction[] = [
  "edit",
  "add",
  "add_inside",
  "add_branch",
  "duplicate",
  "up",
  "down",
  "into",
  "out",
  "move",
  "wrap_residual",
  "wrap_repeat",
  "wrap_parallel",
  "unwrap",
  "remove",
];

export const isEdit = (action: OutlineAction): action is EditAction => action in EDITS;

export function edit(action: EditAction, spec: Spec, path: string): Edited | null {
  return EDITS[action](spec, path);
}

/** What is possible here, in the order of the menu. */
export function actionsOn(spec: Spec, row: OutlineRow): OutlineAction[] {
  return ORDER.filter((action) => {
    if (isEdit(action)) return edit(action, spec, row.path) !== null;
    if (action === "add_inside") return row.container && row.kind !== "parallel";
    if (action === "move") return row.kind !== "input" && row.kind !== "shortcut" && targetsOf(spec, row.path).length > 1;
    return true;
  });
}

export interface KeyPress {
  key: string;
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

const PLAIN: { [key: string]: OutlineAction } = { Enter: "edit", Insert: "add", "+": "add", Delete: "remove", Backspace: "remove" };
const ALT: { [key: string]: OutlineAction } = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "into", ArrowLeft: "out" };

/** What a key asks for. */
export function actionOf({ key, code, altKey, ctrlKey, metaKey, shiftKey }: KeyPress): OutlineAction | null {
  const command = ctrlKey || metaKey;
  if (command) return !altKey && !shiftKey && characterOf({ key, code }) === "d" ? "duplicate" : null;
  if (altKey) return ALT[key] ?? null;
  return PLAIN[key] ?? null;
}

/** Where what is dragged over a row would go: `share` is how far down the row the pointer is. Null where it cannot. */
export function dropPlace(row: OutlineRow, folded: boolean, share: number, list: string | null): Drop | null {
  const place = placeOf(row.path);
  if (row.kind === "input") return { side: "after", place: { list: "layers", index: 0 } };
  const inside = list !== null && !folded && row.kind !== "parallel" ? { side: "inside" as const, place: { list, index: 0 } } : null;
  if (row.kind === "branch" || row.kind === "shortcut") return inside;
  if (!place) return null;
  if (share < (inside ? 0.3 : 0.5)) return { side: "before", place };
  return inside ?? { side: "after", place: { list: place.list, index: place.index + 1 } };
}

export interface Drop {
  side: "before" | "after" | "inside";
  place: Place;
}
