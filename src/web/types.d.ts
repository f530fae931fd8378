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
  /** See `docs/schema/network-1.json` for all operators and their fields. */
  op: string;
  name?: string;
  [field: string]: unknown;
}

/** How values are brought together. */
export type JoinRule = "concat" | "add";

/**
 * A layer, or a container of items. A container with a name puts it before the names of what it holds, as in `stage1.block2.conv1`; one
 * without changes no name.
 */
export type ItemSpec =
  | LayerSpec
  /** A group. */
  | { stage: { name: string; body: ItemSpec[] } }
  /** `after(body(x) + shortcut(x))`; `pad` is option A of He et al. 2016. `after` is an operator without fields. */
  | { residual: { name?: string; body: ItemSpec[]; shortcut?: "identity" | "pad" | ItemSpec[]; after?: string } }
  /** Branches that all read the same value. */
  | { parallel: { name?: string; branches: (ItemSpec[] | { name?: string; body: ItemSpec[] })[]; join?: JoinRule } }
  /** The body several times; with a name, round n is a group of that name and n. */
  | { repeat: { name?: string; times: number; body: ItemSpec[] } }
  /** A second output with a loss of its own, in training only. */
  | { head: { name: string; loss_weight?: number; body: ItemSpec[] } }
  /** Keeps the value that stands here. */
  | { save: string }
  /** Brings a saved value, cut to size with `crop`, and the one that stands here together. */
  | { join: string; how?: JoinRule; crop?: boolean; name?: string };

/** A network and how it is trained, version 1 of the network language. */
export interface Spec {
  version: 1;
  name?: string;
  /** Channels, height, width. Default `[1, 28, 28]`. */
  input?: number[];
  /** Digits with a label each (the default), or digits over strokes and noise with a class for every pixel: 0 for background, 1 and the digit. */
  data?: "mnist" | "cluttered_mnist" | { type: "idx"; classes: number; mean?: number; std?: number; crc32?: string };
  layers: ItemSpec[];
  training?: {
    batch_size?: number;
    epochs?: number;
    seed?: number;
    init?: "pytorch" | "kaiming";
    optimizer?: OptimizerSpec;
    schedule?: ScheduleSpec;
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

/** The rule of a training step, named and by default set as in PyTorch (SGD: rate 0.02, momentum 0.9). Without a type it is SGD. */
export type OptimizerSpec = {
  learning_rate?: number;
  weight_decay?: number;
  /** Gradients whose L2 norm, all together, is larger are scaled down to it, as by `torch.nn.utils.clip_grad_norm_`. */
  clip_grad_norm?: number | null;
  /** `"weights"`: biases, and what batch norm scales and shifts by, do not decay. Default `"all"`. */
  decay?: "all" | "weights";
} & (
  | { type?: "sgd"; momentum?: number; dampening?: number; nesterov?: boolean }
  | { type: "adam" | "adamw"; betas?: [number, number]; eps?: number; amsgrad?: boolean }
  | { type: "rmsprop"; alpha?: number; eps?: number; momentum?: number; centered?: boolean }
);

/** Growing from `start_factor` (default 1/3) of the rate to all of it over `warmup` epochs, before the schedule itself begins. */
export interface WarmUp {
  warmup?: number;
  start_factor?: number;
}

/**
 * How the learning rate changes over the run. It is evaluated in every step. All spans of time (`step_size`, `milestones`, `T_max`, `total`,
 * `warmup`) are in epochs, fractions too; where one is optional its default is the rest of the run.
 */
export type ScheduleSpec =
  | ({ type?: "constant" } & WarmUp)
  | ({ type: "step"; step_size: number; gamma?: number } & WarmUp)
  | ({ type: "multi_step"; milestones: number[]; gamma?: number } & WarmUp)
  | ({ type: "exponential"; gamma: number } & WarmUp)
  | ({ type: "cosine"; T_max?: number; eta_min?: number } & WarmUp)
  | ({ type: "polynomial"; total?: number; power?: number } & WarmUp)
  /** The optimizer's learning_rate is the largest. The momentum, or Adam's first beta, goes the other way. */
  | {
      type: "one_cycle";
      total?: number;
      pct_start?: number;
      anneal_strategy?: "cos" | "linear";
      div_factor?: number;
      final_div_factor?: number;
      three_phase?: boolean;
      cycle_momentum?: boolean;
      base_momentum?: number;
      max_momentum?: number;
    };

export interface Preset {
  name: string;
  title: string;
  /** Presets of a family stand side by side: `ResNet`. */
  family: string;
  spec: Spec;
}

export interface NodeDescription {
  name: string;
  op: string;
  /** The nodes it reads; `input` is the image. */
  inputs: string[];
  /** The head it belongs to: it exists in training only. */
  head: string | null;
  /** The item of the specification it was made of: `layers[2].residual.body[0]`. */
  path: string;
  /** Of `examine`: why it does not fit what it reads. */
  error: ReceptiveError | null;
  /** Of one image: no batch dimension. Of `examine`: empty where it is unknown. */
  output_shape: number[];
  params: number;
  /** How they come to be so many: `3*3*16*16 + 16 = 2,320`; empty where there are none. */
  params_arithmetic: string;
  /** Multiply-accumulates an image. */
  macs: number;
  activation_bytes: number;
  /** Output, its gradient, and what is kept for the backward pass, of one image. */
  training_activation_bytes: number;
  /** Height and width of the largest input region that one output value can depend on: what a gradient reaches. */
  receptive_field: [number, number];
  /** The same as if image and maps had no ends, as the usual formula gives it. */
  receptive_field_unbounded: [number, number];
  /** Pixels from the field of one output position to that of the next; a fraction after upsampling. */
  jump: [number, number];
  /** Row and column of the middle of the first output position's field. */
  centre: [number, number];
  /** Whether all paths from the image to this node have their fields around the same centres. */
  aligned: boolean;
}

/** Sums over a container; those at depth 0 are the network's stages. */
export interface GroupDescription {
  /** What stands before the names of its nodes; where it has none, its kind and number. */
  name: string;
  kind: "stage" | "residual" | "parallel" | "branch" | "repeat" | "join" | "head";
  /** The item of the specification it was made of. */
  path: string;
  depth: number;
  /** Its nodes are so many, from this one on. */
  first_node: number;
  nodes: number;
  output_shape: number[];
  params: number;
  macs: number;
  activation_bytes: number;
  training_activation_bytes: number;
}

export interface NetworkDescription {
  name: string;
  nodes: NodeDescription[];
  /** Each before those it holds. */
  groups: GroupDescription[];
  totals: {
    /** With those of heads. */
    params: number;
    macs: number;
    head_params: number;
    head_macs: number;
    activation_bytes: number;
    training_activation_bytes: number;
    /** One image's way through the network: parameters, and activations in memory that is used again. */
    inference_bytes: number;
    /** A training step at the specification's batch size; null where the network cannot be trained on the data there are. */
    training_bytes: number | null;
  };
  /** Why it cannot be trained on the data there are. */
  training_refused: ReceptiveError | null;
}

/** What the images of a user's files are like. */
export interface DataFacts {
  /** Pixels of an image. */
  height: number;
  width: number;
  /** One more than the largest label. */
  classes: number;
  /** Of the training images' pixels / 255, and their standard deviation. */
  mean: number;
  std: number;
  /** Of all images and labels: eight hexadecimal digits. */
  crc32: string;
  /** They are EMNIST's letters as that is stored: labels 1 to 26, images turned over the diagonal. */
  letters: boolean;
}

/** The user's files as the session took them. */
export interface OwnData {
  /** Images of each split. */
  train: number;
  test: number;
  facts: DataFacts | null;
}

/** A network that may be wrong, as far as it can be described. */
export interface Examination {
  /** Null where the specification cannot be read. */
  network: NetworkDescription | null;
  /** The first thing that is wrong. */
  error: ReceptiveError | null;
}

export type BackendChoice = "auto" | "auto_software" | "webgpu" | "webgpu_software" | "cpu" | "scalar";

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
  /** Where both backends were tried, the milliseconds that a training step took on each. */
  race: { cpu_ms: number; webgpu_ms: number } | null;
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
  /** Steps taken before, and the epoch under way. */
  step: number;
  epoch: number;
  split: "train" | "test";
  count: number;
  loss: number;
  top1: number;
  top5: number;
  /** Where every pixel has a class: intersection over union, 0 to 1, on average over the classes. */
  mean_iou: number | null;
  /** Counts by label, then prediction: of images, or of pixels. */
  confusion: number[][];
}

/** What became of a file of weights. */
export interface WeightsReport {
  /** Tensors loaded: all that the network has. */
  loaded: number;
  /** Tensors of the file that the network has no place for, such as those of heads. */
  ignored: string[];
  /** What stood before names in the file and was taken off, such as `module.`. */
  taken_off: string[];
  /** Tensors with non-finite values, and how many. */
  not_finite: { name: string; count: number }[];
}

/** A class and what a network gives it. */
export interface RankedClass {
  /** Its place among the logits, from 0. */
  class: number;
  logit: number;
  /** The softmax's value, 0 to 1. */
  probability: number;
}

/** What a replica is to do, in this order. */
export interface ReplicaTask {
  /** Parameters, the optimizer's state and statistics, to begin with. */
  snapshot?: Float32Array;
  /** Ends the step before: gradients and statistics of the whole batch, and what the optimizer is told. */
  exchanged?: Float32Array;
  hyper?: Float32Array;
  /** Whose gradients it is to compute then: a byte a pixel of each image, a byte a label, and four words that random numbers are drawn from. */
  images?: Uint8Array;
  labels?: Uint8Array;
  random?: Uint32Array;
  /** Whether to give and clear its sums. */
  sums: boolean;
  /** Where to write what comes of a shard, instead of giving it back. */
  into?: Float32Array;
}

/** The tensors of a step's two tasks in memory that two workers share, under the names that they have in a `ReplicaTask`; what comes of the shard is `exchanged` too. */
export interface SharedTensors {
  readonly exchanged: Float32Array;
  readonly hyper: Float32Array;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly random: Uint32Array;
}

/** A task: sent, or of what was written into the `SharedTensors` of its place. */
export type HandedTask = ReplicaTask | "shared_shard" | "shared_update";

/** What came of a task: gradients and statistics of its shard, and sums where they were asked for. */
export interface ReplicaDone {
  exchanged: Float32Array;
  sums: Uint32Array;
}

/** Other workers that a session can share a batch with. Each place has a `Replica`. */
export interface ReplicaWorkers {
  /** Starts workers anew at these places, each for the specification with so many images as batch size. Resolves with whether all of them are there. */
  start(spec: Spec, places: Uint32Array, images: Uint32Array): Promise<boolean>;
  /** What is shared with the worker at a place; null where no memory can be shared, and before the first step there. */
  shared(place: number): SharedTensors | null;
  /** Hands out tasks at once, one a place, and resolves with what came of them; null from one that failed, or was silent for longer. */
  run(tasks: (HandedTask | null)[], patienceMs: number): Promise<(ReplicaDone | null)[]>;
  /** Hands out, one a place, what nobody answers. Who cannot do it fails at the next task. */
  tell(tasks: (HandedTask | null)[]): void;
  /** Ends the workers. */
  stop(): void;
}

/** A kernel call of a `Check`'s step. Those of one node follow each other; a node whose call was folded into another's has none. */
export interface CheckStep {
  node: string;
  kernel: string;
  backward: boolean;
}

/** How far a tensor of a `Check` is from the reference's. */
export interface CheckDifference {
  /** `loss`, `logits`, or the parameter's name. */
  name: string;
  /** Whether it is that parameter's gradient. */
  gradient: boolean;
  /** The largest difference of two numbers. */
  largest: number;
  /** The largest magnitude in the reference. */
  magnitude: number;
  /** The largest ratio of a difference to what is allowed for it: above 1, or NaN, it fails. */
  used: number;
  passes: boolean;
}
