/** A refused request or a failed run: what went wrong, in words for logs and in fields for translation. */
export interface ReceptiveError {
  kind: string;
  /** English. */
  message: string;
  /** The layer it is about, where it is about one. */
  node?: string | null;
  [field: string]: unknown;
}

/** One layer: `op` and the operator's own fields, named as PyTorch names them. */
export interface LayerSpec {
  op: "conv2d" | "max_pool2d" | "relu" | "flatten" | "linear";
  name?: string;
  [field: string]: unknown;
}

/** A network and how it is trained, version 1 of the network language. */
export interface Spec {
  version: 1;
  name?: string;
  /** Channels, height, width. Default `[1, 28, 28]`. */
  input?: number[];
  layers: LayerSpec[];
  training?: {
    batch_size?: number;
    epochs?: number;
    seed?: number;
    init?: "pytorch" | "kaiming";
    optimizer?: {
      type?: "sgd";
      learning_rate?: number;
      momentum?: number;
      dampening?: number;
      weight_decay?: number;
      nesterov?: boolean;
    };
    /** How the learning rate changes over the run; `cosine` falls to 0 along half a cosine. */
    schedule?: { type?: "constant" | "cosine" };
    /** How the images of a training step are changed at random; by default not at all. */
    augmentation?: {
      /** Up to so many pixels, along each axis. */
      shift?: number;
      /** Up to so many degrees, either way; at most 45. */
      rotation_degrees?: number;
      /** By a factor from 1 - scale to 1 + scale. */
      scale?: number;
      /** Elastic deformation: strength 34 and smoothness 4, in pixels, where they are left out. */
      elastic?: { alpha?: number; sigma?: number };
      /** Random erasing of a rectangle: how often, its part of the area, its least aspect ratio, and what fills it. */
      erase?: { probability?: number; smallest?: number; largest?: number; aspect?: number; fill?: "noise" | "background" };
    };
  };
}

export interface Preset {
  name: string;
  title: string;
  spec: Spec;
}

export interface NetworkDescription {
  name: string;
  nodes: {
    name: string;
    op: string;
    /** Of one image: no batch dimension. */
    output_shape: number[];
    params: number;
    /** Multiply-accumulates an image. */
    macs: number;
    activation_bytes: number;
    /** Height and width of the input region that one output value can depend on. */
    receptive_field: [number, number];
  }[];
  totals: { params: number; macs: number; activation_bytes: number; training_bytes: number };
}

export type BackendChoice = "auto" | "webgpu" | "webgpu_software" | "cpu" | "scalar";

export interface BackendStatus {
  requested: BackendChoice;
  backend: "webgpu" | "cpu";
  kernels: "wgsl" | "relaxed_simd" | "simd128" | "scalar";
  /** The GPU, as the browser names it. */
  adapter: string | null;
  /** Whether the adapter is a program. */
  software: boolean;
  /** Why it is not what was asked for or preferred. */
  reason: ReceptiveError | null;
}

/** Means over the steps or images since the last call. */
export interface TrainingMetrics {
  step: number;
  loss: number;
  /** Right at first place, 0 to 1. */
  top1: number;
  /** Right within five, 0 to 1. */
  top5: number;
}

export interface EvaluationResult {
  count: number;
  loss: number;
  top1: number;
  top5: number;
  /** Counts by label, then prediction. */
  confusion: number[][];
}
