/**
 * A worker that speaks the protocol and computes nothing, for tests of what the page does when things go wrong: states a sound engine never
 * gets into. It is bundled by the tests only, in place of the real one. `SCENARIO` is set when it is bundled.
 */
import type { EventOf, Metrics, NetworkDescription, ReplyBody, Request, Spec, TrainerEvent } from "../../src/engine/protocol.ts";

type Scenario = "train" | "slow_data" | "data_failed" | "no_engine" | "silent" | "panic" | "diverge" | "device_lost" | "guessing";
declare const SCENARIO: Scenario;

const scope = globalThis as unknown as {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
};
const emit = (event: TrainerEvent): void => scope.postMessage(event);

const spec: Spec = {
  version: 1,
  name: "LeNet-5",
  input: [1, 28, 28],
  layers: [
    { op: "conv2d", name: "conv1", out_channels: 6, kernel_size: 5, padding: 2 },
    { op: "relu", name: "relu1" },
    { op: "max_pool2d", name: "pool1", kernel_size: 2 },
    { op: "conv2d", name: "conv2", out_channels: 16, kernel_size: 5 },
    { op: "relu", name: "relu2" },
    { op: "max_pool2d", name: "pool2", kernel_size: 2 },
    { op: "flatten", name: "flatten" },
    { op: "linear", name: "fc1", out_features: 120 },
    { op: "relu", name: "relu3" },
    { op: "linear", name: "fc2", out_features: 84 },
    { op: "relu", name: "relu4" },
    { op: "linear", name: "fc3", out_features: 10 },
  ],
  training: { batch_size: 64, epochs: 3, seed: 1, init: "pytorch", optimizer: { type: "sgd", learning_rate: 0.02, momentum: 0.9 } },
};
const at = (name: string): string => `layers[${spec.layers.findIndex((layer) => layer.name === name)}]`;
const row = (
  name: string,
  op: string,
  output_shape: number[],
  params: number,
  macs: number,
  field: number,
): NetworkDescription["nodes"][number] => ({
  name,
  op,
  inputs: [],
  head: null,
  path: at(name),
  error: null,
  output_shape,
  params,
  params_arithmetic: "",
  macs,
  activation_bytes: 4 * output_shape.reduce((a, b) => a * b),
  training_activation_bytes: 8 * output_shape.reduce((a, b) => a * b),
  receptive_field: [field, field],
  receptive_field_unbounded: [field, field],
  jump: [1, 1],
  centre: [0, 0],
  aligned: true,
});
const description: NetworkDescription = {
  name: "LeNet-5",
  nodes: [
    row("conv1", "conv2d", [6, 28, 28], 156, 117_600, 5),
    row("relu1", "relu", [6, 28, 28], 0, 0, 5),
    row("pool1", "max_pool2d", [6, 14, 14], 0, 0, 6),
    row("conv2", "conv2d", [16, 10, 10], 2416, 240_000, 14),
    row("relu2", "relu", [16, 10, 10], 0, 0, 14),
    row("pool2", "max_pool2d", [16, 5, 5], 0, 0, 16),
    row("flatten", "flatten", [400], 0, 0, 16),
    row("fc1", "linear", [120], 48_120, 48_000, 28),
    row("relu3", "relu", [120], 0, 0, 28),
    row("fc2", "linear", [84], 10_164, 10_080, 28),
    row("relu4", "relu", [84], 0, 0, 28),
    row("fc3", "linear", [10], 850, 840, 28),
  ],
  groups: [],
  totals: {
    params: 61_706,
    macs: 416_520,
    head_params: 0,
    head_macs: 0,
    activation_bytes: 60_000,
    training_activation_bytes: 120_000,
    inference_bytes: 300_000,
    training_bytes: 9_100_000,
  },
  training_refused: null,
};

let run = "";
let step = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function metrics(): Metrics {
  const total = SCENARIO === "slow_data" ? 6000 : 60_000;
  const loss = SCENARIO === "guessing" ? Math.log(10) : 2.3 * Math.exp(-step / 90) + 0.06;
  return {
    step,
    epoch: 1,
    epochs: 3,
    images_seen: step * 64,
    images_in_use: total,
    images_total: 60_000,
    loss,
    top1: 1 - loss / 2.6,
    top5: 1,
    images_per_second: 10_412,
    seconds: step / 160,
    progress: Math.min(1, step / 2814),
    seconds_left: (2814 - step) / 160,
    learning_rate: 0.02,
    speed_up: null,
  };
}

function tick(): void {
  step += 30;
  if (SCENARIO === "silent")
    for (;;) {
      /* the page's watchdog is what is tested */
    }
  if (SCENARIO === "panic" && step > 60) {
    clearInterval(timer);
    return emit({ type: "failed", run: null, error: { kind: "panic", message: "index out of bounds", reason: "index out of bounds" } });
  }
  if (SCENARIO === "diverge" && step > 60) {
    clearInterval(timer);
    return emit({
      type: "failed",
      run,
      error: { kind: "non_finite", message: "", step, node: "conv2", what: "gradients", learning_rate: 0.5 },
    });
  }
  if (SCENARIO === "device_lost" && step === 90) {
    emit({
      type: "backend",
      run,
      backend: { ...status("auto"), reason: { kind: "device_lost", message: "", reason: "device destroyed" } },
    });
  }
  emit({ type: "metrics", run, metrics: metrics() });
  const loss = SCENARIO === "guessing" ? Math.log(10) : 2.1 * Math.exp(-step / 90) + 0.08;
  if (step % 120 === 0)
    emit({
      type: "evaluation",
      run,
      evaluation: { step, epoch: 1, split: "test", count: 1000, loss, top1: 1 - loss / 2.8, top5: 1, mean_iou: null, confusion: null },
    });
}

function status(requested: EventOf<"backend">["backend"]["requested"]): EventOf<"backend">["backend"] {
  return {
    requested,
    backend: "cpu",
    kernels: "relaxed_simd",
    adapter: null,
    software: false,
    reason: { kind: "no_webgpu", message: "" },
    race: null,
  };
}

function loadData(): ReplyBody {
  emit({ type: "data_loading", loaded: 0, total: 11_600_000 });
  if (SCENARIO === "data_failed") {
    const error = { kind: "fetch_failed", message: "", file: "train-0.bin", status: 503 } as const;
    emit({ type: "data_failed", error });
    return { type: "error", error };
  }
  const train = SCENARIO === "slow_data" ? 6000 : 60_000;
  emit({ type: "data", split: "train", images: train, total: 60_000 });
  emit({ type: "data", split: "test", images: 10_000, total: 10_000 });
  emit({ type: "data_loading", loaded: SCENARIO === "slow_data" ? 2_900_000 : 11_600_000, total: 11_600_000 });
  return { type: "data_loaded", train, test: 10_000, facts: null };
}

function answer(request: Request): ReplyBody {
  switch (request.type) {
    case "ping":
      return { type: "pong" };
    case "presets":
      if (SCENARIO === "no_engine") return { type: "error", error: { kind: "no_simd", message: "no SIMD" } };
      emit({ type: "engine_ready", kernels: "relaxed_simd" });
      return { type: "presets", presets: [{ name: "lenet5", title: "LeNet-5", family: "LeNet", spec }] };
    case "load_data":
      return loadData();
    case "load_files":
      return {
        type: "error",
        error: { kind: "bad_magic", message: "", file: request.train_images.name, offset: 0, found: 1, expected: 2051 },
      };
    case "turn_letters":
      return { type: "error", error: { kind: "no_letters", message: "" } };
    case "compile":
      run = request.run;
      step = 0;
      clearInterval(timer);
      return { type: "compiled", run, description, backend: status(request.backend), workers: request.workers ?? 1, restored: null };
    case "start":
      timer = setInterval(tick, 100);
      return { type: "started", run };
    case "resume":
      timer = setInterval(tick, 100);
      return { type: "resumed", run };
    case "pause":
      clearInterval(timer);
      return { type: "paused", run, step };
    case "step":
      step += 1;
      return { type: "stepped", run, metrics: metrics() };
    case "reset":
      clearInterval(timer);
      step = 0;
      return { type: "reset", run, seed: request.seed ?? 1 };
    case "set":
      return {
        type: "set",
        run,
        learning_rate: request.learning_rate ?? 0,
        momentum: request.momentum ?? 0,
        weight_decay: request.weight_decay ?? 0,
      };
    case "evaluate":
    case "checkpoint":
    case "predictions":
    case "look":
    case "weights":
    case "field":
    case "instrument":
      return { type: "error", error: { kind: "not_running", message: "" } };
    case "predict":
      return {
        type: "predicted",
        run,
        logits: Array(10).fill(0),
        probabilities: [0.01, 0.02, 0.03, 0.02, 0.01, 0.02, 0.01, 0.86, 0.01, 0.01],
        scene: null,
      };
    case "sample": {
      const pixels = new Uint8Array(784);
      for (let y = 5; y < 23; y++) for (let x = 12; x < 16; x++) pixels[y * 28 + x] = 230;
      return { type: "sample", pixels, label: 1, index: request.index, total: 10_000 };
    }
    case "dispose":
      return { type: "disposed" };
    default:
      return request satisfies never;
  }
}

scope.addEventListener("message", ({ data: request }) => scope.postMessage({ ...answer(request), id: request.id }));
