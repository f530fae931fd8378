/** Loads the engine's wasm package beside the worker's script: the fastest build this browser can run. */
import { relaxedSimd, simd } from "wasm-feature-detect";
import type {
  DataFacts,
  Examination,
  OwnData,
  RankedClass,
  ReplicaDone,
  ReplicaTask,
  ReplicaWorkers,
  WeightsReport,
} from "../../../../src/web/types.d.ts";
import { ReceptiveFailure } from "../errors.ts";
import type { BackendChoice, BackendStatus, Preset, Spec, Split } from "../protocol.ts";

/** What the package exports, as far as the workers use it. */
export interface EnginePackage {
  default(options: { module_or_path: Response | Promise<Response> }): Promise<unknown>;
  presets(): Preset[];
  /** `loaded`: what the user's files hold; without, MNIST is what it is to learn from. */
  examine(spec: Spec, loaded: DataFacts | null | undefined): Examination;
  shortSpec(spec: Spec): object;
  /** Throws a ReceptiveError object. */
  longSpec(short: unknown): Spec;
  /** With workers, a batch can be shared between several. */
  Session: new (
    emit: (event: unknown) => void,
    workers?: ReplicaStarter,
  ) => Session;
  Replica: { create(spec: Spec): Promise<Replica> };
  Network: { create(spec: Spec, backend: BackendChoice): Promise<Network> };
  topClasses(logits: Float32Array, count: number): RankedClass[];
}

/** A network that only computes. */
export interface Network {
  readonly backend: BackendStatus;
  drawWeights(seed: number): Promise<void>;
  loadWeights(file: Blob, progress?: (loaded: number, total: number) => void): Promise<WeightsReport>;
  forward(image: Float32Array): Promise<{ shape: number[]; logits: Float32Array }>;
  free(): void;
}

/** Other workers, as the engine drives them, with specifications of the page's type. */
export type ReplicaStarter = Omit<ReplicaWorkers, "start"> & {
  start(spec: Spec, places: Uint32Array, images: Uint32Array): Promise<boolean>;
};

/** A network that computes gradients for another worker's run. */
export interface Replica {
  run(task: ReplicaTask): ReplicaDone;
}

export interface Session {
  handle(request: unknown): Promise<unknown>;
  /** A decompressed shard; throws a ReceptiveError object and changes nothing if it is damaged. */
  addShard(split: Split, bytes: Uint8Array, file: string): { images: number; total: number };
  /** Replaces the data set, for networks compiled from now on; without test files the test images stay. Throws and changes nothing if a file is not sound. */
  loadIdx(
    trainImages: Uint8Array,
    trainLabels: Uint8Array,
    testImages: Uint8Array | undefined,
    testLabels: Uint8Array | undefined,
    names: string[],
  ): OwnData;
  /** Turns EMNIST's letters upright and counts them from 0. Throws and changes nothing for other images. */
  turnLetters(): OwnData;
  /** Forgets the images. */
  clearData(): void;
  free(): void;
}

export type Kernels = "simd128" | "relaxed_simd";

export interface Engine {
  kernels: Kernels;
  package: EnginePackage;
}

/** Whether a policy keeps this page from compiling what any browser with WebAssembly can: a module of nothing but its version. */
function isBlocked(): boolean {
  try {
    return typeof WebAssembly !== "undefined" && !new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  } catch {
    return true;
  }
}

/** @throws ReceptiveFailure `wasm_blocked`, `no_simd`, `fetch_failed` or `engine_failed`. */
export async function loadEngine(progress: (loaded: number, total: number) => void): Promise<Engine> {
  if (isBlocked()) throw new ReceptiveFailure({ kind: "wasm_blocked", message: "a policy forbids WebAssembly here" });
  if (typeof WebAssembly === "undefined" || !(await simd()))
    throw new ReceptiveFailure({ kind: "no_simd", message: "this browser has no WebAssembly SIMD" });
  const kernels: Kernels = (await relaxedSimd()) ? "relaxed_simd" : "simd128";
  const folder = new URL(kernels === "relaxed_simd" ? "./pkg/relaxed/" : "./pkg/", import.meta.url);
  const wasm = fetchWithProgress(new URL("receptive_bg.wasm", folder), progress);
  wasm.catch(() => undefined); // its failure is seen where it is awaited
  const script = new URL("receptive.js", folder).href;
  const loaded = (await import(script)) as EnginePackage;
  await loaded.default({ module_or_path: await wasm });
  return { kernels, package: loaded };
}

/** A response whose body reports how far it has come. The type is set so that the wasm compiles while it arrives, whatever the server calls it. */
async function fetchWithProgress(address: URL, progress: (loaded: number, total: number) => void): Promise<Response> {
  const file = address.pathname.split("/").at(-1) ?? address.href;
  const response = await fetch(address).catch(() => {
    throw new ReceptiveFailure({ kind: "fetch_failed", message: `${file}: the network gave no answer`, file, status: 0 });
  });
  if (!response.ok || !response.body) {
    throw new ReceptiveFailure({ kind: "fetch_failed", message: `${file}: status ${response.status}`, file, status: response.status });
  }
  // A compressed answer's length is not the length of what comes out of it.
  const total = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length") ?? 0);
  let loaded = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        progress(loaded, total);
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted, { headers: { "content-type": "application/wasm" } });
}
