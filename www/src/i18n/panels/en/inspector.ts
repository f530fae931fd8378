import type { Formats } from "../../../lib/format.ts";
import type { InspectorTexts } from "../inspector.ts";

export const inspector = (f: Formats): InspectorTexts => ({
  nothing: "Select a layer to see and change it.",
  fields: {
    name: "Name", out_channels: "Output channels", kernel_size: "Kernel", stride: "Stride", padding: "Padding", dilation: "Dilation", groups: "Groups", bias: "Bias", connections: "Connections",
    output_padding: "Output padding", output_size: "Output size", ceil_mode: "Round sizes up", count_include_pad: "Count the padding", divisor_override: "Divide by", eps: "Epsilon",
    momentum: "Momentum of the statistics", affine: "Scale and shift", offset: "Offset", size: "Size", p: "Probability", out_features: "Outputs", alpha: "Alpha", beta: "Beta", k: "k",
    alpha_over_size: "Divide alpha by size", factor: "Factor", before: "Channels before", after: "Channels behind", trainable: "Trainable", codes: "Codes", amplitude: "Amplitude", slope: "Slope",
    scale_factor: "Scale", shortcut: "Shortcut", join: "Joined", times: "Times", loss_weight: "Weight of its loss", save: "Saved as", how: "Joined by", crop: "Crop what was saved", data: "Data",
  },
  afterSum: "After the sum",
  words: {
    identity: "x itself", pad: "skip pixels, pad channels", layers: "layers of its own", concat: "concatenation", add: "addition", lenet5: "as in LeNet-5", digits: "drawn digits", random: "random signs",
    mnist: "MNIST digits", cluttered_mnist: "digits over strokes and noise",
  },
  own: "as written",
  none: "none",
  byDefault: (value) => `default ${value}`,
  round: "Round",
  formula: "Formula",
  cost: "Shape and cost",
  input: "Input",
  output: "Output",
  params: "Parameters",
  macs: "Multiply-accumulates",
  memory: "Memory for its output",
  inference: (bytes) => `${f.bytes(bytes)} an image`,
  training: (bytes, batch, all) => `training: ${f.bytes(bytes)} an image, ${f.bytes(all)} at batch ${f.whole(batch)}`,
  field: "Receptive field",
  unbounded: (size) => `${size} if the image had no ends`,
  jump: "Pixels from one position to the next",
  centre: "Middle of the first field",
  centreAt: (row, column) => `row ${f.plain(row)}, column ${f.plain(column)}`,
  unknown: "not known yet",
  isNone: "none",
  keys: "Arrow keys change a number, Enter goes back to the outline.",
});
