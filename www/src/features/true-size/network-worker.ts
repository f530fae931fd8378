/** A worker of its own for networks at true size: they take hundreds of megabytes and seconds, and training goes on meanwhile. */
import { ReceptiveFailure } from "../../engine/errors.ts";
import { answerInTurn } from "../../engine/worker/answering.ts";
import type { Engine, Network } from "../../engine/worker/engine.ts";
import { loadEngine } from "../../engine/worker/engine.ts";
import { throttle } from "../../lib/throttle.ts";
import type { Answer, NetworkMessage, NetworkReplies, NetworkRequest, NetworkRequests, Progress } from "./network-protocol.ts";
import type { Pixels } from "./true-size.ts";
import { centreCrop, classMap, likelihoodMap, normalized, resample, sharesOf, testPicture, toGrey } from "./true-size.ts";

/** The part of a dedicated worker's scope used here; the project's `lib` is the page's. */
interface WorkerScope {
  postMessage(message: NetworkMessage, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<NetworkRequest>) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

type Report = (progress: Progress) => void;

/** A picture's crop is drawn at most so large before it is scaled: more pixels than that change nothing that is seen. */
const LARGEST_SIDE = 4096;

async function decoded(file: File, width: number, height: number): Promise<{ pixels: Pixels; from: [number, number] }> {
  const unreadable = (thrown: unknown): never => {
    throw new ReceptiveFailure({ kind: "unreadable_picture", message: `${file.name}: ${String(thrown)}`, file: file.name });
  };
  const bitmap = await createImageBitmap(file).catch(unreadable);
  const from: [number, number] = [bitmap.width, bitmap.height];
  const { left, top, ...size } = centreCrop(...from, width, height);
  const shrink = Math.min(1, LARGEST_SIDE / Math.max(size.width, size.height));
  const [drawnWidth, drawnHeight] = [Math.max(Math.round(size.width * shrink), 1), Math.max(Math.round(size.height * shrink), 1)];
  const context = new OffscreenCanvas(drawnWidth, drawnHeight).getContext("2d", { willReadFrequently: true });
  if (!context) return unreadable("there is no canvas to draw it on");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, left, top, size.width, size.height, 0, 0, drawnWidth, drawnHeight);
  bitmap.close();
  const { data } = context.getImageData(0, 0, drawnWidth, drawnHeight);
  const drawn = { width: drawnWidth, height: drawnHeight, data: data as Pixels["data"] };
  return { pixels: resample(drawn, { left: 0, top: 0, width: drawnWidth, height: drawnHeight }, width, height), from };
}

async function picture({ file, input, inverted }: NetworkRequests["picture"]): Promise<NetworkReplies["picture"]> {
  const [channels = 1, height = 1, width = 1] = input;
  const { pixels, from } = file ? await decoded(file, width, height) : { pixels: testPicture(channels, width, height), from: null };
  if (channels === 1) toGrey(pixels, inverted);
  return { pixels, from };
}

let engine: Promise<Engine> | null = null;
/** What is said of a file of weights beside the answer. */
type OfFile = Pick<Answer, "ignored" | "takenOff" | "notFinite">;
/** The network that ran last, with its weights: another picture needs no new one. */
let held: { key: string; network: Network; file: OfFile } | null = null;

async function prepared(pack: Engine["package"], request: NetworkRequests["run"], report: Report): Promise<NonNullable<typeof held>> {
  if (held?.key === request.key) return held;
  // Its memory first: two of the largest do not fit side by side.
  held?.network.free();
  held = null;
  const network = await pack.Network.create(request.spec, request.backend);
  try {
    let file: OfFile = { ignored: [], takenOff: [], notFinite: [] };
    if ("file" in request.weights) {
      const loaded = await network.loadWeights(
        request.weights.file,
        throttle((loaded, total) => report({ stage: "weights", loaded, total })),
      );
      file = { ignored: loaded.ignored, takenOff: loaded.taken_off, notFinite: loaded.not_finite };
    } else {
      report({ stage: "drawing" });
      await network.drawWeights(request.weights.seed);
    }
    return (held = { key: request.key, network, file });
  } catch (thrown) {
    network.free();
    throw thrown;
  }
}

async function run(request: NetworkRequests["run"], report: Report): Promise<Answer> {
  engine ??= loadEngine(throttle((loaded, total) => report({ stage: "engine", loaded, total })));
  const { package: pack } = await engine;
  const { network, file } = await prepared(pack, request, report);
  report({ stage: "computing" });
  const image = normalized(request.pixels, request.normalization);
  const start = performance.now();
  const { shape, logits } = await network.forward(image);
  const seconds = (performance.now() - start) / 1000;
  const [classes = 0, height = 1, width = 1] = shape;
  if (shape.length === 1)
    return { backend: network.backend, seconds, ...file, result: { kind: "classes", top: pack.topClasses(logits, 5) } };
  const map = classMap(logits, classes);
  return {
    backend: network.backend,
    seconds,
    ...file,
    result: { kind: "map", width, height, map, shares: sharesOf(map, classes), likelihood: likelihoodMap(logits, classes, classes - 1) },
  };
}

async function answer(request: NetworkRequest): Promise<NetworkMessage> {
  const { id } = request;
  const report: Report = (progress) => scope.postMessage({ id, type: "progress", progress });
  switch (request.type) {
    case "picture":
      return { id, type: "reply", to: "picture", reply: await picture(request) };
    case "run":
      return { id, type: "reply", to: "run", reply: await run(request, report) };
  }
}

// One after the other: a network does one thing at a time.
answerInTurn(scope, () => engine, answer);
