import type { ShareTexts } from "../share.ts";

export const share = (): ShareTexts => ({
  menu: "Share and open",
  copyLink: "Copy link",
  copyEmbed: "Copy snippet for a course page",
  copyJson: "Copy network as JSON",
  saveJson: "Save network…",
  saveRun: "Save run…",
  saveRunLater: "Save run… (nothing trained yet)",
  open: "Open file…",
  openHint: "A network (.json), a run (.safetensors), or MNIST's images and labels",
  copied: { link: "Link copied", embed: "Snippet copied", json: "Network copied" },
  byHand: { link: "The link", embed: "The snippet for a course page", json: "The network as JSON" },
  byHandHint: "This page may not write to the clipboard: copy the text by hand.",
  text: "Text to copy",
  drop: "Drop to open",
  dropHint: "A network (.json), a run (.safetensors), or MNIST's images and labels",
});
