/** Texts of the outline: the network as a tree that can be edited. */
import type { RowKind } from "../../spec/outline.ts";
import type { OutlineAction } from "../../spec/outline-actions.ts";

/** What is said of a row by its name. */
export interface SpokenRow {
  label: string;
  times: number | null;
  shape: readonly number[];
  params: number;
  wrong: boolean;
}

export interface OutlineTexts {
  tree: string;
  kinds: { readonly [K in Exclude<RowKind, "layer">]: string };
  times: (count: number) => string;
  spoken: (row: SpokenRow) => string;
  add: string;
  addHint: string;
  addLabel: string;
  addWhat: string;
  operators: string;
  moreOperators: string;
  containers: string;
  nothingFound: string;
  preset: string;
  presetLabel: string;
  blank: string;
  undo: string;
  redo: string;
  edit: (label: string) => string;
  actionsOf: (label: string) => string;
  actions: { readonly [A in OutlineAction]: string };
  moveTo: (label: string) => string;
  after: (label: string) => string;
  first: (label: string) => string;
  empty: string;
  emptyAdd: string;
  emptyStart: string;
  examined: (label: string, shape: readonly number[]) => string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    outline: OutlineTexts;
  }
}
