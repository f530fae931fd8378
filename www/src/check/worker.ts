/** The worker of the page `check/`: one batch, the same weights, on every backend that this browser has. */
import type { CheckDifference, CheckStep } from "../../../src/web/types.d.ts";
import type { ReceptiveError } from "../engine/errors.ts";
import { toReceptiveError } from "../engine/errors.ts";
import type { BackendChoice, BackendStatus, NetworkDescription, Preset, Spec } from "../engine/protocol.ts";
import { answerInTurn } from "../engine/worker/answering.ts";
import { fetchManifest, fetchShard } from "../engine/worker/data.ts";
import { loadEngine } from "../engine/worker/engine.ts";
import type { Patience } from "./measure.ts";
import { resolution, timed } from "./measure.ts";
import type { BackendId, BackendResult, CheckMessage, CheckReplies, CheckRequest, Progress, Stage, Timing } from "./protocol.ts";
import { BACKENDS } from "./protocol.ts";

/** The part of a dedicated worker's scope used here; the project's `lib` is the page's. */
interface WorkerScope {
  postMessage(message: CheckMessage): void;
  addEventListener(type: "message", listener: (event: MessageEvent<CheckRequest>) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

/** What this page's package exports, as far as it is used. `USED_BY_CHECK` in tools/package.mjs. */
interface CheckPackage {
  presets(): Preset[];
  describe(spec: Spec): NetworkDescription;
  Check: {
    create(spec: Spec, backend: CheckedBackend, shard: Uint8Array, file: string): Promise<Check>;
    exact(spec: Spec, shard: Uint8Array, file: string): Promise<Check>;
  };
}

/** The trainer's page has no scalar kernels to choose. */
type CheckedBackend = BackendChoice | "scalar";

interface Check {
  readonly backend: BackendStatus | null;
  readonly steps: CheckStep[];
  run(times: number): Promise<number>;
  time(step: number, repeats: number, samples: number): Promise<Float64Array>;
  results(): Promise<CheckResults>;
  free(): void;
}

interface CheckResults {
  readonly loss: number;
  differences(reference: CheckResults, exact: CheckResults): CheckDifference[];
  free(): void;
}

type Report = (progress: Progress) => void;

interface Images {
  file: string;
  bytes: Uint8Array;
}

let engine: Promise<CheckPackage> | null = null;
let images: Promise<Images> | null = null;

const stage = (report: Report, stage: Stage): void => report({ kind: "stage", stage });

function opened(report: Report): Promise<CheckPackage> {
  engine ??= loadEngine((loaded, total) => stage(report, { at: "engine", loaded, total })).then(
    (loaded) => loaded.package as unknown as CheckPackage,
  );
  return engine;
}

/** The first shard of the training images, which the trainer's page loads, too. */
function loaded(report: Report): Promise<Images> {
  const load = async (): Promise<Images> => {
    const base = new URL("../data/", import.meta.url);
    const { signal } = new AbortController();
    const {
      train: {
        shards: [shard],
      },
    } = await fetchManifest(new URL("manifest.json", base), signal);
    if (!shard) throw new Error("manifest.json lists no training images");
    const bytes = await fetchShard(
      new URL(shard.file, base),
      shard,
      (loaded) => stage(report, { at: "data", loaded, total: shard.bytes }),
      signal,
    );
    return { file: shard.file, bytes };
  };
  images ??= load();
  return images;
}

/** Milliseconds that a sample should take, so that the clock's steps are a twentieth of it at most. */
const leastSample = (least: number): number => Math.max(least, 20 * resolution(() => performance.now()));

/** A batch is timed in windows, as training runs: a GPU gets a few steps ahead. */
const ofBatch = (): Patience => ({ sample: leastSample(100), budget: 4000, repeats: 64, overhead: false });
const ofStep = (backend: BackendId): Patience =>
  backend === "webgpu"
    ? { sample: leastSample(10), budget: 1000, repeats: 1024, overhead: true }
    : { sample: leastSample(2), budget: 1000, repeats: 4096, overhead: false };

/** WebGPU on hardware; where there is none, on a program: right, and slow. */
async function open(package_: CheckPackage, backend: BackendId, spec: Spec, { bytes, file }: Images): Promise<Check> {
  const create = (choice: CheckedBackend): Promise<Check> => package_.Check.create(spec, choice, bytes, file);
  if (backend !== "webgpu") return create(backend === "simd" ? "cpu" : "scalar");
  return create("webgpu").catch((thrown: unknown) => {
    if ((thrown as Partial<ReceptiveError> | null)?.kind === "software_adapter") return create("webgpu_software");
    throw thrown;
  });
}

async function resultsOf(check: Check): Promise<CheckResults> {
  await check.run(1);
  return check.results();
}

/** Everything of one backend. What it has found so far is reported as soon as it is known. */
async function examine(
  check: Check,
  result: BackendResult,
  compare: (results: CheckResults) => CheckDifference[],
  report: Report,
): Promise<void> {
  const { id } = result;
  const found = (more: Partial<BackendResult>): void => report({ kind: "result", result: Object.assign(result, more) });
  found({ status: check.backend });
  stage(report, { at: "comparing", backend: id });
  const results = await resultsOf(check);
  found({ loss: results.loss, differences: compare(results) });
  stage(report, { at: "speed", backend: id });
  found({
    batch: await timed(async (repeats, samples) => {
      const times: number[] = [];
      for (let sample = 0; sample < samples; sample++) times.push(await check.run(repeats));
      return times;
    }, ofBatch()),
  });
  const { steps } = check;
  const patience = ofStep(id);
  const times: Timing[] = [];
  for (const [step] of steps.entries()) {
    stage(report, { at: "layers", backend: id, done: step, of: steps.length });
    times.push(await timed(async (repeats, samples) => [...(await check.time(step, repeats, samples))], patience));
  }
  found({ steps, times });
}

async function check(spec: Spec, report: Report): Promise<CheckReplies["check"]> {
  const [package_, shard] = await Promise.all([opened(report), loaded(report)]);
  report({ kind: "network", network: package_.describe(spec) });
  stage(report, { at: "exact" });
  const precise = await package_.Check.exact(spec, shard.bytes, shard.file);
  const exact = await resultsOf(precise);
  precise.free();
  /** Of double precision, of the reference, of the others. */
  const kept = [exact];
  for (const id of BACKENDS) {
    const result: BackendResult = { id, status: null, error: null, loss: null, differences: [], batch: null, steps: [], times: [] };
    stage(report, { at: "opening", backend: id });
    try {
      const opened = await open(package_, id, spec, shard);
      const compare = (results: CheckResults): CheckDifference[] => {
        kept.push(results);
        // The reference itself is shown beside what it is a rounding of.
        if (id === BACKENDS[0]) return results.differences(exact, exact);
        return results.differences(kept[1] ?? exact, exact);
      };
      // Its memory is for the next: a GPU's would stay until the garbage collector comes.
      await examine(opened, result, compare, report).finally(() => opened.free());
    } catch (thrown) {
      // Without the reference, or with an engine that has crashed, there is nothing to go on with.
      const error = toReceptiveError(thrown, "panic");
      if (kept.length < 2 || error.kind === "panic") throw thrown;
      report({ kind: "result", result: { ...result, error } });
    }
  }
  for (const results of kept) results.free();
  return {};
}

async function answer(request: CheckRequest): Promise<CheckMessage> {
  const { id } = request;
  const report: Report = (progress) => scope.postMessage({ id, type: "progress", progress });
  switch (request.type) {
    case "open":
      return { id, type: "reply", to: "open", reply: { presets: (await opened(report)).presets() } };
    case "check":
      return { id, type: "reply", to: "check", reply: await check(request.spec, report) };
  }
}

// One after the other: what runs beside a measurement changes it.
answerInTurn(scope, () => engine, answer);
