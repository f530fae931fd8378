import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { LayerSpec, Spec } from "../src/engine/protocol.ts";
import { matching } from "../src/lib/search.ts";
import { ALIASES, newContainer, newLayer, OFFERED_CONTAINERS, OFFERED_OPERATORS } from "../src/spec/new-items.ts";
import { INPUT, outlineOf } from "../src/spec/outline.ts";
import { readablePrefix } from "../src/spec/readable-prefix.ts";
import {
  addBranch,
  duplicate,
  freeName,
  insert,
  move,
  moveBy,
  moveInto,
  moveOut,
  namesIn,
  placeAfter,
  remove,
  setField,
  targetsOf,
  unwrap,
  wrap,
} from "../src/spec/spec-edit.ts";
import { itemsIn } from "../src/spec/spec-items.ts";
import { placeOf, valueAt } from "../src/spec/spec-path.ts";
import { EXAMINATIONS, examined } from "./support/examinations.ts";

const root = process.env.RECEPTIVE_ROOT ?? "..";
const NETWORKS = Object.values(EXAMINATIONS).map(({ spec }) => spec);
const pathsOf = (spec: Spec): string[] =>
  outlineOf(spec, null, null)
    .rows.map(({ path }) => path)
    .filter((path) => path !== INPUT);
const objects = (spec: Spec): LayerSpec[] => [...itemsIn(spec.layers, "layers")].map(({ item }) => item);

test("what is inserted is taken away again, and all else stays the same object", () => {
  const item = { op: "relu" };
  for (const spec of NETWORKS) {
    for (const path of [null, INPUT, ...pathsOf(spec)]) {
      const added = insert(spec, placeAfter(spec, path), item);
      assert.equal(valueAt(added.spec, added.path), item);
      const kept = new Set(objects(spec));
      for (const fresh of objects(added.spec))
        assert.ok(kept.has(fresh) || [...itemsIn([fresh], "")].some((inside) => inside.item === item), `${path}`);
      const removed = remove(added.spec, added.path);
      assert.deepEqual(removed?.spec, spec, `${path}`);
    }
  }
});

test("behind an item, a branch, the images, and at the end", () => {
  const { spec } = examined("repeats");
  assert.deepEqual(placeAfter(spec, "layers[1].repeat.body[0]"), { list: "layers[1].repeat.body", index: 1 });
  assert.deepEqual(placeAfter(spec, "layers[4].parallel.branches[1]"), { list: "layers[4].parallel.branches[1].body", index: 2 });
  assert.deepEqual(placeAfter(spec, "layers[4].parallel.branches[0]"), { list: "layers[4].parallel.branches[0]", index: 1 });
  assert.deepEqual(placeAfter(spec, INPUT), { list: "layers", index: 0 });
  assert.deepEqual(placeAfter(spec, null), { list: "layers", index: spec.layers.length });
  assert.deepEqual(placeAfter(spec, "layers[99]"), { list: "layers", index: spec.layers.length });
});

test("up is undone by down, into by out, wrapping by unwrapping", () => {
  for (const spec of NETWORKS) {
    for (const path of pathsOf(spec)) {
      const up = moveBy(spec, path, -1);
      if (up) assert.deepEqual(moveBy(up.spec, up.path, 1), { spec, path });
      const down = moveBy(spec, path, 1);
      if (down) assert.deepEqual(moveBy(down.spec, down.path, -1), { spec, path });
      const place = placeOf(path);
      const above = place && place.index > 0 ? `${place.list}[${place.index - 1}]` : null;
      const inside = moveInto(spec, path);
      if (inside && above && inside.path.startsWith(above)) assert.deepEqual(moveOut(inside.spec, inside.path), { spec, path });
      for (const wrapping of ["residual", "repeat", "parallel"] as const) {
        const wrapped = wrap(spec, path, wrapping);
        if (wrapped) assert.deepEqual(unwrap(wrapped.spec, wrapped.path), { spec, path }, `${wrapping} ${path}`);
      }
    }
  }
});

test("a move to any place keeps every item and can be moved back", () => {
  for (const spec of NETWORKS) {
    for (const path of pathsOf(spec)) {
      const item = valueAt(spec, path);
      for (const { place } of targetsOf(spec, path)) {
        const moved = move(spec, path, place);
        assert.ok(moved);
        assert.equal(valueAt(moved.spec, moved.path), item);
        assert.equal(objects(moved.spec).length, objects(spec).length);
        const back = targetsOf(moved.spec, moved.path).map((target) => move(moved.spec, moved.path, target.place)?.spec);
        assert.ok(
          back.some((one) => JSON.stringify(one) === JSON.stringify(spec)),
          `${path} to ${place.list}[${place.index}]`,
        );
      }
    }
  }
});

test("nothing moves into itself, and branches stay among branches", () => {
  const { spec } = examined("repeats");
  assert.equal(move(spec, "layers[1]", { list: "layers[1].repeat.body", index: 0 }), null);
  assert.equal(move(spec, "layers[4].parallel.branches[0]", { list: "layers", index: 0 }), null);
  assert.equal(move(spec, "layers[0]", { list: "layers[4].parallel.branches", index: 0 }), null);
  assert.equal(moveBy(spec, "layers[0]", -1), null);
  assert.equal(moveInto({ ...spec, layers: [{ op: "relu" }] }, "layers[0]"), null);
  assert.equal(moveOut(spec, "layers[0]"), null);
});

test("a place behind what is taken away counts one less, in the same list and in what stands behind", () => {
  const spec: Spec = {
    version: 1,
    input: [1, 28, 28],
    layers: [{ op: "relu" }, { op: "tanh" }, { stage: { name: "s", body: [{ op: "flatten" }] } }],
  };
  const moved = move(spec, "layers[0]", { list: "layers[2].stage.body", index: 1 });
  assert.equal(moved?.path, "layers[1].stage.body[1]");
  assert.deepEqual(moved?.spec.layers, [{ op: "tanh" }, { stage: { name: "s", body: [{ op: "flatten" }, { op: "relu" }] } }]);
});

test("a copy has names of its own, and joins what it saves itself", () => {
  const layers: LayerSpec[] = [
    { op: "conv2d", name: "conv1" },
    { op: "relu", name: "conv2" },
    { stage: { name: "s", body: [{ op: "relu", name: "r" }] } },
    { residual: { body: [{ op: "relu", name: "a" }, { save: "k" }, { join: "k" }, { join: "other" }] } },
    { repeat: { name: "block", times: 2, body: [{ op: "relu", name: "x" }] } },
  ];
  const spec: Spec = { version: 1, input: [1, 28, 28], layers };
  const copy = (path: string): unknown => {
    const edited = duplicate(spec, path);
    assert.ok(edited);
    return valueAt(edited.spec, edited.path);
  };
  assert.deepEqual(copy("layers[0]"), { op: "conv2d", name: "conv3" });
  assert.deepEqual(copy("layers[2]"), { stage: { name: "s2", body: [{ op: "relu", name: "r" }] } });
  assert.deepEqual(copy("layers[3]"), {
    residual: { body: [{ op: "relu", name: "a2" }, { save: "k2" }, { join: "k2" }, { join: "other" }] },
  });
  assert.deepEqual(copy("layers[4]"), { repeat: { name: "blockb", times: 2, body: [{ op: "relu", name: "x" }] } });
  assert.equal(freeName("conv9", new Set(["conv10"])), "conv11");
  for (const network of NETWORKS) {
    for (const path of pathsOf(network)) {
      const edited = duplicate(network, path);
      if (edited) assert.deepEqual(remove(edited.spec, edited.path)?.spec, network, path);
    }
  }
});

test("fields change where they stand: in a layer, in a container, in a branch", () => {
  const { spec } = examined("repeats");
  const at = (path: string, field: string, value: unknown): unknown => valueAt(setField(spec, path, field, value).spec, path);
  assert.deepEqual(at("layers[0]", "out_channels", 9), { op: "conv2d", out_channels: 9, kernel_size: 3, padding: 1 });
  assert.deepEqual(at("layers[0]", "padding", undefined), { op: "conv2d", out_channels: 8, kernel_size: 3 });
  assert.equal((at("layers[1]", "times", 5) as { repeat: { times: number } }).repeat.times, 5);
  assert.deepEqual(at("layers[3]", "save", "t"), { save: "t" });
  assert.deepEqual(at("layers[4].parallel.branches[0]", "name", "b"), {
    name: "b",
    body: [{ op: "conv2d", out_channels: 8, kernel_size: 1 }],
  });
  const same = setField(setField(spec, "layers[0]", "out_channels", 9).spec, "layers[0]", "out_channels", 8).spec;
  assert.deepEqual(same, spec);
  assert.equal(addBranch(spec, "layers[4]")?.path, "layers[4].parallel.branches[3]");
});

test("a repeat of something with a name has one", () => {
  const spec: Spec = { version: 1, input: [1, 28, 28], layers: [{ op: "relu", name: "block" }, { op: "tanh" }] };
  assert.deepEqual(wrap(spec, "layers[0]", "repeat")?.spec.layers[0], {
    repeat: { name: "blockb", times: 2, body: [{ op: "relu", name: "block" }] },
  });
  assert.deepEqual(wrap(spec, "layers[1]", "repeat")?.spec.layers[1], { repeat: { times: 2, body: [{ op: "tanh" }] } });
});

test("every operator of the language is offered, with the fields it must have", () => {
  const { $defs } = JSON.parse(readFileSync(join(root, "docs/schema/network-1.json"), "utf8")) as {
    $defs: { [name: string]: { required?: string[]; oneOf?: { $ref: string }[] } };
  };
  const language = ($defs.layer?.oneOf ?? []).map(({ $ref }) => $ref.split("/").at(-1) ?? "");
  assert.deepEqual([...OFFERED_OPERATORS].sort(), language.sort());
  for (const op of OFFERED_OPERATORS) for (const field of $defs[op]?.required ?? []) assert.ok(field in newLayer(op), `${op}.${field}`);
  const { spec } = examined("repeats");
  for (const kind of OFFERED_CONTAINERS) {
    const item = newContainer(kind, spec, [16, 28, 28]);
    for (const field of $defs[kind]?.required ?? []) assert.ok(field in item, `${kind}.${field}`);
  }
  assert.deepEqual(
    [newContainer("save", spec, []), newContainer("join", { ...spec, layers: spec.layers.slice(0, 4) }, [])],
    [{ save: "s1" }, { join: "s" }],
  );
  assert.ok(namesIn(spec).has("wide"));
});

test("a few letters are enough", () => {
  const choices = [...OFFERED_OPERATORS, ...OFFERED_CONTAINERS];
  const first = (typed: string): string | undefined => matching(choices, typed, (id) => `${id} ${ALIASES[id] ?? ""}`)[0];
  assert.deepEqual(["res", "conv", "bn", "fc", "gap", "flat", "pool", "incep", "свёрт", "СВЕРТ", "max po"].map(first), [
    "residual",
    "conv2d",
    "batch_norm2d",
    "linear",
    "global_avg_pool2d",
    "flatten",
    "max_pool2d",
    "parallel",
    "conv2d",
    "conv2d",
    "max_pool2d",
  ]);
  assert.equal(first("zzz"), undefined);
});

test("what can be read of a network ends before the layer that cannot", () => {
  const spec: Spec = { version: 1, input: [1, 28, 28], layers: [{ op: "relu" }, { op: "flatten" }, { op: "linear" }] };
  assert.equal(readablePrefix(spec, { path: "layers[2]" })?.layers.length, 2);
  assert.equal(readablePrefix(spec, { path: "layers[1].residual.body[3]" })?.layers.length, 1);
  for (const error of [null, { path: "layers[0]" }, { path: "training" }, { kind: "empty_network" }])
    assert.equal(readablePrefix(spec, error), null);
});
