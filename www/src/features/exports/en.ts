import type { ExportsTexts } from "./texts.ts";

export default (): ExportsTexts => ({
  title: "Take it elsewhere",
  target: "For",
  targets: { pytorch: "PyTorch", keras: "Keras 3", onnx: "ONNX", safetensors: "Weights", csv: "Curves" },
  about: {
    pytorch: "One script: the network, the data and the same training, on one machine or with torchrun on several.",
    keras: "One script: the network, the data and the same training, on JAX, TensorFlow or PyTorch.",
    onnx: "The network for onnxruntime, a phone or a browser (opset 17). It takes pixels between 0 and 1; the batch is free.",
    safetensors: "The weights alone, with PyTorch's names and layouts.",
    csv: "Loss and accuracy of the run on show, a row a point.",
  },
  weights: "Weights",
  none: "none",
  run: (step) => `of this run, step ${step}`,
  chooseFile: "From a file…",
  external: "in a file of their own",
  preview: "Preview",
  binary: (size) => `A file of ${size}; it is no text.`,
  copy: "Copy",
  copied: "Copied",
  notCopied: "This page may not write to the clipboard: select the text and copy it.",
  save: "Save",
  files: (names) => `Saves ${names.join(" and ")}`,
  noCurves: "Nothing was trained yet: there are no curves.",
  working: "Writing…",
  errors: {
    not_whole: (node) => `The network is not whole yet: ${node} does not fit what it reads.`,
    unknown_operator: (node) => `${node} cannot be written for this program.`,
    weights: (detail) => `These weights are not this network's: ${detail}.`,
    unwritable: (node) => `${node} cannot be written for this program.`,
  },
});
