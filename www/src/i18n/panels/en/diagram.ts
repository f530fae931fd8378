import type { Formats } from "../../../lib/format.ts";
import type { DiagramTexts } from "../diagram.ts";

export const diagram = (f: Formats): DiagramTexts => ({
  label: (title) => `Diagram of ${title}`,
  keys: "Arrow keys follow the links, Left also leads to the frame around; Enter selects, Space folds and unfolds, the menu key offers actions, + and - zoom, 0 shows everything, Shift and arrows move the drawing.",
  waiting: "The diagram appears when the engine has read the network.",
  tools: "View of the diagram",
  larger: "Larger",
  smaller: "Smaller",
  fit: "Show all (0)",
  unfoldAll: "Unfold all",
  foldAll: "Fold repeats",
  save: "Save as SVG",
  actions: "Actions on the selected layer",
  kinds: { stage: "group", residual: "residual", parallel: "branches", branch: "branch", repeat: "repeat", join: "join", head: "auxiliary head" },
  image: "image",
  output: "output",
  headOutput: "in training only",
  rounds: (count) => `${f.whole(count)} alike, one after the other`,
  round: (round, count) => `${f.whole(round)} of ${f.whole(count)}`,
  layers: (count) => `${f.whole(count)} ${f.plural(count, { one: "layer", other: "layers" })}`,
  params: (count) => `${f.whole(count)} ${f.plural(count, { one: "parameter", other: "parameters" })}`,
  gives: (shape) => `output ${shape}`,
  unknownShape: "shape unknown",
  wrong: "does not fit",
  fold: (name) => `Fold ${name}`,
  unfold: (name) => `Unfold ${name}`,
  cannotRead: "The network cannot be read as it is now. The diagram shows how it was before.",
  summary: (layers, containers, from, to) =>
    `${f.whole(layers)} ${f.plural(layers, { one: "layer", other: "layers" })}${containers > 0 ? ` in ${f.whole(containers)} ${f.plural(containers, { one: "frame", other: "frames" })}` : ""}, from ${from} to ${to}.`,
  skips: (ways) => `Skip connections: ${ways.join("; ")}.`,
  way: (from, to) => `${from} to ${to}`,
});
