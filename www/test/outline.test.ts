import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spec } from "../src/engine/protocol.ts";
import { Folds } from "../src/features/outline/outline-folds.ts";
import { carried, outlineOf, summaryOf, unfolded } from "../src/spec/outline.ts";
import { setField } from "../src/spec/spec-edit.ts";
import { formatPath, isWithin, parsePath, valueAt, withValue } from "../src/spec/spec-path.ts";
import { EXAMINATIONS, examined } from "./support/examinations.ts";

const rowsOf = (name: string) => {
  const { spec, examination, error } = examined(name);
  return outlineOf(spec, examination.network, error);
};

test("paths are written as the engine writes them", () => {
  for (const path of [
    "layers[2].residual.body[0]",
    "layers[1].parallel.branches[0][3]",
    "layers[1].parallel.branches[0].body[3]",
    "layers",
  ])
    assert.equal(formatPath(parsePath(path)), path);
  const { examination } = examined("repeats");
  for (const { path } of examination.network?.nodes ?? []) assert.notEqual(valueAt(examined("repeats").spec, path), undefined, path);
  const spec = { a: [{ b: 1 }, { c: 2 }] };
  const changed = withValue(spec, "a[1].c", 3);
  assert.deepEqual([changed, changed.a[0] === spec.a[0], spec.a[1]], [{ a: [{ b: 1 }, { c: 3 }] }, true, { c: 2 }]);
  assert.deepEqual(withValue(spec, "a[0].b", undefined), { a: [{}, { c: 2 }] });
  assert.deepEqual(
    [isWithin("layers[1].x", "layers[1]"), isWithin("layers[10]", "layers[1]"), isWithin("layers[1]", "layers[1]")],
    [true, false, true],
  );
});

test("LeNet-5 is a row for the images and one for each layer, with what the paper says", () => {
  const { rows, unplaced } = rowsOf("lenet5");
  assert.equal(unplaced, null);
  assert.deepEqual(
    rows.map(({ name, kind }) => name ?? kind),
    ["input", "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "fc1", "relu3", "fc2", "relu4", "fc3"],
  );
  const [input, conv1] = rows;
  assert.deepEqual(input?.shape, [1, 28, 28]);
  assert.deepEqual(
    [conv1?.path, conv1?.input, conv1?.shape, conv1?.params, conv1?.macs, conv1?.field, summaryOf(conv1?.item)],
    ["layers[0]", [1, 28, 28], [6, 28, 28], 156, 117_600, [5, 5], "5×5, 6"],
  );
});

test("rows are a tree: containers before what they hold, branches and shortcuts with rows of their own", () => {
  const { rows } = rowsOf("repeats");
  assert.deepEqual(
    rows.slice(1, 16).map(({ path, depth, kind }) => `${depth} ${kind} ${path}`),
    [
      "0 layer layers[0]",
      "0 repeat layers[1]",
      "1 residual layers[1].repeat.body[0]",
      "2 layer layers[1].repeat.body[0].residual.body[0]",
      "2 layer layers[1].repeat.body[0].residual.body[1]",
      "0 repeat layers[2]",
      "1 layer layers[2].repeat.body[0]",
      "1 layer layers[2].repeat.body[1]",
      "0 save layers[3]",
      "0 parallel layers[4]",
      "1 branch layers[4].parallel.branches[0]",
      "2 layer layers[4].parallel.branches[0][0]",
      "1 branch layers[4].parallel.branches[1]",
      "2 layer layers[4].parallel.branches[1].body[0]",
      "2 layer layers[4].parallel.branches[1].body[1]",
    ],
  );
  for (const row of rows) {
    assert.equal(rows.filter(({ parent }) => parent === row.path).length, row.kind === "input" ? 0 : row.children, row.path);
    assert.ok(row.position >= 1 && row.position <= row.siblings, row.path);
  }
});

test("a repeat counts all its rounds, and what it holds one", () => {
  const { rows } = rowsOf("repeats");
  const at = (path: string) => rows.find((row) => row.path === path);
  const [named, body, residual] = [at("layers[1]"), at("layers[1].repeat.body[0].residual.body[0]"), at("layers[1].repeat.body[0]")];
  assert.deepEqual([named?.times, body?.params, residual?.params, named?.params], [3, 584, 600, 1800]);
  assert.deepEqual(
    [body?.field, residual?.field, named?.field],
    [
      [5, 5],
      [5, 5],
      [9, 9],
    ],
  );
  // Without a name it is one group; its first round reads 8 channels, its second 4.
  const [nameless, conv] = [at("layers[2]"), at("layers[2].repeat.body[0]")];
  assert.deepEqual([conv?.params, conv?.shape, nameless?.params], [292, [4, 28, 28], 292 + 148]);
});

test("sums of the rows are the engine's totals", () => {
  for (const [name, { examination }] of Object.entries(EXAMINATIONS)) {
    if (!examination.network || examination.error) continue;
    const top = rowsOf(name).rows.filter(({ depth }) => depth === 0);
    assert.equal(
      top.reduce((sum, { params }) => sum + params, 0),
      examination.network.totals.params,
      name,
    );
    assert.equal(
      top.reduce((sum, { macs }) => sum + macs, 0),
      examination.network.totals.macs,
      name,
    );
  }
});

test("what passes a save, a head and an empty branch is what comes in", () => {
  const { rows } = rowsOf("repeats");
  const shape = (path: string) => rows.find((row) => row.path === path)?.shape;
  assert.deepEqual(shape("layers[3]"), [4, 28, 28]);
  assert.deepEqual(shape("layers[4].parallel.branches[2]"), [4, 28, 28]);
  assert.deepEqual(shape("layers[4]"), [20, 28, 28]);
  assert.deepEqual(rows.find(({ path }) => path === "layers[6]")?.input, [20, 28, 28]);
});

test("an error stands at the row it is about, and behind it no shape is known", () => {
  const where = (name: string) =>
    rowsOf(name)
      .rows.filter(({ error }) => error)
      .map(({ path, error }) => `${path} ${error?.kind}`);
  assert.deepEqual(where("summands"), ["layers[1] summands_differ"]);
  assert.deepEqual(where("kernel"), ["layers[3] kernel_larger_than_input"]);
  assert.deepEqual(where("value"), ["layers[0] invalid_value"]);
  assert.deepEqual(where("hollow"), ["layers[0] invalid_value"]);
  assert.deepEqual(where("classes"), ["layers[2] classes_mismatch"]);
  assert.deepEqual(where("nameless"), ["layers[0] missing_field"]);
  const { rows } = rowsOf("summands");
  assert.deepEqual(
    rows.slice(1).map(({ shape }) => shape.length > 0),
    [true, false, true, true, false, false, false],
  );
  assert.deepEqual([rowsOf("empty").rows.length, rowsOf("empty").unplaced?.kind], [1, "empty_network"]);
});

test("until the engine has looked, a row keeps what was known of the same thing", () => {
  const { spec } = examined("lenet5");
  const { rows } = rowsOf("lenet5");
  const wider = outlineOf(setField(spec, "layers[0]", "out_channels", 7).spec, null, null).rows;
  assert.deepEqual(
    carried(wider, rows).map(({ shape }) => shape),
    rows.map(({ shape }) => shape),
  );
  const shorter = outlineOf({ ...spec, layers: spec.layers.slice(1) }, null, null).rows;
  const kept = carried(shorter, rows);
  assert.deepEqual([kept[1]?.name, kept[1]?.shape], ["relu1", [6, 28, 28]]);
  const other = outlineOf({ ...spec, layers: [{ op: "relu" }, ...spec.layers] }, null, null).rows;
  assert.deepEqual(carried(other, rows)[1]?.shape, []);
});

test("what is folded hides all it holds", () => {
  const { rows } = rowsOf("repeats");
  const seen = unfolded(rows, ({ path }) => path === "layers[1]" || path === "layers[4]");
  assert.deepEqual(seen.map(({ path }) => path).slice(0, 6), [
    "input",
    "layers[0]",
    "layers[1]",
    "layers[2]",
    "layers[2].repeat.body[0]",
    "layers[2].repeat.body[1]",
  ]);
  assert.ok(!seen.some(({ path }) => path.startsWith("layers[4].")));
});

test("a thousand layers become rows in no time to speak of", () => {
  const layers = Array.from({ length: 1000 }, (_, i) => ({ op: "relu", name: `r${i}` }));
  const { examination } = examined("lenet5");
  const began = performance.now();
  for (let round = 0; round < 10; round += 1) outlineOf({ version: 1, input: [1, 28, 28], layers }, examination.network, null);
  assert.ok(performance.now() - began < 5000);
});

test("what stands around a layer that is asked for is opened once, and can be folded again", () => {
  const inner = { op: "relu" };
  const outer = { residual: { body: [inner] } };
  const { rows } = outlineOf({ version: 1, name: "net", input: [1, 28, 28], layers: [outer] } as unknown as Spec, null, null);
  const folds = new Folds();
  const block = rows.find(({ path }) => path === "layers[0]");
  assert.ok(block);
  folds.follow(rows);
  folds.set(block, true);
  folds.follow(rows);
  assert.equal(folds.isFolded(block), true);
  folds.open("layers[0]");
  folds.follow(rows);
  assert.equal(folds.isFolded(block), true, "it is asked for itself");
  folds.open("layers[0].residual.body[0]");
  folds.follow(rows);
  assert.equal(folds.isFolded(block), false);
  folds.set(block, true);
  folds.follow(rows);
  assert.equal(folds.isFolded(block), true);
});
