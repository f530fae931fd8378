/** The words of the page that have a definition. */
export const TERMS = [
  "network",
  "layer",
  "loss",
  "accuracy",
  "top5",
  "pixel_accuracy",
  "iou",
  "training_images",
  "test_images",
  "epoch",
  "batch",
  "step",
  "learning_rate",
  "momentum",
  "weight_decay",
  "optimizer",
  "seed",
  "init",
  "schedule",
  "augmentation",
  "clipping",
  "convolution",
  "map",
  "filter",
  "activation",
  "gradient",
  "receptive_field",
  "parameters",
  "macs",
  "pooling",
  "residual",
  "running_statistics",
  "logits",
  "confusion",
  "run",
  "checkpoint",
  "branch",
  "smoothing",
  "log_scale",
  "worker",
  "backend",
  "simd",
] as const;
export type TermKey = (typeof TERMS)[number];

export interface Term {
  name: string;
  text: string;
}

export interface Glossary {
  title: string;
  intro: string;
  /** Beside a definition: where all of them are. */
  all: string;
  terms: { [K in TermKey]: Term };
}
