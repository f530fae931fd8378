import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ReceptiveError } from "../src/engine/errors.ts";
import { ReceptiveFailure } from "../src/engine/errors.ts";
import type { RequestWorkerLike } from "../src/engine/request-client.ts";
import { RequestClient } from "../src/engine/request-client.ts";
import type {
  NetworkMessage,
  NetworkReplies,
  NetworkRequest,
  NetworkRequests,
  Progress,
} from "../src/features/true-size/network-protocol.ts";
import type { Pixels, TrueSizeNetworks } from "../src/features/true-size/true-size.ts";
import {
  byFamily,
  centreCrop,
  classMap,
  likelihoodMap,
  likelihoodPixels,
  mapPixels,
  normalized,
  originOf,
  resample,
  sharesOf,
  testPicture,
  toGrey,
} from "../src/features/true-size/true-size.ts";

type NetworkWorkerLike = RequestWorkerLike<NetworkMessage>;
type NetworkClient = RequestClient<NetworkRequests, NetworkReplies, Progress>;

import { spec } from "../src/engine/protocol-schema.ts";

const root = process.env.RECEPTIVE_ROOT ?? "..";

function pixels(width: number, height: number, at: (x: number, y: number) => readonly number[]): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) data.set(at(x, y), 4 * (y * width + x));
  return { width, height, data };
}
const red = ({ data }: Pixels): number[] => Array.from({ length: data.length / 4 }, (_, i) => data[4 * i] ?? 0);
const whole = ({ width, height }: Pixels) => ({ left: 0, top: 0, width, height });

test("the shorter side of a picture fits, and its middle is kept", () => {
  assert.deepEqual(centreCrop(640, 480, 224, 224), { left: 80, top: 0, width: 480, height: 480 });
  assert.deepEqual(centreCrop(100, 300, 50, 50), { left: 0, top: 100, width: 100, height: 100 });
  assert.deepEqual(centreCrop(1000, 1000, 20, 10), { left: 0, top: 250, width: 1000, height: 500 });
  assert.deepEqual(centreCrop(7, 7, 224, 224), { left: 0, top: 0, width: 7, height: 7 });
});

test("a picture in its own size is the same picture", () => {
  const picture = pixels(5, 4, (x, y) => [40 * x, 50 * y, x * y, 255]);
  assert.deepEqual(resample(picture, whole(picture), 5, 4), picture);
});

test("a part of it is that part", () => {
  const picture = pixels(8, 8, (x, y) => [16 * x + y, 0, 0, 255]);
  assert.deepEqual(red(resample(picture, { left: 2, top: 3, width: 2, height: 2 }, 2, 2)), [35, 51, 36, 52]);
});

test("no pixel is left out when a picture becomes smaller: fine stripes become grey", () => {
  const stripes = pixels(64, 64, (x) => (x % 2 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
  const small = red(resample(stripes, whole(stripes), 8, 8));
  assert.ok(
    small.every((value) => Math.abs(value - 127.5) < 6),
    small.join(),
  );
  const one = pixels(100, 100, (x, y) => (x === 50 && y === 50 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
  const mean = (of: Pixels): number => red(of).reduce((sum, value) => sum + value, 0) / red(of).length;
  assert.ok(mean(resample(one, whole(one), 10, 10)) > 0, "a single bright pixel is seen");
});

test("values between those of a small picture are mixed, and none is out of range", () => {
  const two = pixels(2, 1, (x) => [255 * x, 255 * x, 255 * x, 255]);
  const wide = red(resample(two, whole(two), 8, 1));
  assert.deepEqual([wide[0], wide.at(-1)], [0, 255]);
  assert.deepEqual(
    wide,
    wide.toSorted((a, b) => a - b),
  );
});

test("what is see-through stands on white", () => {
  const half = pixels(1, 1, () => [0, 0, 0, 128]);
  const [value] = red(resample(half, whole(half), 1, 1));
  assert.equal(value, 127);
  const clear = pixels(1, 1, () => [10, 20, 30, 0]);
  assert.deepEqual([...resample(clear, whole(clear), 1, 1).data], [255, 255, 255, 255]);
});

test("colours become grey by their brightness, or its opposite", () => {
  const picture = (): Pixels => pixels(1, 1, () => [255, 0, 0, 255]);
  const [grey, opposite] = [picture(), picture()];
  toGrey(grey, false);
  toGrey(opposite, true);
  assert.deepEqual([...grey.data], [76, 76, 76, 255]);
  assert.deepEqual([...opposite.data], [179, 179, 179, 255]);
});

test("values go in channel by channel, less the mean, by the deviation", () => {
  const picture = pixels(2, 1, (x) => (x ? [255, 0, 51, 255] : [0, 255, 102, 255]));
  const values = normalized(picture, { mean: [0.5, 0.25, 0], std: [0.5, 0.25, 0.1] });
  assert.deepEqual(
    [...values].map((value) => Math.round(value * 1e5) / 1e5),
    [-1, 1, 3, -1, 4, 2],
  );
  assert.equal(normalized(picture, { mean: [0.1307], std: [0.3081] }).length, 2);
});

test("the page's own pictures have the size that is asked for, and something on them", () => {
  for (const [channels, side] of [
    [3, 224],
    [1, 28],
    [1, 572],
  ] as const) {
    const picture = testPicture(channels, side, side);
    assert.equal(picture.data.length, side * side * 4);
    assert.ok(new Set(red(picture)).size > 4);
    assert.deepEqual(testPicture(channels, side, side), picture);
  }
});

test("each pixel has the class of its largest value, of equal ones the first", () => {
  const map = classMap(Float32Array.of(1, 5, 0, 2, 3, 0, 0, 9, 0), 3);
  assert.deepEqual([...map], [1, 2, 0]);
  assert.deepEqual(
    sharesOf(map, 3).map((share) => Math.round(share * 300)),
    [100, 100, 100],
  );
  assert.deepEqual(mapPixels(map, 3, 1).data.length, 12);
});

test("how likely a class is fills the scale from the least to the most", () => {
  // Two classes: the second is ahead by ln 1, ln 3 and ln 9.
  const likelihood = likelihoodMap(Float32Array.of(0, 0, 0, 0, Math.log(3), Math.log(9)), 2, 1);
  assert.deepEqual(
    [likelihood.least, likelihood.most].map((share) => Math.round(share * 1e6) / 1e6),
    [0.5, 0.9],
  );
  assert.deepEqual([...likelihood.levels], [0, Math.round((255 * 0.25) / 0.4), 255]);
  assert.deepEqual([...likelihoodPixels(likelihood, 3, 1).data.subarray(8)], [254, 232, 56, 255]);
  assert.deepEqual([...likelihoodMap(Float32Array.of(1, 1), 2, 0).levels], [0]);
});

test("the file of networks has all that the page shows", () => {
  const { networks, limit_bytes } = JSON.parse(readFileSync(join(root, "www/architectures.json"), "utf8")) as TrueSizeNetworks;
  assert.ok(networks.length > 25 && networks.every(({ bytes }) => bytes < limit_bytes));
  assert.equal(byFamily(networks).flatMap(([, members]) => members).length, networks.length);
  assert.deepEqual(
    byFamily(networks).map(([family]) => family),
    ["LeNet", "AlexNet", "ZFNet", "VGG", "Inception", "ResNet", "U-Net"],
  );
  const labels = networks.map((network) => `${network.title.replace(/ \(torchvision\)$/u, "")} ${originOf(network)}`);
  assert.equal(new Set(labels).size, labels.length, "no two look alike in the list");
  for (const network of networks) {
    const wrong: string[] = [];
    spec(network.spec, network.name, wrong);
    assert.deepEqual(wrong, []);
    assert.ok(network.params > 0 && network.macs > 0 && network.publication && [1, 3].includes(network.output.length), network.name);
    assert.equal(network.normalization.mean.length, network.spec.input[0]);
  }
  const find = (name: string): TrueSizeNetworks["networks"][number] | undefined => networks.find((network) => network.name === name);
  assert.deepEqual(find("torchvision/resnet152")?.normalization, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  for (const name of ["torchvision/googlenet", "torchvision/inception_v3"])
    assert.deepEqual(find(name)?.normalization.mean, [0.5, 0.5, 0.5]);
  assert.deepEqual(find("paper/lenet5_1998")?.output, [10]);
});

// ---- the client ----

class FakeWorker implements NetworkWorkerLike {
  sent: NetworkRequest[] = [];
  terminated = false;
  onmessage: NetworkWorkerLike["onmessage"] = null;
  onerror: NetworkWorkerLike["onerror"] = null;
  onmessageerror: NetworkWorkerLike["onmessageerror"] = null;
  postMessage(message: unknown): void {
    this.sent.push(message as NetworkRequest);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(message: NetworkMessage): void {
    this.onmessage?.({ data: message } as MessageEvent<NetworkMessage>);
  }
}

function client(): { client: NetworkClient; workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  const made = new RequestClient<NetworkRequests, NetworkReplies, Progress>(() => {
    workers.push(new FakeWorker());
    return workers.at(-1) as FakeWorker;
  });
  return { client: made, workers };
}

const asked = { file: null, input: [1, 2, 2], inverted: false };
const kindOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "fine",
    (thrown: unknown) => (thrown instanceof ReceptiveFailure ? thrown.error.kind : String(thrown)),
  );

test("no worker is made before something is asked, and one answers all", async () => {
  const { client: own, workers } = client();
  own.stop();
  assert.equal(workers.length, 0);
  const heard: Progress[] = [];
  const [first, second] = [own.request("picture", asked, (progress) => heard.push(progress)), own.request("picture", asked)];
  assert.equal(workers.length, 1);
  const [worker] = workers as [FakeWorker];
  const ids = worker.sent.map(({ id }) => id) as [number, number];
  worker.say({ id: ids[0], type: "progress", progress: { stage: "engine", loaded: 1, total: 2 } });
  for (const id of [ids[1], ids[0]])
    worker.say({ id, type: "reply", to: "picture", reply: { pixels: pixels(1, 1, () => [id]), from: [id, 1] } });
  assert.deepEqual(
    [(await first).from, (await second).from],
    [
      [ids[0], 1],
      [ids[1], 1],
    ],
  );
  assert.deepEqual(heard, [{ stage: "engine", loaded: 1, total: 2 }]);
});

test("stopping ends the worker and everything that is open; the next request has a new one", async () => {
  const { client: own, workers } = client();
  const open = kindOf(own.request("picture", asked));
  own.stop();
  assert.equal(await open, "worker_stopped");
  assert.ok(workers[0]?.terminated);
  void own.request("picture", asked);
  assert.equal(workers.length, 2);
});

test("a mistake of the user's leaves the worker, a broken engine does not", async () => {
  const { client: own, workers } = client();
  const fail = async (error: ReceptiveError): Promise<void> => {
    const request = kindOf(own.request("picture", asked));
    const worker = workers.at(-1) as FakeWorker;
    worker.say({ id: worker.sent.at(-1)?.id ?? 0, type: "error", error });
    assert.equal(await request, error.kind);
  };
  await fail({ kind: "weights_mismatch", message: "", tensors: [], file: [] });
  assert.equal(workers[0]?.terminated, false);
  await fail({ kind: "panic", message: "unreachable", reason: "unreachable" });
  assert.equal(workers[0]?.terminated, true);
  const request = kindOf(own.request("picture", asked));
  workers[1]?.onerror?.({ message: "" } as ErrorEvent);
  assert.equal(await request, "engine_failed");
  assert.ok(workers[1]?.terminated);
});
