import type { ShareTexts } from "./texts.ts";

export default (): ShareTexts => ({
  menu: "Share and open",
  copyLink: "Copy link",
  copyEmbed: "Copy snippet for a course page",
  copyEmbedView: "Copy snippet of this view",
  choose: "Choose what to share…",
  copyJson: "Copy network as JSON",
  saveJson: "Save network…",
  saveRun: "Save run…",
  saveRunLater: "Save run… (nothing trained yet)",
  export: "For PyTorch, Keras, ONNX…",
  open: "Open file…",
  openHint: "A network (.json, .onnx), a run (.safetensors), or images and labels (IDX)",
  copied: { link: "Link copied", embed: "Snippet copied", embed_view: "Snippet copied", json: "Network copied" },
  byHand: {
    link: "The link",
    embed: "The snippet for a course page",
    embed_view: "The snippet for a course page",
    json: "The network as JSON",
    svg: "The diagram as SVG",
    address: "The address",
  },
  byHandHint: {
    clipboard: "This page may not write to the clipboard: copy the text by hand.",
    downloads:
      "The frame around this page may not save files (its sandbox lacks allow-downloads): copy the text, or open the page in a tab of its own.",
    popups: "The frame around this page may not open tabs (its sandbox lacks allow-popups): copy the address.",
  },
  openTab: "Open in a tab",
  text: "Text to copy",
  drop: "Drop to open",
  dropHint: "A network (.json, .onnx), a run (.safetensors), or images and labels (IDX)",
});
