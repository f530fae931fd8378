import assert from "node:assert/strict";
import { test } from "node:test";
import inspector from "../src/features/inspector/en.ts";
import { Formats } from "../src/lib/format.ts";
import type { Field } from "../src/spec/fields.ts";
import { fieldOf, fieldsFor, nudged, read, written } from "../src/spec/fields.ts";
import { newContainer, newLayer, OFFERED_CONTAINERS, OFFERED_OPERATORS } from "../src/spec/new-items.ts";
import { examined } from "./support/examinations.ts";

const field = (item: unknown, name: string): Field => {
  const found = fieldOf(item, name);
  assert.ok(found, name);
  return found;
};
const conv = newLayer("conv2d");
const plain = (value: number): string => String(value);

test("fields are the schema's, lists of items left out", () => {
  assert.deepEqual(
    fieldsFor(conv).map(([name]) => name),
    ["name", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "connections"],
  );
  assert.deepEqual(field(conv, "out_channels"), { type: "integer", least: 1, most: 16_777_216, required: true });
  assert.deepEqual(field(conv, "kernel_size"), { type: "pair", least: 1, most: 16_777_216, required: true });
  assert.deepEqual(
    fieldsFor({ residual: { body: [] } }).map(([name, { type }]) => `${name} ${type}`),
    ["name text", "shortcut shortcut", "after choice"],
  );
  assert.deepEqual(
    fieldsFor({ join: "s" }).map(([name, { type }]) => `${name} ${type}`),
    ["join saved", "how choice", "crop boolean", "name text"],
  );
  assert.deepEqual(fieldsFor({ op: "from_the_future" }), []);
});

test("every field of every item has a label", () => {
  const { spec } = examined("lenet5");
  const { fields } = inspector(new Formats("en"));
  for (const item of [...OFFERED_OPERATORS.map(newLayer), ...OFFERED_CONTAINERS.map((kind) => newContainer(kind, spec, [16, 28, 28]))]) {
    for (const [name] of fieldsFor(item)) assert.ok(name in fields, name);
  }
});

test("what is typed is read as people write it", () => {
  const kernel = field(conv, "kernel_size");
  for (const [text, value] of [
    ["3", 3],
    ["3x5", [3, 5]],
    ["3 × 5", [3, 5]],
    ["3, 5", [3, 5]],
    ["3x3", 3],
    ["3х5", [3, 5]],
  ] as const)
    assert.deepEqual(read(kernel, text), { value }, text);
  for (const text of ["", "0", "3.5", "a", "3x4x5", "-1"]) assert.equal(read(kernel, text), null, text);
  assert.deepEqual(read(field(conv, "stride"), ""), { value: undefined });
  assert.deepEqual(read(field(newLayer("dropout"), "p"), "0,25"), { value: 0.25 });
  assert.equal(read(field(newLayer("dropout"), "p"), "1"), null);
  assert.deepEqual(read(field(newLayer("pad2d"), "padding"), "1 2 3 4"), { value: [1, 2, 3, 4] });
  assert.deepEqual(read(field(conv, "name"), " first "), { value: "first" });
  assert.deepEqual([written([3, 5], plain), written(undefined, plain), written(0.5, plain), written("a", plain)], ["3×5", "", "0.5", "a"]);
});

test("arrow keys stay within what is possible", () => {
  const nudge = (item: unknown, name: string, value: unknown, direction: 1 | -1): unknown =>
    nudged(name, field(item, name), value, direction);
  assert.deepEqual(
    [
      nudge(conv, "kernel_size", 3, 1),
      nudge(conv, "kernel_size", 3, -1),
      nudge(conv, "kernel_size", 1, -1),
      nudge(conv, "kernel_size", [3, 5], 1),
    ],
    [5, 1, 1, [5, 7]],
  );
  assert.deepEqual([nudge(conv, "out_channels", 16, 1), nudge(conv, "out_channels", 1, -1), nudge(conv, "padding", 0, -1)], [17, 1, 0]);
  assert.deepEqual(
    [nudge(newLayer("dropout"), "p", 0.5, 1), nudge(newLayer("dropout"), "p", 0.98, 1), nudge({ op: "batch_norm2d" }, "eps", 1e-5, 1)],
    [0.55, 0.999, 2e-5],
  );
});
