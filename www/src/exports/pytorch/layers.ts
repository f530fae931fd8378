/** Every operator as people write it with PyTorch: a module's constructor, or an expression. */
import type { NetworkNode } from "../network.ts";
import { connectionsOf, ExportError, flag, number, pair } from "../network.ts";
import { both, literal } from "./python.ts";

/** An argument of a constructor. */
export interface Argument {
  readonly key: string;
  readonly value: string;
  /** Left out where it has this value. */
  readonly default?: string;
  /** Written without its key. */
  readonly positional?: boolean;
}

export interface Constructor {
  readonly callee: string;
  readonly args: readonly Argument[];
}

/** Whether a key counts channels or features: such arguments may share a parameter of a class, and come first. */
export const countsChannels = (key: string): boolean => /(?:^|_)(?:(?:in|out|num)_channels|(?:in|out|num)_features)\d*$/u.test(key);

const plain = (key: string, value: string): Argument => ({ key, value, positional: true });
const optional = (key: string, value: string, otherwise: string): Argument => ({ key, value, default: otherwise });
const make = (callee: string, ...args: Argument[]): Constructor => ({ callee, args });

/** The module of a node; null for what is written as an expression. */
export function moduleOf(node: NetworkNode): Constructor | null {
  const { op, fields } = node;
  const channels = node.inputShapes[0]?.[0] ?? 1;
  const counted = (value: number): string => String(value);
  const kernel = pair(fields.kernel_size, 1);
  const stride = (otherwise: [number, number]): string => both(pair(fields.stride, otherwise));
  const window = [optional("padding", both(pair(fields.padding, 0)), "0"), optional("dilation", both(pair(fields.dilation, 1)), "1")];
  const bias = optional("bias", literal(flag(fields.bias, true)), "True");
  switch (op) {
    case "conv2d": {
      const sizes = [plain("in_channels", counted(channels)), plain("out_channels", counted(number(fields.out_channels, 1)))];
      const common = [...sizes, plain("kernel_size", both(kernel)), optional("stride", stride([1, 1]), "1"), ...window];
      const seen = connectionsOf(fields);
      if (!seen) return make("nn.Conv2d", ...common, optional("groups", counted(number(fields.groups, 1)), "1"), bias);
      const table = fields.connections === "lenet5" ? "LENET5_C3" : `[${seen.map((maps) => `[${maps.join(", ")}]`).join(", ")}]`;
      return make("ConnectedConv2d", ...common, bias, { key: "connections", value: table });
    }
    case "conv_transpose2d":
      return make(
        "nn.ConvTranspose2d",
        plain("in_channels", counted(channels)),
        plain("out_channels", counted(number(fields.out_channels, 1))),
        plain("kernel_size", both(kernel)),
        optional("stride", stride([1, 1]), "1"),
        optional("padding", both(pair(fields.padding, 0)), "0"),
        optional("output_padding", both(pair(fields.output_padding, 0)), "0"),
        optional("groups", counted(number(fields.groups, 1)), "1"),
        bias,
        optional("dilation", both(pair(fields.dilation, 1)), "1"),
      );
    case "linear":
      return make(
        "nn.Linear",
        plain("in_features", counted(channels)),
        plain("out_features", counted(number(fields.out_features, 1))),
        bias,
      );
    case "rbf": {
      const sizes = [plain("in_features", counted(channels)), plain("out_features", counted(number(fields.out_features, 1)))];
      if (flag(fields.trainable, true)) return make("RBF", ...sizes);
      return make("RBF", ...sizes, { key: "codes", value: fields.codes === "random" ? "random_codes" : "digit_codes" });
    }
    case "batch_norm2d":
      return make(
        "nn.BatchNorm2d",
        plain("num_features", counted(channels)),
        optional("eps", literal(number(fields.eps, 1e-5)), literal(1e-5)),
        optional("momentum", literal(number(fields.momentum, 0.1)), "0.1"),
        optional("affine", literal(flag(fields.affine, true)), "True"),
      );
    case "channel_affine":
      return make("ChannelAffine", plain("num_channels", counted(channels)));
    case "max_pool2d": {
      const same = both(kernel);
      return make("nn.MaxPool2d", plain("kernel_size", same), optional("stride", stride(kernel), same), ...window, ceil(fields));
    }
    case "avg_pool2d": {
      const same = both(kernel);
      return make(
        "nn.AvgPool2d",
        plain("kernel_size", same),
        optional("stride", stride(kernel), same),
        optional("padding", both(pair(fields.padding, 0)), "0"),
        ceil(fields),
        optional("count_include_pad", literal(flag(fields.count_include_pad, true)), "True"),
        optional("divisor_override", literal(fields.divisor_override ?? null), "None"),
      );
    }
    case "adaptive_avg_pool2d":
      return make("nn.AdaptiveAvgPool2d", plain("output_size", both(pair(fields.output_size, 1))));
    case "global_avg_pool2d":
      return make("nn.AdaptiveAvgPool2d", plain("output_size", "1"));
    case "local_response_norm": {
      // PyTorch divides alpha by size; a network that does not is written with alpha times size.
      const size = number(fields.size, 1);
      const alpha = literal(number(fields.alpha, 1e-4));
      return make(
        "nn.LocalResponseNorm",
        plain("size", counted(size)),
        { key: "alpha", value: flag(fields.alpha_over_size, true) ? alpha : `${alpha} * ${size}` },
        optional("beta", literal(number(fields.beta, 0.75)), "0.75"),
        optional("k", literal(number(fields.k, 1)), "1"),
      );
    }
    case "relu":
      return make("nn.ReLU");
    case "sigmoid":
      return make("nn.Sigmoid");
    case "tanh":
      return make("nn.Tanh");
    case "scaled_tanh": {
      const amplitude = optional("amplitude", literal(number(fields.amplitude, 1.7159)), "1.7159");
      return make("ScaledTanh", amplitude, optional("slope", typeof fields.slope === "number" ? literal(fields.slope) : "2 / 3", "2 / 3"));
    }
    case "softmax":
      return make("nn.Softmax", { key: "dim", value: "1" });
    case "log_softmax":
      return make("nn.LogSoftmax", { key: "dim", value: "1" });
    case "flatten":
      return make("nn.Flatten");
    case "dropout":
      return make("nn.Dropout", plain("p", literal(number(fields.p, 0.5))));
    case "stochastic_depth":
      return make("StochasticDepth", plain("p", literal(number(fields.p, 0.5))));
    case "upsample":
      return make("nn.Upsample", { key: "scale_factor", value: both(pair(fields.scale_factor, 1)) });
    case "mul_const":
      return make("Multiply", plain("factor", literal(number(fields.factor, 1))));
    case "pad2d": {
      const { padding } = fields;
      return make("nn.ZeroPad2d", plain("padding", literal(padding)));
    }
    case "pad_channels":
      return make("PadChannels", plain("before", counted(number(fields.before, 0))), plain("after", counted(number(fields.after, 0))));
    case "crop2d":
      return make(
        "Crop2d",
        { key: "offset", value: literal(pair(fields.offset, 0)) },
        { key: "size", value: literal(pair(fields.size, 1)) },
      );
    case "add":
    case "concat":
      return null;
    default:
      throw new ExportError("unknown_operator", `${node.name}: PyTorch's exporter does not know ${op}`, node.name);
  }
}

const ceil = (fields: NetworkNode["fields"]): Argument => optional("ceil_mode", literal(flag(fields.ceil_mode, false)), "False");

/** What a container wrote and what is short in PyTorch: an expression of the inputs. Null for what is a module with a name. */
export function expressionOf(node: NetworkNode, written: boolean, inputs: readonly string[]): string | null {
  const [x = "x"] = inputs;
  if (node.op === "add") return inputs.join(" + ");
  if (node.op === "concat") return `torch.cat([${inputs.join(", ")}], dim=1)`;
  if (written) return null;
  switch (node.op) {
    case "relu":
      return `F.relu(${x})`;
    case "avg_pool2d": {
      const [down, across] = pair(node.fields.stride, 1);
      return `${x}[:, :, ::${down}, ::${across}]`;
    }
    case "pad_channels":
      return `F.pad(${x}, (0, 0, 0, 0, ${number(node.fields.before, 0)}, ${number(node.fields.after, 0)}))`;
    case "crop2d": {
      const [top, left] = pair(node.fields.offset, 0);
      const [height, width] = pair(node.fields.size, 1);
      return `${x}[:, :, ${top} : ${top + height}, ${left} : ${left + width}]`;
    }
    default:
      return null;
  }
}
