import assert from "node:assert/strict";
import { test } from "node:test";
import type { LayerSpec, Spec } from "../src/engine/protocol.ts";
import { nextLook, nextName } from "../src/lib/run-names.ts";
import { isAnother, whatChanged } from "../src/spec/what-changed.ts";

const spec = (layers: LayerSpec[], training: Spec["training"] = {}): Spec => ({
  version: 1,
  name: "net",
  input: [1, 28, 28],
  layers,
  training,
});
const conv = (name: string, out_channels: number, rest: object = {}): LayerSpec => ({
  op: "conv2d",
  name,
  out_channels,
  kernel_size: 3,
  ...rest,
});

test("numbers of the training and of layers", () => {
  const before = spec([conv("conv1", 8), conv("conv2", 16)], {
    seed: 1,
    optimizer: { type: "sgd", learning_rate: 0.05 },
    schedule: { type: "cosine" },
  });
  const after = spec([conv("conv1", 8, { padding: 1 }), conv("conv2", 32)], {
    seed: 1,
    optimizer: { type: "adam", learning_rate: 0.1 },
    schedule: { type: "cosine" },
  });
  assert.deepEqual(whatChanged(before, after), [
    { kind: "changed", layer: null, field: "optimizer", from: "sgd", to: "adam" },
    { kind: "changed", layer: null, field: "learning_rate", from: "0.05", to: "0.1" },
    { kind: "changed", layer: "conv1", field: "padding", from: "–", to: "1" },
    { kind: "changed", layer: "conv2", field: null, from: "16", to: "32" },
  ]);
  assert.deepEqual(whatChanged(before, before), []);
});

test("layers that came and went, inside containers too", () => {
  const block = (body: LayerSpec[], rest: object = {}): LayerSpec => ({ residual: { name: "block", body, ...rest } });
  const before = spec([conv("stem", 8), block([conv("a", 8), conv("b", 8)]), { op: "flatten" }]);
  const after = spec([
    conv("stem", 8),
    block([conv("a", 8), { op: "batch_norm2d", name: "bn" }, conv("b", 4)], { shortcut: "pad" }),
    { op: "relu" },
  ]);
  assert.deepEqual(whatChanged(before, after), [
    { kind: "changed", layer: "block", field: "shortcut", from: "–", to: "pad" },
    { kind: "added", layer: "bn" },
    { kind: "changed", layer: "b", field: null, from: "8", to: "4" },
    { kind: "removed", layer: "flatten" },
    { kind: "added", layer: "relu" },
  ]);
});

test("a repeat's times, branches, and the data", () => {
  const net = (times: number, k: number): Spec =>
    spec([
      { repeat: { times, body: [conv("c", 8)] } },
      { parallel: { branches: [[conv("p", 8, { kernel_size: k })], { name: "q", body: [{ op: "relu" }] }] } },
    ]);
  assert.deepEqual(whatChanged(net(2, 3), { ...net(3, 5), data: "cluttered_mnist" }), [
    { kind: "changed", layer: null, field: "data", from: "mnist", to: "cluttered_mnist" },
    { kind: "changed", layer: "repeat", field: "times", from: "2", to: "3" },
    { kind: "changed", layer: "p", field: "kernel_size", from: "3", to: "5" },
  ]);
});

test("another network is told from a changed one", () => {
  const before = spec([conv("c1", 8), { op: "relu" }, { op: "flatten" }]);
  const after = { ...spec([{ op: "max_pool2d" }, conv("x", 4), { op: "tanh" }]), name: "other" };
  assert.ok(isAnother(before, after, whatChanged(before, after)));
  const same = { ...before, name: "other" };
  assert.ok(!isAnother(before, same, whatChanged(before, same)));
});

test("names are unique and looks are shared out evenly", () => {
  const names: string[] = [];
  for (let n = 0; n < 60; n++) names.push(nextName(names));
  assert.equal(new Set(names).size, 60);
  assert.equal(names[0], "kiwi");
  assert.equal(names[24], "kiwi 2");
  assert.equal(nextLook([]), 0);
  assert.equal(nextLook([0, 1]), 2);
  assert.equal(nextLook([0, 1, 2, 3, 4, 5]), 0);
});
