/**
 * The messages once more, as a checker that runs: the tests hold it against the examples the engine writes and against what a real
 * worker sends. The types below make it complete: a message or field that is only in `protocol.ts` does not compile here.
 * The page itself does not import this file.
 */

import type { ReceptiveError as PackageError } from "../../../src/web/types.d.ts";
import type { NotFinite, ReceptiveError } from "./errors.ts";
import type {
  AugmentationSpec,
  BackendStatus,
  DataFacts,
  Evaluation,
  EventOf,
  GroupDescription,
  IdxData,
  LayerSpec,
  Metrics,
  NamedBytes,
  NetworkDescription,
  NodeDescription,
  NodeMaps,
  NodeTensor,
  OptimizerSpec,
  Predictions,
  Preset,
  Race,
  Replies,
  RequestBody,
  RequestType,
  Restoration,
  Scene,
  ScheduleSpec,
  Spec,
  TrainerEventType,
  TrainingSpec,
} from "./protocol.ts";

/** Collects what is wrong with `value`; `path` says where. */
type Check<T> = ((value: unknown, path: string, wrong: string[]) => void) & { readonly checks?: (value: T) => void };

const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 60);

function check<T>(expected: string, test: (value: unknown) => boolean): Check<T> {
  return (value, path, wrong) => {
    if (!test(value)) wrong.push(`${path}: expected ${expected}, got ${show(value)}`);
  };
}

const string = check<string>("a string", (value) => typeof value === "string");
const number = check<number>("a number", (value) => typeof value === "number");
const boolean = check<boolean>("true or false", (value) => typeof value === "boolean");
const whole = check<number>("a whole number from 0", (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const share = check<number>("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1);
const isByte = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
/** JSON has no bytes: an array of numbers stands for them in the examples. */
const bytes = check<Uint8Array>("bytes", (value) => value instanceof Uint8Array || (Array.isArray(value) && value.every(isByte)));

const anObject = check<object>("an object", (value) => typeof value === "object" && value !== null && !Array.isArray(value));
const isNumbers = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === "number");
const floats = check<Float32Array>("floats", (value) => value instanceof Float32Array || isNumbers(value));

function literal<T extends string | number>(...allowed: T[]): Check<T> {
  return check<T>(allowed.map((one) => JSON.stringify(one)).join(" or "), (value) => (allowed as unknown[]).includes(value));
}

function array<T>(item: Check<T>): Check<T[]> {
  return (value, path, wrong) => {
    if (!Array.isArray(value)) wrong.push(`${path}: expected an array, got ${show(value)}`);
    else value.forEach((one, index) => item(one, `${path}[${index}]`, wrong));
  };
}

function pair<T>(item: Check<T>): Check<[T, T]> {
  return (value, path, wrong) => {
    array(item)(value, path, wrong);
    if (Array.isArray(value) && value.length !== 2) wrong.push(`${path}: expected two values, got ${show(value)}`);
  };
}

function nullable<T>(inner: Check<T>): Check<T | null> {
  return (value, path, wrong) => {
    if (value !== null) inner(value, path, wrong);
  };
}

function optional<T>(inner: Check<T>): Check<T | undefined> {
  return (value, path, wrong) => {
    if (value !== undefined) inner(value, path, wrong);
  };
}

type Fields<T> = { [K in keyof T]-?: Check<T[K]> };

/** Exactly these fields; `open` allows more. */
function object<T>(fields: Fields<T>, open = false): Check<T> {
  return (value, path, wrong) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      wrong.push(`${path}: expected an object, got ${show(value)}`);
      return;
    }
    for (const key of Object.keys(fields)) {
      fields[key as keyof T]((value as Record<string, unknown>)[key], `${path}.${key}`, wrong);
    }
    if (open) return;
    for (const key of Object.keys(value)) if (!(key in fields)) wrong.push(`${path}.${key}: unknown field`);
  };
}

const split = literal("train", "test");
const choice = literal("auto", "webgpu", "cpu", "webgpu_software", "auto_software");
// Only what all errors share: the fields of each kind have their own test against the texts.
const error = object<{ kind: string; message: string }>({ kind: string, message: string }, true) as unknown as Check<ReceptiveError>;
const layer = object<{ op?: string; name?: string }>({ op: optional(string), name: optional(string) }, true) as unknown as Check<LayerSpec>;

const optimizer = object<OptimizerSpec>({
  type: optional(literal("sgd", "adam", "adamw", "rmsprop")),
  learning_rate: optional(number),
  weight_decay: optional(number),
  clip_grad_norm: optional(nullable(number)),
  decay: optional(literal("all", "weights")),
  momentum: optional(number),
  nesterov: optional(boolean),
  dampening: optional(number),
  betas: optional(array(number)),
  amsgrad: optional(boolean),
  eps: optional(number),
  alpha: optional(number),
  centered: optional(boolean),
});
const schedule = object<ScheduleSpec>({
  type: optional(literal("constant", "step", "multi_step", "exponential", "cosine", "polynomial", "one_cycle")),
  warmup: optional(number),
  start_factor: optional(number),
  step_size: optional(number),
  milestones: optional(array(number)),
  gamma: optional(number),
  T_max: optional(number),
  eta_min: optional(number),
  total: optional(number),
  power: optional(number),
  pct_start: optional(number),
  anneal_strategy: optional(literal("cos", "linear")),
  div_factor: optional(number),
  final_div_factor: optional(number),
  three_phase: optional(boolean),
  cycle_momentum: optional(boolean),
  base_momentum: optional(number),
  max_momentum: optional(number),
});
const augmentation = object<AugmentationSpec>({
  shift: optional(whole),
  rotation_degrees: optional(number),
  scale: optional(number),
  elastic: optional(object<{ alpha?: number; sigma?: number }>({ alpha: optional(number), sigma: optional(number) })),
  erase: optional(
    object<NonNullable<AugmentationSpec["erase"]>>({
      probability: optional(number),
      smallest: optional(number),
      largest: optional(number),
      aspect: optional(number),
      fill: optional(literal("noise", "background")),
    }),
  ),
});
const training = object<TrainingSpec>({
  batch_size: optional(whole),
  epochs: optional(whole),
  seed: optional(whole),
  init: optional(literal("pytorch", "kaiming")),
  schedule: optional(schedule),
  optimizer: optional(optimizer),
  augmentation: optional(augmentation),
});
const idx = object<IdxData>({
  type: literal("idx"),
  classes: whole,
  mean: optional(number),
  std: optional(number),
  crc32: optional(string),
});
const dataSet: Check<NonNullable<Spec["data"]>> = (value, path, wrong) =>
  typeof value === "object" ? idx(value, path, wrong) : literal("mnist", "cluttered_mnist")(value, path, wrong);
export const spec = object<Spec>({
  version: literal(1),
  name: optional(string),
  input: array(whole),
  data: optional(dataSet),
  layers: array(layer),
  loss: optional(string),
  training: optional(training),
});
const preset = object<Preset>({ name: string, title: string, family: string, spec });
const node = object<NodeDescription>({
  name: string,
  op: string,
  inputs: array(string),
  head: nullable(string),
  path: string,
  error: nullable(error as Check<PackageError>),
  output_shape: array(whole),
  params: whole,
  params_arithmetic: string,
  macs: whole,
  activation_bytes: whole,
  training_activation_bytes: whole,
  receptive_field: pair(whole),
  receptive_field_unbounded: pair(whole),
  jump: pair(number),
  centre: pair(number),
  aligned: boolean,
});
const group = object<GroupDescription>({
  name: string,
  kind: literal("stage", "residual", "parallel", "branch", "repeat", "join", "head"),
  path: string,
  depth: whole,
  first_node: whole,
  nodes: whole,
  output_shape: array(whole),
  params: whole,
  macs: whole,
  activation_bytes: whole,
  training_activation_bytes: whole,
});
const description = object<NetworkDescription>({
  name: string,
  nodes: array(node),
  groups: array(group),
  totals: object<NetworkDescription["totals"]>({
    params: whole,
    macs: whole,
    head_params: whole,
    head_macs: whole,
    activation_bytes: whole,
    training_activation_bytes: whole,
    inference_bytes: whole,
    training_bytes: nullable(whole),
  }),
  training_refused: nullable(error as Check<PackageError>),
});
const metrics = object<Metrics>({
  step: whole,
  epoch: whole,
  epochs: whole,
  images_seen: whole,
  images_in_use: whole,
  images_total: whole,
  loss: number,
  top1: share,
  top5: share,
  images_per_second: number,
  seconds: number,
  progress: share,
  seconds_left: nullable(number),
  learning_rate: number,
  speed_up: nullable(number),
});
const evaluation = object<Evaluation>({
  step: whole,
  epoch: whole,
  split,
  count: whole,
  loss: number,
  top1: share,
  top5: share,
  mean_iou: nullable(share),
  confusion: nullable(array(array(whole))),
});
const race = object<Race>({ cpu_ms: number, webgpu_ms: number });
const backend = object<BackendStatus>({
  requested: choice,
  backend: literal("webgpu", "cpu"),
  kernels: literal("wgsl", "simd128", "relaxed_simd", "scalar"),
  adapter: nullable(string),
  software: boolean,
  reason: nullable(error),
  race: nullable(race),
});
const scene = object<Scene>({ picture: bytes, digit: bytes, mask: bytes });
const restoration = object<Restoration>({
  step: whole,
  epoch: whole,
  epochs_done: whole,
  note: nullable(string),
  kept: array(string),
  fresh: array(string),
  taken_off: array(string),
  not_finite: array(object<NotFinite>({ name: string, count: whole })),
  other_data: boolean,
});
const namedBytes = object<NamedBytes>({ name: string, bytes });

type Ask<T extends RequestType> = Extract<RequestBody, { type: T }>;
const requests: { [T in RequestType]: Check<Ask<T>> } = {
  compile: object<Ask<"compile">>({
    type: literal("compile"),
    run: string,
    spec,
    backend: choice,
    workers: optional(whole),
    cpu_ms: optional(number),
    webgpu_ms: optional(number),
    bytes: optional(bytes),
  }),
  start: object<Ask<"start">>({ type: literal("start"), epochs: optional(whole), wait_for_all: optional(boolean) }),
  pause: object({ type: literal("pause") }),
  resume: object({ type: literal("resume") }),
  step: object<Ask<"step">>({ type: literal("step"), count: optional(whole) }),
  reset: object<Ask<"reset">>({ type: literal("reset"), seed: optional(whole) }),
  set: object<Ask<"set">>({
    type: literal("set"),
    learning_rate: optional(number),
    momentum: optional(number),
    weight_decay: optional(number),
  }),
  evaluate: object({ type: literal("evaluate"), split }),
  predict: object<Ask<"predict">>({ type: literal("predict"), pixels: bytes, split: optional(split), index: optional(whole) }),
  sample: object({ type: literal("sample"), split, index: whole }),
  checkpoint: object<Ask<"checkpoint">>({ type: literal("checkpoint"), note: optional(string) }),
  predictions: object({ type: literal("predictions"), split }),
  look: object<Ask<"look">>({
    type: literal("look"),
    nodes: array(string),
    what: literal("activations", "gradients"),
    pixels: bytes,
    label: optional(whole),
    split: optional(split),
    index: optional(whole),
  }),
  weights: object({ type: literal("weights"), node: string }),
  field: object<Ask<"field">>({
    type: literal("field"),
    node: string,
    unit: array(whole),
    pixels: bytes,
    split: optional(split),
    index: optional(whole),
  }),
  instrument: object({ type: literal("instrument"), instrument: string, ask: anObject }),
  dispose: object({ type: literal("dispose") }),
  presets: object({ type: literal("presets") }),
  load_data: object<Ask<"load_data">>({ type: literal("load_data"), base: optional(string) }),
  load_files: object<Ask<"load_files">>({
    type: literal("load_files"),
    train_images: namedBytes,
    train_labels: namedBytes,
    test_images: optional(namedBytes),
    test_labels: optional(namedBytes),
  }),
  turn_letters: object({ type: literal("turn_letters") }),
  ping: object({ type: literal("ping") }),
};

const facts = object<DataFacts>({
  height: whole,
  width: whole,
  classes: whole,
  mean: number,
  std: number,
  crc32: string,
  letters: boolean,
});
const filesLoaded = object({ type: literal("data_loaded"), train: whole, test: whole, facts: nullable(facts) });

const replies: { [K in RequestType]: Check<Replies[K]> } = {
  compile: object({ type: literal("compiled"), run: string, description, backend, workers: whole, restored: nullable(restoration) }),
  start: object({ type: literal("started"), run: string }),
  pause: object({ type: literal("paused"), run: string, step: whole }),
  resume: object({ type: literal("resumed"), run: string }),
  step: object({ type: literal("stepped"), run: string, metrics }),
  reset: object({ type: literal("reset"), run: string, seed: whole }),
  set: object({ type: literal("set"), run: string, learning_rate: number, momentum: nullable(number), weight_decay: number }),
  evaluate: object({ type: literal("evaluated"), run: string, evaluation }),
  predict: object({ type: literal("predicted"), run: string, logits: array(number), probabilities: array(share), scene: nullable(scene) }),
  sample: object({ type: literal("sample"), pixels: bytes, label: whole, index: whole, total: whole }),
  checkpoint: object({ type: literal("checkpoint"), run: string, step: whole, epoch: whole, bytes }),
  predictions: object({
    type: literal("predictions"),
    run: string,
    predictions: object<Predictions>({
      split,
      step: whole,
      labels: bytes,
      first: bytes,
      second: bytes,
      probabilities: floats,
      losses: floats,
    }),
  }),
  look: object({
    type: literal("looked"),
    run: string,
    step: whole,
    maps: array(object<NodeMaps>({ node: string, shape: array(whole), values: floats })),
    range: pair(number),
  }),
  weights: object({
    type: literal("weights"),
    run: string,
    step: whole,
    tensors: array(object<NodeTensor>({ name: string, shape: array(whole), values: floats })),
  }),
  field: object({ type: literal("field"), run: string, step: whole, gradient: floats, rows: pair(whole), columns: pair(whole) }),
  instrument: object({ type: literal("instrument"), run: string, step: whole, answer: anObject }),
  dispose: object({ type: literal("disposed") }),
  presets: object({ type: literal("presets"), presets: array(preset) }),
  load_data: filesLoaded,
  load_files: filesLoaded,
  turn_letters: filesLoaded,
  ping: object({ type: literal("pong") }),
};
const errorReply = object<{ type: "error"; error: ReceptiveError }>({ type: literal("error"), error });

const events: { [T in TrainerEventType]: Check<EventOf<T>> } = {
  metrics: object({ type: literal("metrics"), run: string, metrics }),
  evaluation: object({ type: literal("evaluation"), run: string, evaluation }),
  epoch: object({
    type: literal("epoch"),
    run: string,
    epoch: whole,
    train_loss: number,
    train_top1: share,
    test_loss: nullable(number),
    test_top1: nullable(share),
    test_top5: nullable(share),
    seconds: number,
    images_per_second: number,
    test_mean_iou: nullable(share),
  }),
  done: object({ type: literal("done"), run: string, step: whole }),
  failed: object({ type: literal("failed"), run: nullable(string), error }),
  backend: object({ type: literal("backend"), run: string, backend }),
  preparing: object({ type: literal("preparing"), done: whole, total: whole }),
  engine_loading: object({ type: literal("engine_loading"), loaded: whole, total: whole }),
  engine_ready: object({ type: literal("engine_ready"), kernels: literal("simd128", "relaxed_simd") }),
  data: object({ type: literal("data"), split, images: whole, total: whole }),
  data_loading: object({ type: literal("data_loading"), loaded: whole, total: whole }),
  data_failed: object({ type: literal("data_failed"), error }),
};

/** What is wrong with a message of a direction; empty when it is well formed. */
export function faults(direction: "request" | "reply" | "event", message: unknown): string[] {
  const wrong: string[] = [];
  if (typeof message !== "object" || message === null || !("type" in message)) return [`${direction}: no type in ${show(message)}`];
  const { id, ...body } = message as { id?: unknown; type: string };
  if (direction === "event" ? id !== undefined : !Number.isSafeInteger(id)) wrong.push(`${direction}.id: ${show(id)}`);
  const found = checkFor(direction, body.type);
  if (!found) wrong.push(`${direction}: unknown type ${show(body.type)}`);
  else found(body, `${direction} ${body.type}`, wrong);
  return wrong;
}

function checkFor(direction: "request" | "reply" | "event", type: string): Check<never> | undefined {
  const own = <T extends object>(table: T): Check<never> | undefined =>
    Object.hasOwn(table, type) ? (table[type as keyof T] as Check<never>) : undefined;
  if (direction === "request") return own(requests);
  if (direction === "event") return own(events);
  if (type === "error") return errorReply as Check<never>;
  return replyByType.get(type);
}

const replyNames: { [T in RequestType]: Replies[T]["type"] } = {
  compile: "compiled",
  start: "started",
  pause: "paused",
  resume: "resumed",
  step: "stepped",
  reset: "reset",
  set: "set",
  evaluate: "evaluated",
  predict: "predicted",
  sample: "sample",
  checkpoint: "checkpoint",
  predictions: "predictions",
  look: "looked",
  weights: "weights",
  field: "field",
  instrument: "instrument",
  dispose: "disposed",
  presets: "presets",
  load_data: "data_loaded",
  load_files: "data_loaded",
  turn_letters: "data_loaded",
  ping: "pong",
};
const replyByType = new Map<string, Check<never>>(
  (Object.keys(replyNames) as RequestType[]).map((request) => [replyNames[request], replies[request] as Check<never>]),
);
