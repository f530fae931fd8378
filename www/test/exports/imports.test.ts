/**
 * Networks of other programs as they come in: what our own exporter wrote, and files that PyTorch and Keras wrote, run by onnxruntime
 * beside the engine.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as ort from "onnxruntime-web";
import type { Spec } from "../../../src/web/types.d.ts";
import { ReceptiveFailure } from "../../src/engine/errors.ts";
import type { Network } from "../../src/exports/network.ts";
import { MNIST } from "../../src/exports/network.ts";
import { onnx } from "../../src/exports/onnx/file.ts";
import { Weights } from "../../src/exports/weights.ts";
import type { Imported } from "../../src/imports/imports.ts";
import { readOnnx, withOwnSpec } from "../../src/imports/imports.ts";
import { isSameNetwork } from "../../src/imports/own.ts";
import { apart, examine, logits, network, networkOf, ODD, PRESETS, picture, ROOT, weightsFor } from "./engine.ts";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

const STORED = join(ROOT, "www/test/fixtures/imports");
const TRUE_SIZE = ["paper/lenet5_1998", "paper/googlenet_2014", "torchvision/resnet18", "torchvision/inception_v3", "paper/resnet50_2015"];

async function exported(of: Network, weights: Weights | null): Promise<Uint8Array> {
  const [file] = await onnx.export(of, { stem: "network", weights });
  return new Uint8Array(await new Blob((file?.parts ?? []) as BlobPart[]).arrayBuffer());
}

const weightsIn = ({ weights }: Imported): Promise<Weights> => Weights.read(weights ?? new Blob());

/** The network of a file, as the engine reads it. */
const networkIn = ({ spec }: Imported, normalization?: { mean: number[]; std: number[] }): Network =>
  networkOf(spec as never, normalization);

for (const name of PRESETS) {
  test(`${name}, written and read again, is the same graph with the same weights`, async () => {
    const of = network(name);
    const weights = await weightsFor(of);
    const read = readOnnx(await exported(of, weights), "network.onnx");
    assert.equal(read.normalizing, "same");
    assert.ok(isSameNetwork(read.flat, of), "another graph");
    const own = await weightsIn(read);
    for (const { name: layer, tensors } of read.flat.nodes) {
      for (const { role, shape } of tensors) {
        const tensor = { name: `${layer}.${role}`, shape };
        assert.deepEqual(await own.values(tensor), await weights.values(tensor), tensor.name);
      }
    }
    // What was read is a specification that computes the same; and the page's own comes back whole.
    const pixels = picture(of);
    assert.ok(apart(await logits(networkIn(read), own, pixels), await logits(of, weights, pixels)) < 1e-6);
    const whole = await withOwnSpec(read, async (spec) => examine(spec as never));
    assert.deepEqual(whole.spec, of.spec);
  });
}

for (const name of TRUE_SIZE) {
  test(`${name}, written without weights and read again, is the same graph`, async () => {
    const of = network(name);
    const read = readOnnx(await exported(of, null), "network.onnx");
    assert.equal(read.weights, null);
    const [first] = read.flat.nodes;
    // The image is normalized in the file, and no network for colours knows how.
    const normalizes = of.normalization !== null && of.input[0] > 1;
    assert.equal(first?.op === "channel_affine", normalizes);
    assert.equal(
      networkIn(read).nodes.length,
      of.nodes.filter(({ op, head }) => head === null && !/dropout|stochastic/u.test(op)).length + (normalizes ? 1 : 0),
    );
  });
}

for (const [what, layers] of Object.entries(ODD)) {
  test(`${what}: written and read again computes the same`, async () => {
    const of = networkOf({ version: 1, layers } as unknown as Spec);
    const weights = await weightsFor(of);
    const read = readOnnx(await exported(of, weights), "network.onnx");
    const pixels = picture(of);
    assert.ok(apart(await logits(networkIn(read), await weightsIn(read), pixels), await logits(of, weights, pixels)) < 1e-5);
  });
}

/** Files that cannot be said, with the node that says so. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "torch_excited.onnx": /Mul/u,
  "torch_relu6.onnx": /Clip/u,
};
const files = readdirSync(STORED).filter((name) => name.endsWith(".onnx"));

/** What onnxruntime makes of the file's own input. */
async function run(bytes: Uint8Array, image: Float32Array): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: "disabled" });
  const [name = ""] = session.inputNames;
  const [info] = session.inputMetadata;
  const dims = info?.isTensor ? info.shape.map((size) => (typeof size === "number" && size > 0 ? size : 1)) : [];
  const result = await session.run({ [name]: new ort.Tensor("float32", image, dims) });
  await session.release();
  return result[session.outputNames[0] ?? ""]?.data as Float32Array;
}

/** A map with channels last as one with channels first. */
function channelsFirst(values: Float32Array, [channels = 1, ...size]: readonly number[]): Float32Array {
  const pixels = size.reduce((product, length) => product * length, 1);
  return Float32Array.from(values, (_, at) => values[(at % pixels) * channels + Math.floor(at / pixels)] ?? 0);
}

for (const file of files.filter((name) => !(name in REFUSED))) {
  test(`${file} gives its own outputs`, async () => {
    const bytes = new Uint8Array(readFileSync(join(STORED, file)));
    const read = readOnnx(bytes, file);
    const of = networkIn(read);
    const pixels = picture(of);
    const [mean = 0, std = 1] = [MNIST.mean[0], MNIST.std[0]];
    // A file that normalizes images itself takes pixels, here of 0 to 255; another takes them normalized as the engine does.
    const image = pixels.map((pixel) => (read.normalizing === "outside" ? (pixel - mean) / std : pixel * 255));
    const expected = await run(bytes, image);
    const last = of.nodes.at(-1)?.outputShape ?? [];
    const ordered = file.startsWith("keras") && last.length > 1 ? channelsFirst(expected, last) : expected;
    const difference = apart(await logits(of, await weightsIn(read), pixels), ordered);
    assert.ok(difference < 1e-4, `${difference} of the largest output`);
  });
}

for (const [file, operator] of Object.entries(REFUSED)) {
  test(`${file} is refused by its node`, () => {
    const bytes = new Uint8Array(readFileSync(join(STORED, file)));
    assert.throws(
      () => readOnnx(bytes, file),
      (thrown) => thrown instanceof ReceptiveFailure && thrown.error.kind === "unsayable_onnx" && operator.test(thrown.error.operator),
    );
  });
}

/** The items of a network, by what they are. */
const kindsOf = ({ spec }: Imported): string =>
  (spec.layers as Record<string, unknown>[]).map((item) => (typeof item.op === "string" ? item.op : Object.keys(item)[0])).join(" ");
const stored = (name: string): Imported => readOnnx(new Uint8Array(readFileSync(join(STORED, name))), name);

test("residuals, branches and skips are said as such", () => {
  assert.match(kindsOf(stored("torch_resnet.onnx")), /conv2d relu residual residual global_avg_pool2d flatten linear/u);
  assert.match(kindsOf(stored("torch_resnet_unfolded.onnx")), /conv2d batch_norm2d relu residual/u);
  const [, option] = (stored("torch_resnet_option_a.onnx").spec.layers as { residual?: { shortcut?: unknown; after?: unknown } }[]).flatMap(
    ({ residual }) => residual ?? [],
  );
  assert.deepEqual([option?.shortcut, option?.after], ["pad", "relu"]);
  assert.match(kindsOf(stored("torch_branches.onnx")), /parallel/u);
  assert.match(kindsOf(stored("torch_unet.onnx")), /save.*save.*join.*join/u);
  assert.equal(stored("torch_unet.onnx").spec.data, "cluttered_mnist");
});

test("names are the file's where it has some", () => {
  const names = stored("torch_lenet.onnx").flat.nodes.flatMap(({ name }) => name ?? []);
  assert.deepEqual(names, ["conv1", "conv2", "fc1", "fc2"]);
});

test("a normalization of its own becomes a layer", () => {
  const read = stored("torch_means.onnx");
  assert.equal(read.normalizing, "other");
  assert.ok(read.endsInSoftmax);
  assert.equal((read.spec.layers as { op?: string }[])[0]?.op, "channel_affine");
});
