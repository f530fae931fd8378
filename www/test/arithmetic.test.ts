import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { LayerSpec, NodeTensor, Spec } from "../src/engine/protocol.ts";
import type { Question } from "../src/features/maps/look/arithmetic.ts";
import { agrees, arithmeticOf, runningSums } from "../src/features/maps/look/arithmetic.ts";
import { channelsRead, fieldsOf, itemAt } from "../src/features/maps/look/parameters.ts";

const fixtures = join(process.env.RECEPTIVE_ROOT ?? "..", "tests/fixtures");

interface Case {
  id: string;
  op: string;
  attrs: { [name: string]: unknown };
  file: string;
}
const { cases } = JSON.parse(readFileSync(join(fixtures, "ops.json"), "utf8")) as { cases: Case[] };

function readTensors(file: string): Map<string, NodeTensor> {
  const bytes = readFileSync(join(fixtures, file));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as {
    [name: string]: { dtype: string; shape: number[]; data_offsets: [number, number] };
  };
  const tensors = new Map<string, NodeTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (entry.dtype !== "F32") continue;
    const {
      shape,
      data_offsets: [from, to],
    } = entry;
    const values = Float32Array.from({ length: (to - from) / 4 }, (_, at) => bytes.readFloatLE(8 + length + from + 4 * at));
    tensors.set(name, { name, shape, values });
  }
  return tensors;
}

/** The first image of a batch. */
function first({ name, shape: [batch = 1, ...shape], values }: NodeTensor): NodeTensor {
  return { name, shape, values: values.slice(0, values.length / batch) };
}

const FIELDS: { [attribute: string]: string } = { kernel: "kernel_size", pad: "padding" };

/** As the engine names them. */
const AFFINE: { [name: string]: string } = { weight: "gamma", bias: "beta" };

/** Attributes of a case as fields of a layer. */
function fieldsOfCase({ op, attrs }: Case): LayerSpec {
  const fields = Object.entries(attrs)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [FIELDS[name] ?? name, value]);
  return { op, ...(Object.fromEntries(fields) as object) };
}

const OPS = [
  "conv2d",
  "conv_transpose2d",
  "linear",
  "max_pool2d",
  "avg_pool2d",
  "global_avg_pool2d",
  "adaptive_avg_pool2d",
  "add",
  "concat",
  "relu",
  "tanh",
  "sigmoid",
  "scaled_tanh",
  "softmax",
  "log_softmax",
  "local_response_norm",
  "pad2d",
  "crop2d",
  "rbf",
  "batch_norm2d",
];

for (const op of OPS) {
  test(`${op}: PyTorch's values, recomputed one by one`, () => {
    let checked = 0;
    for (const one of cases.filter((one) => one.op === op)) {
      // Statistics of a batch are not of one image; other axes than the channels have no place in a network; a folded ReLU is a node of its own.
      if (one.attrs.training === true || (one.attrs.dim ?? 1) !== 1 || one.attrs.relu === true || one.attrs.reduction) continue;
      const tensors = readTensors(one.file);
      const y = tensors.get("out.y");
      const inputs = ["in.x", "in.a", "in.b", "in.x0", "in.x1", "in.x2", "in.x3", "in.x4"]
        .flatMap((name) => tensors.get(name) ?? [])
        .map(first);
      if (!y || y.shape.length < 2 || inputs.some(({ shape }) => shape.length === 0)) continue;
      const output = first(y);
      const fields = fieldsOfCase(one);
      const weight = tensors.get("in.weight") ?? tensors.get("in.codes");
      if (op === "conv2d" || op === "conv_transpose2d") fields.kernel_size = weight?.shape.slice(2);
      const parameters = ["weight", "bias", "running_mean", "running_var", "codes"].flatMap((name) => {
        const found = tensors.get(`in.${name}`);
        return found ? [{ ...found, name: (op === "batch_norm2d" && AFFINE[name]) || name }] : [];
      });
      const stride = Math.max(1, Math.floor(output.values.length / 97));
      for (let at = 0; at < output.values.length; at += stride) {
        const question: Question = { op, fields, inputs, tensors: parameters, output: output.shape, unit: unitAt(output.shape, at) };
        const found = arithmeticOf(question);
        assert.notEqual(found.kind, "none", one.id);
        if (found.kind === "none") continue;
        const expected = output.values[at] ?? Number.NaN;
        // Cases that are about infinities and NaN have no arithmetic to show.
        if (!Number.isFinite(expected)) continue;
        assert.ok(agrees(found, expected), `${one.id} at ${at}: ${found.value}, not ${expected}`);
        if ("planes" in found)
          assert.ok(
            found.planes.every(({ first: start, rows, columns }) => start + (rows - 1) * columns < found.terms.length),
            one.id,
          );
        checked++;
      }
    }
    assert.ok(checked > 20, `${checked} values`);
  });
}

function unitAt(shape: readonly number[], at: number): number[] {
  const [, rows = 1, columns = 1] = shape;
  return shape.length === 1 ? [at] : [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
}

test("values that are only moved are found where they come from", () => {
  const x = { shape: [2, 4, 6], values: Float32Array.from({ length: 48 }, (_, at) => at + 1) };
  const ask = (op: string, fields: LayerSpec, output: number[], unit: number[]) =>
    arithmeticOf({ op, fields, inputs: [x], tensors: [], output, unit });
  assert.deepEqual(ask("flatten", {}, [48], [31]), { kind: "copy", from: { input: 0, at: [1, 1, 1] }, value: 32 });
  assert.deepEqual(ask("upsample", { scale_factor: [2, 3] }, [2, 8, 18], [1, 3, 4]), {
    kind: "copy",
    from: { input: 0, at: [1, 1, 1] },
    value: 32,
  });
  assert.deepEqual(ask("dropout", { p: 0.5 }, [2, 4, 6], [1, 1, 1]), { kind: "copy", from: { input: 0, at: [1, 1, 1] }, value: 32 });
  // Of containers: a crop of the centre, half of the new channels in front, every second pixel.
  assert.deepEqual(ask("crop2d", {}, [2, 2, 3], [1, 0, 0]), { kind: "copy", from: { input: 0, at: [1, 1, 1] }, value: 32 });
  assert.deepEqual(ask("pad_channels", {}, [6, 4, 6], [3, 1, 1]), { kind: "copy", from: { input: 0, at: [1, 1, 1] }, value: 32 });
  assert.deepEqual(ask("pad_channels", {}, [6, 4, 6], [5, 1, 1]), { kind: "copy", from: null, value: 0 });
  const subsample = ask("avg_pool2d", {}, [2, 2, 3], [1, 1, 2]);
  assert.ok(subsample.kind === "sum" && subsample.terms.length === 1 && subsample.value === numberAt(x.values, 24 + 2 * 6 + 4));
});

const numberAt = (values: Float32Array, at: number): number => values[at] ?? Number.NaN;

test("a fixed factor and a channel's own line", () => {
  const x = { shape: [2, 1, 1], values: Float32Array.of(3, 5) };
  const factor = arithmeticOf({ op: "mul_const", fields: { factor: -0.5 }, inputs: [x], tensors: [], output: [2, 1, 1], unit: [1, 0, 0] });
  assert.ok(factor.kind === "formula" && factor.value === -2.5);
  const tensors = [
    { name: "weight", shape: [2], values: Float32Array.of(2, 4) },
    { name: "bias", shape: [2], values: Float32Array.of(0, 1) },
  ];
  const affine = arithmeticOf({ op: "channel_affine", fields: {}, inputs: [x], tensors, output: [2, 1, 1], unit: [1, 0, 0] });
  assert.ok(affine.kind === "formula" && affine.value === 21);
  assert.equal(arithmeticOf({ op: "from_the_future", fields: {}, inputs: [x], tensors: [], output: [2], unit: [0] }).kind, "none");
});

test("a node's fields are those of its item; containers' nodes have none", () => {
  const conv = { op: "conv2d", out_channels: 4, kernel_size: 3 };
  const spec: Spec = {
    version: 1,
    input: [1, 28, 28],
    layers: [{ residual: { body: [conv] } }, { parallel: { branches: [[conv], [{ op: "relu" }]] } }],
  };
  assert.deepEqual(itemAt(spec, "layers[0].residual.body[0]"), conv);
  assert.deepEqual(itemAt(spec, "layers[1].parallel.branches[1][0]"), { op: "relu" });
  assert.equal(itemAt(spec, "layers[7].residual"), null);
  assert.deepEqual(fieldsOf(spec, { op: "add", path: "layers[0]" }), {});
  assert.deepEqual(fieldsOf(spec, { op: "conv2d", path: "layers[0].residual.body[0]" }), conv);
});

test("an output channel reads its group's channels, or those of its table", () => {
  assert.deepEqual(channelsRead({}, 3, 4, 6), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(channelsRead({ groups: 2 }, 3, 4, 6), [3, 4, 5]);
  assert.deepEqual(channelsRead({ connections: "lenet5" }, 4, 16, 6), [0, 4, 5]);
  assert.deepEqual(channelsRead({ connections: [[2, 0], [1]] }, 0, 2, 3), [0, 2]);
});

test("the sum grows term by term", () => {
  const term = (product: number) => ({ input: 0, at: null, x: 0, weight: null, product });
  assert.deepEqual(runningSums([term(1), term(-3), term(0.5)]), [1, -2, -1.5]);
});
