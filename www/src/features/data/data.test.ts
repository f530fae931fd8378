import assert from "node:assert/strict";
import { test } from "node:test";
import { atFirst } from "../../../test/support/page-state.ts";
import type { DataFacts, Spec } from "../../engine/protocol.ts";
import { centreDigit, shiftImage } from "../../lib/mnist.ts";
import { classNames, imageSize } from "../../model/images.ts";
import { newDocument } from "../../spec/document.ts";
import { fixesFor } from "../fixes/fixes.ts";

const own: DataFacts = { height: 32, width: 24, classes: 26, mean: 0.25, std: 0.5, crc32: "0badcafe", letters: false };
const DATA = { type: "idx", classes: 26, mean: 0.25, std: 0.5, crc32: "0badcafe" };

const other = (data: unknown, found: readonly number[], classes: number) =>
  ({ kind: "other_data", message: "", what: "size", input: [1, 28, 28], classes: 10, found, found_classes: classes, data }) as const;

const layers: Spec["layers"] = [
  { op: "conv2d", out_channels: 6, kernel_size: 5 },
  { head: { name: "aux1", body: [{ op: "flatten" }, { op: "linear", out_features: 10 }] } },
  { op: "flatten" },
  { op: "linear", out_features: 84 },
  { op: "linear", out_features: 10 },
];

test("one click makes a network for the images that are loaded: size, data, and outputs of every head", () => {
  const document = newDocument({ title: "x", spec: { version: 1, input: [1, 28, 28], layers } });
  const [fix, ...more] = fixesFor(other(DATA, [1, 32, 24], 26), document);
  assert.deepEqual(more, []);
  assert.deepEqual(fix?.text, { code: "fit_data", size: "32×24", classes: 26 });
  assert.deepEqual([fix?.spec?.input, fix?.spec?.data], [[1, 32, 24], DATA]);
  assert.deepEqual(fix?.spec?.layers, [
    layers[0],
    { head: { name: "aux1", body: [{ op: "flatten" }, { op: "linear", out_features: 26 }] } },
    layers[2],
    layers[3],
    { op: "linear", out_features: 26 },
  ]);
});

test("and back to MNIST, where a specification says nothing", () => {
  const ended: Spec["layers"] = [{ op: "conv2d", out_channels: 26, kernel_size: 1 }, { op: "global_avg_pool2d" }, { op: "flatten" }];
  const spec: Spec = { version: 1, input: [1, 32, 24], data: { type: "idx", classes: 26 }, layers: ended };
  const [fix] = fixesFor(other("mnist", [1, 28, 28], 10), newDocument({ title: "x", spec }));
  assert.deepEqual([fix?.spec?.input, fix?.spec && "data" in fix.spec], [[1, 28, 28], false]);
  assert.deepEqual(fix?.spec?.layers[0], { op: "conv2d", out_channels: 10, kernel_size: 1 });
});

test("images have the size of the files, and classes the names that were given or their numbers", () => {
  const state = atFirst();
  assert.deepEqual(
    [imageSize(state), classNames(state)],
    [
      [28, 28],
      ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    ],
  );
  const network = { title: "x", spec: { version: 1, input: [1, 32, 24], data: DATA, layers }, description: {} } as never;
  const named = { ...state, network, data: { ...state.data, own, names: ["a", "", "c"] } };
  assert.deepEqual(imageSize(named), [32, 24]);
  assert.deepEqual([classNames(named).length, classNames(named).slice(0, 4)], [26, ["a", "1", "c", "3"]]);
});

test("a drawing becomes an image of any size, its ink in the middle", () => {
  const pixels = new Uint8Array(100 * 100);
  for (let y = 10; y < 50; y++) for (let x = 10; x < 20; x++) pixels[y * 100 + x] = 255;
  for (const [high, wide] of [
    [8, 8],
    [32, 24],
    [64, 64],
  ] as const) {
    const image = centreDigit({ width: 100, height: 100, pixels }, [high, wide]);
    assert.equal(image?.length, high * wide);
    let [mass, massX, massY] = [0, 0, 0];
    image?.forEach((value, at) => {
      mass += value;
      massX += value * ((at % wide) + 0.5);
      massY += value * (Math.floor(at / wide) + 0.5);
    });
    assert.ok(Math.abs(massX / mass - wide / 2) <= 0.5 && Math.abs(massY / mass - high / 2) <= 0.5, `${high}×${wide}`);
    const moved = shiftImage(image ?? new Uint8Array(), 1, 0, [high, wide]);
    assert.equal(moved[wide + 1], image?.[wide]);
  }
});
