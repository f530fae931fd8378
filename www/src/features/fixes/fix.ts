/** A fix of an error of the network, and what it is made from. Pure. */
import type { Spec } from "../../engine/protocol.ts";
import type { OutlineRow } from "../../spec/outline.ts";
import type { Settings } from "../../spec/settings.ts";

/** What a fix does, with its numbers. */
export type FixText =
  | { code: "projection"; channels: number; stride: string }
  | { code: "pad_shortcut" }
  | { code: "fit_body"; channels: number }
  | { code: "same_padding" }
  | { code: "concat" }
  | { code: "crop" }
  | { code: "padding"; value: number }
  | { code: "kernel"; value: number }
  | { code: "remove"; name: string }
  | { code: "flatten" }
  | { code: "outputs"; value: number }
  | { code: "classifier"; classes: number }
  | { code: "channels"; value: number }
  | { code: "groups"; value: number }
  | { code: "value"; field: string; value: string }
  | { code: "operator"; op: string }
  | { code: "drop_field"; field: string }
  | { code: "name"; name: string }
  | { code: "add_layer" }
  | { code: "batch"; value: number }
  | { code: "fit_data"; size: string; classes: number };

export interface Fix {
  text: FixText;
  /** The network mended; null where only settings change. */
  spec: Spec | null;
  settings: Partial<Settings> | null;
  /** What to select then. */
  path: string | null;
}

export const mended = (text: FixText, spec: Spec, path: string | null): Fix => ({ text, spec, settings: null, path });
/** The error's row, with all rows and the network they are of. */
export interface Case {
  spec: Spec;
  rows: readonly OutlineRow[];
  row: OutlineRow;
}
