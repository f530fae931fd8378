/** Python scripts: they equal the stored ones, byte for byte, and Python compiles all of them. `UPDATE_FIXTURES=1` stores them anew. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Spec } from "../../../src/web/types.d.ts";
import { layerOf } from "../../src/exports/keras/layers.ts";
import { kerasScript } from "../../src/exports/keras/script.ts";
import { ExportError } from "../../src/exports/network.ts";
import { lower } from "../../src/exports/onnx/lower.ts";
import { exportedWeights } from "../../src/exports/own-weights.ts";
import { expressionOf, moduleOf } from "../../src/exports/pytorch/layers.ts";
import { pytorchScript } from "../../src/exports/pytorch/script.ts";
import { Weights } from "../../src/exports/weights.ts";
import { network, networkOf, PRESETS, ROOT, weightsFor } from "./engine.ts";

const STORED = join(ROOT, "www/test/fixtures/exports");
const UPDATE = process.env.UPDATE_FIXTURES === "1";

/** One of each kind; the others differ in numbers. */
const PYTORCH = ["lenet5", "lenet5_1998", "vgg", "googlenet", "resnet20", "resnet20_a", "resnet20_stochastic_depth", "unet"];
const KERAS = ["lenet5", "lenet5_1998", "googlenet", "unet"];
const TRUE_SIZE = ["paper/alexnet_2012", "torchvision/resnet50", "torchvision/inception_v3", "paper/googlenet_2014"];

function assertStored(name: string, script: string): void {
  const path = join(STORED, name);
  if (UPDATE) writeFileSync(path, script);
  assert.equal(script, readFileSync(path, "utf8"), `${name} is not as it is stored`);
}

for (const name of PYTORCH) test(`${name} for PyTorch is as stored`, () => assertStored(`${name}.py`, pytorchScript(network(name), name)));
for (const name of KERAS) test(`${name} for Keras is as stored`, () => assertStored(`${name}_keras.py`, kerasScript(network(name), name)));

const relu = { op: "relu" };
const conv = (name?: string): object => ({ op: "conv2d", out_channels: 4, kernel_size: 3, padding: 1, ...(name ? { name } : {}) });
const end = [{ op: "flatten" }, { op: "linear", out_features: 10 }];

/** Names that Python or `nn.Module` has already, and every optimizer, schedule and change of the images. */
const ODD: Spec[] = [
  { version: 1, layers: [conv("forward"), conv("class"), conv("слой"), conv("a-b"), relu, ...end] },
  { version: 1, layers: [{ stage: { name: "type", body: [conv("0"), { save: "x" }, relu] } }, conv(), { join: "x" }, ...end] },
  {
    version: 1,
    layers: [{ repeat: { name: "round", times: 3, body: [conv(), relu] } }, { repeat: { times: 2, body: [conv(), relu] } }, ...end],
  },
  ...[
    { optimizer: { type: "adam", amsgrad: true, clip_grad_norm: 1 }, schedule: { type: "step", step_size: 1, gamma: 0.5 } },
    { optimizer: { type: "adamw", decay: "weights" }, schedule: { type: "multi_step", milestones: [1, 2], warmup: 0.5 } },
    { optimizer: { type: "rmsprop", centered: true, momentum: 0.5 }, schedule: { type: "exponential", gamma: 0.9 } },
    {
      optimizer: { weight_decay: 0.1 },
      schedule: { type: "polynomial", power: 2 },
      augmentation: { shift: 2, rotation_degrees: 10, scale: 0.1 },
    },
    { schedule: { type: "one_cycle", total: 1, three_phase: true }, augmentation: { elastic: {}, erase: { fill: "background" } } },
    { schedule: { type: "cosine", T_max: 2, eta_min: 0.001, warmup: 1 } },
  ].map((training) => ({ version: 1, layers: [conv(), relu, ...end], training })),
] as unknown as Spec[];

test("Python compiles every script", () => {
  const folder = mkdtempSync(join(tmpdir(), "receptive-scripts-"));
  try {
    const networks = [...PRESETS, ...TRUE_SIZE].map((name) => network(name));
    networks.push(...ODD.map((spec) => networkOf(spec)));
    const paths = networks.flatMap((of, at) =>
      [pytorchScript, kerasScript].map((write, kind) => {
        const path = join(folder, `script${at}_${kind}.py`);
        writeFileSync(path, write(of, "network"));
        return path;
      }),
    );
    const { status, stderr } = spawnSync("python3", ["-m", "py_compile", ...paths], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.ok(paths.length > 60);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a script names every module as the specification does", () => {
  const script = pytorchScript(network("resnet20"), "resnet20");
  assert.match(script, /for n in range\(1, 4\):\n\s+self\.add_module\(f"block\{n\}", Block\(16\)\)/u);
  assert.match(script, /return F\.relu\(y \+ x\)/u);
  assert.match(pytorchScript(networkOf(ODD[0] as Spec), "odd"), /self\._modules\["forward"\] = nn\.Conv2d/u);
});

test("weights that leave have PyTorch's names, and come back the same", async () => {
  const of = network("resnet8");
  const weights = await weightsFor(of);
  const { parts } = await exportedWeights(of, weights, "resnet8");
  const again = await Weights.read(new Blob(parts as BlobPart[]));
  const bn = { name: "bn0.running_var", shape: [16] };
  assert.deepEqual(await again.values(bn), await weights.values(bn));
  assert.equal(again.metadata.step, "7");
  assert.deepEqual(JSON.parse(again.metadata.spec ?? ""), of.spec);
});

test("each exporter knows each operator", () => {
  const folders = readdirSync(join(ROOT, "src/ops"), { recursive: true, encoding: "utf8" });
  const operators = folders.flatMap((path) => /([a-z0-9_]+)\.schema\.json$/u.exec(path)?.[1] ?? []);
  assert.ok(operators.length >= 25);
  for (const op of [...operators, "add", "concat"]) {
    const fields = {
      op,
      kernel_size: 2,
      out_channels: 4,
      out_features: 4,
      size: 3,
      padding: 0,
      scale_factor: 2,
      output_size: 2,
      factor: 2,
    };
    const node = { name: op, op, fields, inputs: ["a"], inputShapes: [[4, 8, 8]], outputShape: [4, 4, 4], head: null, path: "" };
    assert.ok(moduleOf(node) ?? expressionOf(node, true, ["a", "b"]), op);
    assert.ok(layerOf(node, ["a"], { kaiming: false, decay: null }), op);
    assert.ok(lower(node, ["a"]).nodes.length > 0, op);
  }
});

test("what Keras cannot say is refused by name", () => {
  const grouped = { op: "conv_transpose2d", name: "up", out_channels: 4, kernel_size: 2, stride: 2, groups: 2 };
  const of = networkOf({ version: 1, layers: [conv(), grouped, ...end] } as unknown as Spec);
  assert.throws(
    () => kerasScript(of, "network"),
    (error: unknown) => error instanceof ExportError && error.kind === "unwritable" && error.node === "up",
  );
});
