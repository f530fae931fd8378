import type { HelpTexts } from "./texts.ts";

export default (): HelpTexts => ({
  title: "Help",
  intro: [
    "Run trains the network on MNIST, 60,000 handwritten digits, here in this tab: nothing is sent anywhere.",
    "The charts show loss and accuracy on training images while they are learned, and on test images the network never trains on.",
    "Learning rate, momentum and weight decay take effect at once; the other settings with a fresh start.",
  ],
  check: "Are the CPU and WebGPU right, and how fast is each layer?",
  glossary: "Glossary: the words of this page",
  steps: "Show the first steps again",
  keysTitle: "Keys",
  keys: [
    { keys: "Space", action: "run or pause" },
    { keys: "S", action: "one step" },
    { keys: "R", action: "reset" },
    { keys: "T", action: "random test digit" },
    { keys: "?", action: "this help" },
    { keys: "← ↑ → ↓", action: "move the digit, when the pad has focus" },
    { keys: "Delete", action: "clear the pad, when it has focus" },
    { keys: "Insert, +", action: "add a layer after the selected one" },
    { keys: "Enter", action: "edit the selected layer, and back" },
    { keys: "Alt+← ↑ → ↓", action: "move the selected layer, into and out of blocks" },
    { keys: "Ctrl+Z, Ctrl+Y", action: "undo or redo a change of the network" },
    { keys: "Esc", action: "close" },
  ],
  shortcuts: "Single-key shortcuts",
  dataTitle: "Your own images",
  data: "The digits are the MNIST set of Yann LeCun, Corinna Cortes and Christopher Burges, under CC BY-SA 3.0.",
  ownFiles:
    "IDX files can take their place: one channel, 8 to 64 pixels a side, up to 100 classes. Choose the images and the labels together, gzipped or not.",
  aboutImages: "Your images: normalization, names of classes, back to MNIST",
  chooseFiles: "Choose IDX files…",
});
