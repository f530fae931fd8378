import type { Formats } from "../../lib/format.ts";
import type { ShareDialogTexts } from "./texts.ts";

export default (f: Formats): ShareDialogTexts => ({
  title: "Share",
  as: "As",
  forms: { link: "Link", frame: "Frame on a course page", file: "File" },
  what: "What it takes along",
  network: (title) => `The network ${title}`,
  settings: "Your training settings",
  asBrought: "as the network brings them",
  view: "The view on show, and what it looks at",
  selection: (layer) => `The selected layer ${layer}`,
  only: "Only the view, without the rest of the page",
  language: "This language, whichever the reader's browser prefers",
  run: (name, step) => `The run ${name} at step ${f.whole(step)}: weights and curves`,
  runOnlyInFile: "Weights do not fit into a link: choose File.",
  runBringsAll: "A run always takes its network and settings along.",
  result: { link: "The link", frame: "Code for the page" },
  length: (letters) => `${f.whole(letters)} ${f.plural(letters, { one: "character", other: "characters" })}`,
  fileName: (name) => `Saved as ${name}`,
  nothing: "Nothing is chosen: this is the address of the page as anybody opens it.",
  noAddress: "This network cannot be written into a link as it stands. Mend it first.",
  copy: "Copy",
  copied: "Copied",
  notCopied: "This page may not write to the clipboard: copy the text by hand.",
  save: "Save",
});
