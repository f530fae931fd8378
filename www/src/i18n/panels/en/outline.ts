import type { Formats } from "../../../lib/format.ts";
import type { OutlineTexts } from "../outline.ts";

export const outline = (f: Formats): OutlineTexts => ({
  tree: "Layers of the network",
  kinds: {
    input: "Image", stage: "Group", residual: "Residual block", parallel: "Parallel branches", repeat: "Repeat", head: "Second output", save: "Save", join: "Join", branch: "Branch", shortcut: "Shortcut",
  },
  times: (count) => `×${f.whole(count)}`,
  spoken: ({ label, times, shape, params, wrong }) =>
    [
      label,
      ...(times === null ? [] : [`${f.whole(times)} times`]),
      ...(shape.length > 0 ? [`output ${shape.map((size) => f.whole(size)).join(" by ")}`] : []),
      ...(params > 0 ? [`${f.whole(params)} ${f.plural(params, { one: "parameter", other: "parameters" })}`] : []),
      ...(wrong ? ["does not fit"] : []),
    ].join(", "),
  add: "Add layer",
  addHint: "Insert or + adds behind the selected layer",
  addLabel: "Layer or block to add",
  addWhat: "conv, residual, pool…",
  operators: "Layers",
  moreOperators: "More layers",
  containers: "Blocks",
  nothingFound: "There is nothing of that name.",
  preset: "Preset…",
  presetLabel: "Network to open",
  blank: "Blank",
  undo: "Undo",
  redo: "Redo",
  edit: (label) => `Edit ${label}`,
  actionsOf: (label) => `Actions on ${label}`,
  actions: {
    edit: "Edit", add: "Add after…", add_inside: "Add inside…", add_branch: "Add a branch", duplicate: "Duplicate", up: "Move up", down: "Move down", into: "Move into the block beside it",
    out: "Move out of its block", move: "Move to…", wrap_residual: "Wrap in a residual block", wrap_repeat: "Wrap in a repeat", wrap_parallel: "Wrap in parallel branches", unwrap: "Dissolve the block", remove: "Delete",
  },
  moveTo: (label) => `Where to move ${label}`,
  after: (label) => `after ${label}`,
  first: (label) => `first in ${label}`,
  empty: "Add a layer, or start from LeNet-5.",
  emptyAdd: "Add a layer",
  emptyStart: "Start from LeNet-5",
  examined: (label, shape) => `${label}: output ${shape.map((size) => f.whole(size)).join(" by ")}.`,
});
