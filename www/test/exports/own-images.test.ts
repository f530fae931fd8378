// The engine's readers of IDX files, through WebAssembly: what is taken, and what is refused with nothing changed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { DataFacts, OwnData } from "../../../src/web/types.d.ts";
import type { EnginePackage, Session } from "../../src/engine/worker/engine.ts";

const root = process.env.RECEPTIVE_ROOT ?? "..";
type InNode = Omit<EnginePackage, "default"> & { default(options: { module_or_path: Uint8Array }): Promise<unknown> };
const pack = (await import(pathToFileURL(join(root, "pkg/receptive.js")).href)) as InNode;
await pack.default({ module_or_path: readFileSync(join(root, "pkg/receptive_bg.wasm")) });

function idx(magic: number, dimensions: readonly number[], bytes: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * dimensions.length + bytes.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, magic);
  dimensions.forEach((size, at) => view.setUint32(4 + 4 * at, size));
  file.set(bytes, 4 + 4 * dimensions.length);
  return file;
}

const images = (count: number, height: number, width: number): Uint8Array =>
  idx(
    2051,
    [count, height, width],
    Uint8Array.from({ length: count * height * width }, (_, at) => at % 251),
  );
const labels = (...values: number[]): Uint8Array => idx(2049, [values.length], Uint8Array.from(values));
const session = (): Session => new pack.Session(() => undefined);

const take = (files: [Uint8Array, Uint8Array], test?: [Uint8Array, Uint8Array]): OwnData =>
  session().loadIdx(...files, test?.[0], test?.[1], ["images", "labels", "test images", "test labels"]);

test("sizes from 8 to 64 and up to 100 classes are taken, with what they are", () => {
  for (const [height, width, largest] of [
    [8, 8, 1],
    [28, 28, 9],
    [32, 24, 25],
    [64, 64, 99],
  ] as const) {
    const { train, test, facts } = take([images(2, height, width), labels(0, largest)], [images(1, height, width), labels(0)]);
    assert.deepEqual([train, test], [2, 1]);
    const { mean, std, crc32, ...form } = facts as DataFacts;
    assert.deepEqual(form, { height, width, classes: largest + 1, letters: false });
    const values = Array.from({ length: 2 * height * width }, (_, at) => (at % 251) / 255);
    const expected = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - expected) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean - expected) < 1e-4 && Math.abs(std - Math.sqrt(variance)) < 1e-4, `${mean} ${std}`);
    assert.match(crc32, /^[\da-f]{8}$/u);
  }
});

test("what is no such files is refused with what it is and what was expected", () => {
  const cases: [[Uint8Array, Uint8Array], object][] = [
    [[images(1, 7, 8), labels(0)], { kind: "side_out_of_range", height: 7, width: 8, least: 8, most: 64 }],
    [[images(1, 8, 65), labels(0)], { kind: "side_out_of_range", width: 65 }],
    [[images(2, 8, 8), labels(0, 100)], { kind: "label_out_of_range", found: 100, largest: 99, offset: 9 }],
    [[images(2, 8, 8), labels(0)], { kind: "count_mismatch", images: 2, labels: 1 }],
    // More pixels than 32 bits count: the file's length says so, and no memory is asked for.
    [[idx(2051, [0xffffffff, 64, 64], new Uint8Array(9)), labels(0)], { kind: "truncated", needed: 0xffffffff * 4096 + 16 }],
    [[idx(2051, [0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(9)), labels(0)], { kind: "truncated" }],
    [[images(1, 8, 8).subarray(0, 40), labels(0)], { kind: "truncated", offset: 40, needed: 80 }],
  ];
  for (const [files, expected] of cases) {
    let refused: Record<string, unknown> = {};
    try {
      take(files);
    } catch (thrown) {
      refused = thrown as Record<string, unknown>;
    }
    for (const [field, value] of Object.entries(expected)) assert.equal(refused[field], value, `${JSON.stringify(expected)}: ${field}`);
  }
});

test("letters are turned once", () => {
  const own = session();
  const loaded = own.loadIdx(images(2, 28, 28), labels(1, 26), undefined, undefined, ["i", "l", "", ""]);
  assert.deepEqual([loaded.facts?.letters, loaded.facts?.classes, loaded.test], [true, 27, 0]);
  assert.equal(own.turnLetters().facts?.letters, false);
  assert.throws(
    () => own.turnLetters(),
    (thrown) => (thrown as { kind: string }).kind === "no_letters",
  );
});

test("a network is examined against the images that are loaded", () => {
  const layers = [{ op: "flatten" }, { op: "linear", out_features: 10 }];
  const { facts } = take([images(2, 32, 32), labels(0, 25)]);
  const refused = (spec: object, loaded: DataFacts | null | undefined) =>
    pack.examine(spec as never, loaded).network?.training_refused as { kind: string; what: string; data: unknown } | null;
  assert.equal(refused({ version: 1, layers }, undefined), null);
  const other = refused({ version: 1, layers }, facts);
  assert.deepEqual([other?.kind, other?.what], ["other_data", "size"]);
  const fitted = { version: 1, input: [1, 32, 32], data: other?.data, layers: [layers[0], { op: "linear", out_features: 26 }] };
  assert.equal(refused(fitted, facts), null);
  assert.equal(refused(fitted, null)?.what, "missing");
  // The link's short form loses nothing of it.
  assert.deepEqual(pack.longSpec(pack.shortSpec(fitted as never)), fitted);
});
