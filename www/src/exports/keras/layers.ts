/** Every operator as Keras 3 writes it, channels last: expressions of the inputs. Padding is a layer of its own, as it is in no other way PyTorch's. */
import type { NetworkNode } from "../network.ts";
import { connectionsOf, ExportError, flag, number, pair } from "../network.ts";
import { literal, text } from "../pytorch/python.ts";
import { windowOf } from "../windows.ts";

/** What regularizers and initializers the layers of a network get. */
export interface Style {
  readonly kaiming: boolean;
  /** `weights`, `all`, or nothing: what an L2 penalty of the loss reaches. */
  readonly decay: "weights" | "all" | null;
}

const four = (sides: readonly number[]): string => literal([...sides]);

/** The expression of a node. */
export function layerOf(node: NetworkNode, inputs: readonly string[], style: Style): string {
  const write = LAYERS[node.op];
  if (!write) throw new ExportError("unknown_operator", `${node.name}: Keras' exporter does not know ${node.op}`, node.name);
  return write(node, inputs, style);
}

/** Names of Keras have no slashes. */
export const layerName = (node: NetworkNode): string => node.name.replaceAll("/", "_");

type Write = (node: NetworkNode, inputs: readonly string[], style: Style) => string;

const called = (callee: string, args: readonly (string | null)[], node: NetworkNode, x: string): string =>
  `${callee}(${[...args.filter((arg) => arg !== null), `name=${text(layerName(node))}`].join(", ")})(${x})`;
const plain =
  (callee: string, ...args: string[]): Write =>
  (node, [x = "x"]) =>
    called(callee, args, node, x);

function padded(node: NetworkNode, x: string): string {
  const [rows, columns] = pair(node.fields.padding, 0);
  return rows === 0 && columns === 0 ? x : `layers.ZeroPadding2D(${literal([rows, columns])})(${x})`;
}

/** Initializers and regularizers of what has a kernel and a bias. */
function parameters(node: NetworkNode, fan: number, { kaiming, decay }: Style): string[] {
  const bias = flag(node.fields.bias, true);
  const args = [kaiming ? "kernel_initializer=HE" : "kernel_initializer=UNIFORM"];
  if (!bias) args.push("use_bias=False");
  else if (!kaiming) args.push(`bias_initializer=bias_uniform(${fan})`);
  if (decay) args.push("kernel_regularizer=L2");
  if (decay === "all" && bias) args.push("bias_regularizer=L2");
  return args;
}

const LAYERS: Readonly<Record<string, Write>> = {
  relu: plain("layers.ReLU"),
  sigmoid: plain("layers.Activation", '"sigmoid"'),
  tanh: plain("layers.Activation", '"tanh"'),
  softmax: plain("layers.Softmax", "axis=-1"),
  log_softmax: plain("layers.Activation", '"log_softmax"'),
  channel_affine: plain("ChannelAffine"),
  global_avg_pool2d: plain("layers.GlobalAveragePooling2D", "keepdims=True"),
  add: (node, inputs) => called("layers.Add", [], node, `[${inputs.join(", ")}]`),
  concat: (node, inputs) => called("layers.Concatenate", ["axis=-1"], node, `[${inputs.join(", ")}]`),
  // PyTorch's features are in order of channels, then rows, then columns.
  flatten: (node, [x = "x"]) =>
    called("layers.Flatten", [], node, node.inputShapes[0]?.length === 3 ? `layers.Permute((3, 1, 2))(${x})` : x),
  dropout: (node, [x = "x"]) => called("layers.Dropout", [literal(number(node.fields.p, 0.5))], node, x),
  stochastic_depth: (node, [x = "x"]) => {
    const ones = node.outputShape.map(() => 1);
    return called(
      "layers.Dropout",
      [literal(number(node.fields.p, 0.5)), `noise_shape=(None, ${ones.join(", ")}${ones.length ? "" : ","})`],
      node,
      x,
    );
  },
  mul_const: (node, [x = "x"]) => called("layers.Rescaling", [literal(number(node.fields.factor, 1))], node, x),
  scaled_tanh: (node, [x = "x"]) => {
    const { amplitude, slope } = node.fields;
    const args = [
      amplitude === undefined ? null : `amplitude=${literal(amplitude)}`,
      slope === undefined ? null : `slope=${literal(slope)}`,
    ];
    return called("ScaledTanh", args, node, x);
  },
  conv2d: (node, [x = "x"], style) => {
    const { fields } = node;
    const kernel = pair(fields.kernel_size, 1);
    const groups = number(fields.groups, 1);
    const strides = literal(pair(fields.stride, 1));
    const dilation = literal(pair(fields.dilation, 1));
    const seen = connectionsOf(fields);
    if (seen) {
      const table = `[${seen.map((maps) => `[${maps.join(", ")}]`).join(", ")}]`;
      const bias = flag(fields.bias, true) ? null : "use_bias=False";
      return called(
        "ConnectedConv2D",
        [table, literal(kernel), `strides=${strides}`, `dilation_rate=${dilation}`, bias],
        node,
        padded(node, x),
      );
    }
    const fan = ((node.inputShapes[0]?.[0] ?? 1) / groups) * kernel[0] * kernel[1];
    const args = [
      String(number(fields.out_channels, 1)),
      literal(kernel),
      strides === "(1, 1)" ? null : `strides=${strides}`,
      dilation === "(1, 1)" ? null : `dilation_rate=${dilation}`,
      groups === 1 ? null : `groups=${groups}`,
      ...parameters(node, fan, style),
    ];
    return called("layers.Conv2D", args, node, padded(node, x));
  },
  conv_transpose2d: (node, [x = "x"], style) => {
    const { fields } = node;
    const kernel = pair(fields.kernel_size, 1);
    const outputs = number(fields.out_channels, 1);
    const [groups, dilation, extra] = [number(fields.groups, 1), pair(fields.dilation, 1), pair(fields.output_padding, 0)];
    if (groups !== 1 || dilation.some((by) => by !== 1) || extra.some((by) => by !== 0)) {
      throw new ExportError(
        "unwritable",
        `${node.name}: Keras has no transposed convolution with groups, dilation or output_padding like that`,
        node.name,
      );
    }
    const args = [
      String(outputs),
      literal(kernel),
      `strides=${literal(pair(fields.stride, 1))}`,
      ...parameters(node, outputs * kernel[0] * kernel[1], style),
    ];
    const [rows, columns] = pair(fields.padding, 0);
    const cut = rows || columns ? `layers.Cropping2D(${literal([rows, columns])})` : null;
    const made = called("layers.Conv2DTranspose", args, node, x);
    return cut ? `${cut}(${made})` : made;
  },
  linear: (node, [x = "x"], style) => {
    const features = node.inputShapes[0]?.[0] ?? 1;
    return called("layers.Dense", [String(number(node.fields.out_features, 1)), ...parameters(node, features, style)], node, x);
  },
  rbf: (node, [x = "x"]) => {
    const { fields } = node;
    if (!flag(fields.trainable, true) && fields.codes === "random")
      throw new ExportError("unwritable", `${node.name}: random codes`, node.name);
    const codes = flag(fields.trainable, true) ? null : "codes=digit_codes";
    return called("RBF", [String(number(fields.out_features, 1)), codes], node, x);
  },
  batch_norm2d: (node, [x = "x"], { decay }) => {
    const { fields } = node;
    const momentum = 1 - number(fields.momentum, 0.1);
    const args = [`momentum=${literal(Number(momentum.toPrecision(12)))}`, `epsilon=${literal(number(fields.eps, 1e-5))}`];
    if (!flag(fields.affine, true)) args.push("center=False", "scale=False");
    else if (decay === "all") args.push("gamma_regularizer=L2", "beta_regularizer=L2");
    return called("layers.BatchNormalization", args, node, x);
  },
  max_pool2d: (node, [x = "x"]) => {
    const kernel = pair(node.fields.kernel_size, 1);
    if (pair(node.fields.dilation, 1).some((by) => by !== 1))
      throw new ExportError("unwritable", `${node.name}: dilated pooling`, node.name);
    const { strides, pads } = windowOf(node, kernel, [1, 1]);
    const around = pads.some((by) => by > 0) ? `Pad(${four(pads)}, value=float("-inf"))(${x})` : x;
    return called("layers.MaxPooling2D", [literal(kernel), literal(strides)], node, around);
  },
  avg_pool2d: (node, [x = "x"]) => {
    const { fields } = node;
    const kernel = pair(fields.kernel_size, 1);
    const { strides, pads } = windowOf(node, kernel, [1, 1]);
    if (pads.every((by) => by === 0) && fields.divisor_override === undefined) {
      return called("layers.AveragePooling2D", [literal(kernel), literal(strides)], node, x);
    }
    const counts = flag(fields.count_include_pad, true) ? null : "count_include_pad=False";
    const divisor = fields.divisor_override === undefined ? null : `divisor=${literal(fields.divisor_override)}`;
    return called(
      "AveragePool",
      [literal(kernel), literal(strides), four(pads), literal(pair(fields.padding, 0)), counts, divisor],
      node,
      x,
    );
  },
  adaptive_avg_pool2d: (node, [x = "x"]) => called("AdaptiveAveragePool", [literal(node.outputShape.slice(1))], node, x),
  local_response_norm: (node, [x = "x"]) => {
    const { fields } = node;
    const size = number(fields.size, 1);
    const alpha = `${literal(number(fields.alpha, 1e-4))}${flag(fields.alpha_over_size, true) ? ` / ${size}` : ""}`;
    return called("LocalResponseNorm", [String(size), alpha, literal(number(fields.beta, 0.75)), literal(number(fields.k, 1))], node, x);
  },
  upsample: (node, [x = "x"]) => called("layers.UpSampling2D", [literal(pair(node.fields.scale_factor, 1))], node, x),
  pad2d: (node, [x = "x"]) => {
    const { padding } = node.fields;
    const [left = 0, right = 0, top = 0, bottom = 0] = Array.isArray(padding)
      ? (padding as number[])
      : new Array<number>(4).fill(number(padding, 0));
    return called("layers.ZeroPadding2D", [`((${top}, ${bottom}), (${left}, ${right}))`], node, x);
  },
  pad_channels: (node, [x = "x"]) =>
    called("Pad", [`channels=${literal([number(node.fields.before, 0), number(node.fields.after, 0)])}`], node, x),
  crop2d: (node, [x = "x"]) => {
    const [[top, left], [height, width]] = [pair(node.fields.offset, 0), pair(node.fields.size, 1)];
    const [, rows = height, columns = width] = node.inputShapes[0] ?? [];
    return called("layers.Cropping2D", [`((${top}, ${rows - top - height}), (${left}, ${columns - left - width}))`], node, x);
  },
};
