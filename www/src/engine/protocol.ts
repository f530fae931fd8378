/**
 * All messages between the page and the trainer's worker. Names are the wire's own (snake_case), as `src/run/protocol.rs` writes them.
 *
 * A request is `{ id, type, ... }` and ends in exactly one reply with the same id: the one listed for it in {@link Replies}, or `error`.
 * Events have no id; those about a training run name it. Runs are named by the page.
 */
import type { DataFacts, GroupDescription, NetworkDescription, NodeDescription } from "../../../src/web/types.d.ts";
import type { NotFinite, ReceptiveError } from "./errors.ts";

/** As the package declares them. */
export type { DataFacts, GroupDescription, NetworkDescription, NodeDescription };

export type RunId = string;
export type Split = "train" | "test";
export type BackendChoice = "auto" | "webgpu" | "cpu" | "webgpu_software" | "auto_software";

/** Milliseconds that a training step of a network took on each backend. */
export interface Race {
  cpu_ms: number;
  webgpu_ms: number;
}

// ---- the network and how it is trained ----

/** A layer has `op`; a container has the key it is called by: `stage`, `residual`, `parallel`, `repeat`, `head`, `save` or `join`. */
export interface LayerSpec {
  op?: string;
  name?: string;
  /** Everything an operator takes: `out_channels`, `kernel_size`, `stride`, ... The engine checks it; the page shows it. */
  [parameter: string]: unknown;
}

export type OptimizerType = "sgd" | "adam" | "adamw" | "rmsprop";

/** Every optimizer has the first fields; the others are of those that are named. */
export interface OptimizerSpec {
  type?: OptimizerType;
  learning_rate?: number;
  weight_decay?: number;
  /** The largest L2 norm of all gradients together. */
  clip_grad_norm?: number | null;
  /** `weights`: no decay of biases and of what batch norm scales by. */
  decay?: "all" | "weights";
  /** sgd, rmsprop. */
  momentum?: number;
  /** sgd. */
  nesterov?: boolean;
  dampening?: number;
  /** adam, adamw. */
  betas?: number[];
  amsgrad?: boolean;
  /** adam, adamw, rmsprop. */
  eps?: number;
  /** rmsprop. */
  alpha?: number;
  centered?: boolean;
}

export type Init = "pytorch" | "kaiming";
export type ScheduleType = "constant" | "step" | "multi_step" | "exponential" | "cosine" | "polynomial" | "one_cycle";

/** How the learning rate changes over the run. Spans of time are in epochs, fractions too; one that is left out is the whole run. */
export interface ScheduleSpec {
  type?: ScheduleType;
  /** All but one_cycle: the rate first grows to its full size from `start_factor` of it. */
  warmup?: number;
  start_factor?: number;
  /** step, multi_step, exponential. */
  step_size?: number;
  milestones?: number[];
  gamma?: number;
  /** cosine. */
  T_max?: number;
  eta_min?: number;
  /** polynomial, one_cycle. */
  total?: number;
  power?: number;
  /** one_cycle. */
  pct_start?: number;
  anneal_strategy?: "cos" | "linear";
  div_factor?: number;
  final_div_factor?: number;
  three_phase?: boolean;
  cycle_momentum?: boolean;
  base_momentum?: number;
  max_momentum?: number;
}

/** How strongly the images of a training step are changed at random; by default not at all. */
export interface AugmentationSpec {
  /** Up to so many pixels. */
  shift?: number;
  rotation_degrees?: number;
  /** By a factor from 1 - scale to 1 + scale. */
  scale?: number;
  elastic?: { alpha?: number; sigma?: number };
  erase?: { probability?: number; smallest?: number; largest?: number; aspect?: number; fill?: "noise" | "background" };
}

/** What is left out has the engine's default. */
export interface TrainingSpec {
  batch_size?: number;
  epochs?: number;
  seed?: number;
  init?: Init;
  optimizer?: OptimizerSpec;
  schedule?: ScheduleSpec;
  augmentation?: AugmentationSpec;
}

/** Images of one's own, from IDX files. */
export interface IdxData {
  type: "idx";
  classes: number;
  /** Of the training images' pixels / 255; without them pixels are seen as they are. */
  mean?: number;
  std?: number;
  /** Of the files: the network is for these images only. */
  crc32?: string;
}

export interface Spec {
  version: 1;
  name?: string;
  /** Channels, height, width. */
  input: number[];
  /** Cluttered: every pixel has a class. */
  data?: "mnist" | "cluttered_mnist" | IdxData;
  layers: LayerSpec[];
  loss?: string;
  training?: TrainingSpec;
}

export interface Preset {
  name: string;
  title: string;
  /** Presets of a family stand side by side. */
  family: string;
  spec: Spec;
}

// ---- what a run reports ----

export interface Metrics {
  step: number;
  /** From 1, the epoch under way. */
  epoch: number;
  epochs: number;
  images_seen: number;
  images_in_use: number;
  images_total: number;
  /** Mean since the metrics before these. */
  loss: number;
  top1: number;
  top5: number;
  images_per_second: number;
  seconds: number;
  /** 0 to 1, of all epochs asked for. */
  progress: number;
  seconds_left: number | null;
  learning_rate: number;
  /** Where several workers share a batch: how many times the images a second that one of them reached with its own shard. Known after some steps. */
  speed_up: number | null;
}

export interface Evaluation {
  step: number;
  epoch: number;
  split: Split;
  /** On how many images. */
  count: number;
  loss: number;
  top1: number;
  top5: number;
  /** Where every pixel has a class. */
  mean_iou: number | null;
  /** `[label][prediction]`; null where it was not asked for. */
  confusion: number[][] | null;
}

/** What the network saw and said where every pixel has a class; a byte a pixel. */
export interface Scene {
  /** The digit over its clutter, 0 (background) to 255 (ink). */
  picture: Uint8Array;
  /** 1 where the digit is, else 0. */
  digit: Uint8Array;
  /** What the network says: 0 for background, 1 and the digit's value for a digit, 255 where it says nothing that is a number. */
  mask: Uint8Array;
}

export interface BackendStatus {
  requested: BackendChoice;
  backend: "webgpu" | "cpu";
  kernels: "wgsl" | "simd128" | "relaxed_simd" | "scalar";
  adapter: string | null;
  software: boolean;
  /** Why it is not what was asked for or preferred. */
  reason: ReceptiveError | null;
  /** Where both backends were tried, how fast they were. */
  race: Race | null;
}

/** One node's values for one image, in canonical order: `[channels, height, width]` or `[features]`. */
export interface NodeMaps {
  node: string;
  shape: number[];
  values: Float32Array;
}

/** A parameter or a statistic of a node, as PyTorch names and shapes it: `weight`, `[out_channels, in_channels, height, width]`. */
export interface NodeTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** What the network says to every image of a split, in order. */
export interface Predictions {
  split: Split;
  step: number;
  labels: Uint8Array;
  /** The most and the second most likely class; 255 where the network says nothing that is a number. */
  first: Uint8Array;
  second: Uint8Array;
  /** The softmax's value for the first, 0 to 1. */
  probabilities: Float32Array;
  /** Cross-entropy. */
  losses: Float32Array;
}

/**
 * What became of a checkpoint, or of a file of weights. `kept` and `fresh` are the names of parameters; all are kept where the network is the same, and the
 * step is then the checkpoint's, else 0. `epochs_done` counts whole ones: `start` trains so many more.
 */
export interface Restoration {
  step: number;
  epoch: number;
  epochs_done: number;
  note: string | null;
  kept: string[];
  fresh: string[];
  /** What stood before names and was taken off, such as `module.`. */
  taken_off: string[];
  not_finite: NotFinite[];
  /** It is of a run on other images than those that are loaded; training then begins at step 0. */
  other_data: boolean;
}

/** A file the user chose. */
export interface NamedBytes {
  name: string;
  bytes: Uint8Array;
}

// ---- requests ----

export type RequestBody =
  // answered by the engine
  /**
   * On the CPU so many workers share each batch; one where it is left out. With `auto`, an earlier race of the same network on the same machine decides as
   * it did then. With the bytes of a checkpoint it goes on from there; of a file of another network, parameters of the same name and shape are taken. Where
   * either is refused, nothing has changed.
   */
  | {
      type: "compile";
      run: RunId;
      spec: Spec;
      backend: BackendChoice;
      workers?: number;
      cpu_ms?: number;
      webgpu_ms?: number;
      bytes?: Uint8Array;
    }
  | { type: "start"; epochs?: number; wait_for_all?: boolean }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "step"; count?: number }
  | { type: "reset"; seed?: number }
  | { type: "set"; learning_rate?: number; momentum?: number; weight_decay?: number }
  | { type: "evaluate"; split: Split }
  /**
   * A value a pixel from 0 (background) to 255 (ink), already centred. Cluttered data lay them over the strokes of image `index`: of a split, as in an
   * evaluation, or of no image.
   */
  | { type: "predict"; pixels: Uint8Array; split?: Split; index?: number }
  | { type: "sample"; split: Split; index: number }
  /** Weights, the optimizer's state and the place in the data, as a safetensors file; `note` is kept in it as it is. */
  | { type: "checkpoint"; note?: string }
  /** Of data with one class an image. */
  | { type: "predictions"; split: Split }
  /** Values of nodes for one image (as `predict` takes it), in evaluation; `gradients` are those of the loss for `label`. The image is the node `input`. */
  | { type: "look"; nodes: string[]; what: "activations" | "gradients"; pixels: Uint8Array; label?: number; split?: Split; index?: number }
  /** A node's parameters and statistics. */
  | { type: "weights"; node: string }
  /** What one value of a node (`[channel, row, column]` or `[feature]`) depends on in the image. */
  | { type: "field"; node: string; unit: number[]; pixels: Uint8Array; split?: Split; index?: number }
  /** What an instrument is asked, in a form of its own. It answers in pieces of some 50 ms and says how far it came. */
  | { type: "instrument"; instrument: string; ask: object }
  | { type: "dispose" }
  // answered by the worker's script
  | { type: "presets" }
  | { type: "load_data"; base?: string }
  | {
      type: "load_files";
      train_images: NamedBytes;
      train_labels: NamedBytes;
      test_images?: NamedBytes;
      test_labels?: NamedBytes;
    }
  /** EMNIST's letters that are loaded are turned upright and counted from 0. */
  | { type: "turn_letters" }
  /** Answered at once, whatever the engine is doing between two steps: tells a slow worker from a dead one. */
  | { type: "ping" };

export type RequestType = RequestBody["type"];
export type Request = { id: number } & RequestBody;

// ---- replies ----

/** The reply each request gets when all goes well. */
export interface Replies {
  /** `workers`: how many share a batch: fewer than were asked for where it is small, one where it is not the CPU that trains. */
  compile: {
    type: "compiled";
    run: RunId;
    description: NetworkDescription;
    backend: BackendStatus;
    workers: number;
    restored: Restoration | null;
  };
  start: { type: "started"; run: RunId };
  pause: { type: "paused"; run: RunId; step: number };
  resume: { type: "resumed"; run: RunId };
  step: { type: "stepped"; run: RunId; metrics: Metrics };
  reset: { type: "reset"; run: RunId; seed: number };
  /** The momentum is null for optimizers that have none. */
  set: { type: "set"; run: RunId; learning_rate: number; momentum: number | null; weight_decay: number };
  evaluate: { type: "evaluated"; run: RunId; evaluation: Evaluation };
  /** Of each class; with a scene, of each class at each pixel, class by class. */
  predict: { type: "predicted"; run: RunId; logits: number[]; probabilities: number[]; scene: Scene | null };
  sample: { type: "sample"; pixels: Uint8Array; label: number; index: number; total: number };
  checkpoint: { type: "checkpoint"; run: RunId; step: number; epoch: number; bytes: Uint8Array };
  predictions: { type: "predictions"; run: RunId; predictions: Predictions };
  /** `range`: the least and the largest value of all nodes of the network. */
  look: { type: "looked"; run: RunId; step: number; maps: NodeMaps[]; range: [number, number] };
  weights: { type: "weights"; run: RunId; step: number; tensors: NodeTensor[] };
  /** The gradient of the value at each pixel, and the rows and columns it can depend on at all: first and last of each. */
  field: { type: "field"; run: RunId; step: number; gradient: Float32Array; rows: [number, number]; columns: [number, number] };
  instrument: { type: "instrument"; run: RunId; step: number; answer: object };
  dispose: { type: "disposed" };
  presets: { type: "presets"; presets: Preset[] };
  /** `facts`: what images of one's own are like; null for MNIST. */
  load_data: { type: "data_loaded"; train: number; test: number; facts: DataFacts | null };
  load_files: { type: "data_loaded"; train: number; test: number; facts: DataFacts | null };
  turn_letters: { type: "data_loaded"; train: number; test: number; facts: DataFacts | null };
  ping: { type: "pong" };
}

export type ReplyTo<T extends RequestType> = Replies[T];
export type ErrorReply = { type: "error"; error: ReceptiveError };
export type ReplyBody = Replies[RequestType] | ErrorReply;
export type Reply = { id: number } & ReplyBody;

// ---- events ----

export interface EpochSummary {
  epoch: number;
  train_loss: number;
  train_top1: number;
  /** Null without test images. */
  test_loss: number | null;
  test_top1: number | null;
  test_top5: number | null;
  seconds: number;
  images_per_second: number;
  /** Where every pixel has a class. */
  test_mean_iou: number | null;
}

export type TrainerEvent =
  // from the engine, at most four of a type a second
  | { type: "metrics"; run: RunId; metrics: Metrics }
  | { type: "evaluation"; run: RunId; evaluation: Evaluation }
  | ({ type: "epoch"; run: RunId } & EpochSummary)
  | { type: "done"; run: RunId; step: number }
  | { type: "failed"; run: RunId | null; error: ReceptiveError }
  | { type: "backend"; run: RunId; backend: BackendStatus }
  /** Of the WebGPU pipelines that a network needs, so many are compiled. */
  | { type: "preparing"; done: number; total: number }
  // from the worker's script
  /** Bytes of the engine's wasm; `total` is 0 where the server does not say. */
  | { type: "engine_loading"; loaded: number; total: number }
  | { type: "engine_ready"; kernels: "simd128" | "relaxed_simd" }
  /** Images of a split that can be trained on now. */
  | { type: "data"; split: Split; images: number; total: number }
  /** Compressed bytes of the whole data set. */
  | { type: "data_loading"; loaded: number; total: number }
  | { type: "data_failed"; error: ReceptiveError };

export type TrainerEventType = TrainerEvent["type"];
export type EventOf<T extends TrainerEventType> = Extract<TrainerEvent, { type: T }>;

export type WorkerMessage = Reply | TrainerEvent;

export function isReply(message: WorkerMessage): message is Reply {
  return "id" in message;
}
