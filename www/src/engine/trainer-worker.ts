/** The worker: loads the engine, hands it requests, hands its events on. Everything here is plumbing; training itself is `src/run`. */

import { throttle } from "../lib/throttle.ts";
import { createModuleWorker } from "./create-worker.ts";
import type { ReceptiveError } from "./errors.ts";
import { toReceptiveError } from "./errors.ts";
import type { ReplyBody, Request, TrainerEvent, WorkerMessage } from "./protocol.ts";
import type { Counts } from "./worker/data.ts";
import { loadFiles, loadShards } from "./worker/data.ts";
import type { Engine, Session } from "./worker/engine.ts";
import { loadEngine } from "./worker/engine.ts";
import { REPLICA, ReplicaWorkers, serveReplica } from "./worker/replicas.ts";

/** The part of a dedicated worker's scope used here; the project's `lib` is the page's. */
interface WorkerScope {
  readonly name: string;
  postMessage(message: WorkerMessage, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

const emit = (event: TrainerEvent): void => scope.postMessage(event);

/** Workers that share this one's batches run the same script. */
const isReplica = scope.name === REPLICA;

const engine: Promise<Engine> = loadEngine(
  isReplica ? () => {} : throttle((loaded, total) => emit({ type: "engine_loading", loaded, total })),
);
const replicas = new ReplicaWorkers(() => createModuleWorker(new URL(import.meta.url), REPLICA));
const session: Promise<Session> = engine.then((loaded) => {
  if (!isReplica) emit({ type: "engine_ready", kernels: loaded.kernels });
  return new loaded.package.Session((event) => emit(event as TrainerEvent), replicas);
});
// Each request that needs the engine reports its failure; without one there is nobody to tell.
session.catch(() => undefined);

let loading: AbortController | null = null;
const have: Counts = { train: 0, test: 0 };
/** The user's files have taken the place of the shards. */
let hasFiles = false;

async function loadData(base: string | undefined): Promise<ReplyBody> {
  loading?.abort(new DOMException("a newer request loads the data", "AbortError"));
  const own = (loading = new AbortController());
  try {
    if (hasFiles) {
      (await session).clearData();
      Object.assign(have, { train: 0, test: 0 });
      hasFiles = false;
    }
    await loadShards(session, new URL(base ?? "./data/", import.meta.url), have, emit, own.signal);
    return { type: "data_loaded", ...have, facts: null };
  } catch (thrown) {
    if (own.signal.aborted) return { type: "error", error: { kind: "worker_stopped", message: "a newer request loads the data" } };
    const failedEngine = await engineFailed();
    const error = toReceptiveError(thrown, failedEngine ? "engine_failed" : "panic");
    // Without an engine that is what the page must hear of; the data had nowhere to go.
    if (!failedEngine) emit({ type: "data_failed", error });
    return { type: "error", error };
  }
}

async function answer(request: Request): Promise<ReplyBody> {
  switch (request.type) {
    case "ping":
      return { type: "pong" };
    case "presets":
      return { type: "presets", presets: (await engine).package.presets() };
    case "load_data":
      return loadData(request.base);
    case "load_files": {
      const loaded = await loadFiles(await session, request);
      // Shards that still arrive do not belong to the user's set.
      loading?.abort(new DOMException("the user's files take their place", "AbortError"));
      hasFiles = true;
      return { type: "data_loaded", ...loaded };
    }
    case "turn_letters":
      return { type: "data_loaded", ...(await session).turnLetters() };
    case "compile":
    case "start":
    case "pause":
    case "resume":
    case "step":
    case "reset":
    case "set":
    case "evaluate":
    case "predict":
    case "sample":
    case "checkpoint":
    case "predictions":
    case "look":
    case "weights":
    case "field":
    case "instrument":
    case "dispose":
      return withFloats((await (await session).handle(request)) as ReplyBody);
    default:
      request satisfies never;
      return malformed(request);
  }
}

/** Floats come from the engine as their bytes. */
function floats(bytes: ArrayLike<number>): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes as Uint8Array;
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function withFloats(reply: ReplyBody): ReplyBody {
  switch (reply.type) {
    case "looked":
      return { ...reply, maps: reply.maps.map((map) => ({ ...map, values: floats(map.values) })) };
    case "weights":
      return { ...reply, tensors: reply.tensors.map((tensor) => ({ ...tensor, values: floats(tensor.values) })) };
    case "field":
      return { ...reply, gradient: floats(reply.gradient) };
    case "predictions": {
      const { predictions } = reply;
      return {
        ...reply,
        predictions: { ...predictions, probabilities: floats(predictions.probabilities), losses: floats(predictions.losses) },
      };
    }
    default:
      return reply;
  }
}

function malformed(request: unknown): ReplyBody {
  const reason = `no request of type ${String((request as { type?: unknown }).type)}`;
  return { type: "error", error: { kind: "malformed_request", message: reason, reason } };
}

async function engineFailed(): Promise<boolean> {
  return session.then(
    () => false,
    () => true,
  );
}

function serve({ data: request }: MessageEvent<Request>): void {
  void answer(request)
    .catch(async (thrown: unknown): Promise<ReplyBody> => {
      // Before the engine runs a failure is one of loading it; afterwards, whatever is thrown without a kind is a trap in the wasm.
      return { type: "error", error: toReceptiveError(thrown, (await engineFailed()) ? "engine_failed" : "panic") };
    })
    .then((reply) => scope.postMessage({ ...reply, id: request.id }));
}

/** A panic outside any request, in the middle of training: the page must hear of it. */
function reportPanic(thrown: unknown): void {
  const error: ReceptiveError = toReceptiveError(thrown, "panic");
  emit({ type: "failed", run: null, error });
}

if (isReplica) {
  serveReplica(globalThis as unknown as Parameters<typeof serveReplica>[0], engine);
} else {
  scope.addEventListener("message", serve);
  scope.addEventListener("error", (event) => {
    event.preventDefault();
    reportPanic(event.error ?? event.message);
  });
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    reportPanic(event.reason);
  });
}
