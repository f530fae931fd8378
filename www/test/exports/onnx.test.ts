/** Networks as ONNX in another's runtime, against the engine's own logits; and read by another's reader. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import * as ort from "onnxruntime-web";
import type { Spec } from "../../../src/web/types.d.ts";
import type { ExportedFile } from "../../src/exports/exporter.ts";
import type { Network } from "../../src/exports/network.ts";
import { ExportError, parametersOf, statisticsOf } from "../../src/exports/network.ts";
import { onnx } from "../../src/exports/onnx/file.ts";
import { Weights } from "../../src/exports/weights.ts";
import { apart, logits, network, networkOf, ODD, PRESETS, picture, weightsFor } from "./engine.ts";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

/** One of each kind: squared distances and a table of connections, groups and LRN, ceil_mode and heads, residuals, factorized windows, transposed ones. */
const TRUE_SIZE = [
  "paper/lenet5_1998",
  "paper/alexnet_2012",
  "paper/googlenet_2014",
  "torchvision/resnet18",
  "torchvision/inception_v3",
  "paper/resnet50_2015",
  "paper/resnet20_cifar",
];

const bytesOf = async ({ parts }: ExportedFile): Promise<Uint8Array> => new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());

async function run(model: Uint8Array, of: Network, pixels: Float32Array, batch = 1): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: "disabled" });
  const result = await session.run({ input: new ort.Tensor("float32", pixels, [batch, ...of.input]) });
  const data = result[of.output]?.data as Float32Array;
  await session.release();
  return data;
}

async function assertSame(of: Network): Promise<void> {
  const weights = await weightsFor(of);
  const [file] = await onnx.export(of, { stem: "network", weights });
  assert.ok(file);
  const pixels = picture(of);
  const difference = apart(await run(await bytesOf(file), of, pixels), await logits(of, weights, pixels));
  assert.ok(difference < 1e-4, `${of.title}: ${difference} of the largest logit`);
}

for (const name of [...PRESETS, ...TRUE_SIZE]) test(`${name} gives the engine's logits`, () => assertSame(network(name)));

for (const [what, layers] of Object.entries(ODD)) {
  test(what, () => assertSame(networkOf({ version: 1, layers } as unknown as Spec)));
}

test("the batch is free", async () => {
  const of = network("resnet8");
  const weights = await weightsFor(of);
  const [file] = await onnx.export(of, { stem: "network", weights });
  assert.ok(file);
  const one = picture(of);
  const three = new Float32Array(3 * one.length);
  for (let n = 0; n < 3; n += 1) three.set(one, n * one.length);
  const found = await run(await bytesOf(file), of, three, 3);
  assert.ok(apart(found.slice(20), await logits(of, weights, one)) < 1e-4);
});

test("another's reader finds the names, the opset and the weights", async () => {
  const of = network("googlenet");
  const weights = await weightsFor(of);
  const [file] = await onnx.export(of, { stem: "network", weights });
  assert.ok(file);
  const model = fromBinary(ModelProtoSchema, await bytesOf(file));
  assert.equal(Number(model.opsetImport[0]?.version), 17);
  const layers = of.nodes.filter((node) => node.head === null);
  const names = new Set(model.graph?.node?.map((node) => node.name));
  assert.deepEqual(
    layers.filter((node) => !names.has(node.name)).map((node) => node.name),
    [],
  );
  assert.ok(
    of.nodes.some((node) => node.head !== null && !names.has(node.name)),
    "heads are for training",
  );
  const initializers = new Map(model.graph?.initializer?.map((tensor) => [tensor.name, tensor]));
  for (const tensor of layers.flatMap((node) => [...parametersOf(node), ...statisticsOf(node)])) {
    const found = initializers.get(tensor.name);
    assert.deepEqual(found?.dims?.map(Number), tensor.shape, tensor.name);
    const raw = found?.rawData as Uint8Array;
    assert.deepEqual(new Float32Array(raw.slice().buffer), await weights.values(tensor), tensor.name);
  }
  const type = model.graph?.input[0]?.type?.value;
  assert.equal(type?.case === "tensorType" && type.value.shape?.dim[0]?.value.value, "batch");
});

test("without weights they are inputs; beside the file they are pieces of a safetensors file", async () => {
  const of = network("lenet5");
  const [bare] = await onnx.export(of, { stem: "network", weights: null });
  assert.ok(bare);
  const inputs = fromBinary(ModelProtoSchema, await bytesOf(bare)).graph?.input?.map(({ name }) => name);
  assert.deepEqual(inputs?.slice(0, 3), ["input", "conv1.weight", "conv1.bias"]);

  const weights = await weightsFor(of);
  const [small, beside] = await onnx.export(of, { stem: "network", weights, external: true });
  assert.ok(small && beside);
  assert.equal(beside.name, "network.safetensors");
  const data = await bytesOf(beside);
  const session = await ort.InferenceSession.create(await bytesOf(small), { externalData: [{ path: beside.name, data }] });
  const pixels = picture(of);
  const result = await session.run({ input: new ort.Tensor("float32", pixels, [1, ...of.input]) });
  assert.ok(apart(result.fc3?.data as Float32Array, await logits(of, weights, pixels)) < 1e-4);
  assert.ok((await bytesOf(small)).length < 20_000);
});

test("weights in the file are pieces of the file that they come from", async () => {
  const of = network("paper/alexnet_2012");
  const weights = await weightsFor(of);
  const [file] = await onnx.export(of, { stem: "network", weights });
  const held = file?.parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.byteLength : 0), 0) ?? Number.NaN;
  assert.ok(held < 300_000, `${held} bytes in memory beside 244 MB of weights`);
});

test("weights that are missing or of another shape are refused by name", async () => {
  const other = await weightsFor(network("lenet5_1998"));
  const refused = (error: unknown): boolean =>
    error instanceof ExportError && error.kind === "weights" && error.message.includes("conv1.weight");
  await assert.rejects(onnx.export(network("lenet5"), { stem: "network", weights: other }), refused);
  await assert.rejects(Weights.read(new Blob(["not weights at all, but a text"])), ExportError);
});
