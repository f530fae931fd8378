/** Single keys for what is done often. */
import { characterOf } from "./keys.ts";

const FIELDS = 'input, select, textarea, [contenteditable="true"]';
/** Space already means something on these. */
const SPACE_TAKEN = "button, summary, a[href], [role=application]";

/** A field in which Ctrl+Z takes back what was typed. */
const TYPED = 'input:not([type="radio"], [type="checkbox"], [type="range"], [type="file"]), textarea, [contenteditable="true"]';

interface Key {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
  target: unknown;
}

interface Matches {
  closest(selector: string): unknown;
}

/** What a key press asks for, of what `keys` have by their characters, or null: in a field, in a dialog, with a modifier or while held down it asks for nothing. */
export function shortcutOf<T>(event: Key, enabled: boolean, keys: ReadonlyMap<string, T>): T | null {
  if (!enabled || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.target as Partial<Matches> | null;
  const inside = (selector: string): boolean => Boolean(target?.closest?.(selector));
  if (inside(FIELDS) || inside("dialog")) return null;
  if (event.key === " " && inside(SPACE_TAKEN)) return null;
  return keys.get(characterOf(event)) ?? null;
}

/** Ctrl+Z takes back an edit of the network, Ctrl+Shift+Z and Ctrl+Y bring it back, wherever one is on the page but in a field that one types in. */
export function historyKeyOf({
  key,
  code,
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
  target,
}: Omit<Key, "repeat"> & { shiftKey: boolean }): "undo" | "redo" | null {
  if (altKey || !(ctrlKey || metaKey)) return null;
  const closest = (selector: string): boolean => Boolean((target as Partial<Matches> | null)?.closest?.(selector));
  if (closest(TYPED) || closest("dialog:not(.sheet)")) return null;
  const letter = characterOf({ key, code });
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : null;
}
