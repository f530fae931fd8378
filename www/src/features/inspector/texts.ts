/** Texts of the layer inspector. Fields have PyTorch's names beside these. */

const NAMES = [
  "name",
  "out_channels",
  "kernel_size",
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
  "connections",
  "output_padding",
  "output_size",
  "ceil_mode",
  "count_include_pad",
  "divisor_override",
  "eps",
  "momentum",
  "affine",
  "offset",
  "size",
  "p",
  "out_features",
  "alpha",
  "beta",
  "k",
  "alpha_over_size",
  "factor",
  "before",
  "after",
  "trainable",
  "codes",
  "amplitude",
  "slope",
  "scale_factor",
  "shortcut",
  "join",
  "times",
  "loss_weight",
  "save",
  "how",
  "crop",
  "data",
] as const;
export type FieldName = (typeof NAMES)[number];

export interface InspectorTexts {
  nothing: string;
  /** Beside a residual block: opens the lab. */
  withoutIt: string;
  fields: { readonly [N in FieldName]: string };
  /** `after` of a residual is something else than that of a padding. */
  afterSum: string;
  words: { readonly [word: string]: string };
  own: string;
  none: string;
  byDefault: (value: string) => string;
  round: string;
  formula: string;
  cost: string;
  input: string;
  output: string;
  params: string;
  macs: string;
  memory: string;
  inference: (bytes: number) => string;
  training: (bytes: number, batch: number, all: number) => string;
  field: string;
  unbounded: (size: string) => string;
  jump: string;
  centre: string;
  centreAt: (row: number, column: number) => string;
  spread: string;
  spreadWaiting: string;
  unknown: string;
  isNone: string;
  keys: string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    inspector: InspectorTexts;
  }
}
