import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, contrast, css, extentOf, inkOn, paletteOf, stepOf } from "../src/features/maps/look/colours.ts";
import { fieldNumbers } from "../src/features/maps/look/field.ts";
import { filtersOf, inputsOf } from "../src/features/maps/look/filters.ts";
import { histogramOf } from "../src/features/maps/look/histogram.ts";
import { arrange, extents, mapAt, mapRange, paint, placeOf, rangeOf, stackOf } from "../src/features/maps/look/stack.ts";

test("0 is the middle, both ends stand out from it, and letters can be read on every colour", () => {
  for (const dark of [false, true]) {
    const zero = colourOf(0, dark);
    assert.deepEqual(colourOf(-0, dark), zero);
    for (const end of [-1, 1]) assert.ok(contrast(colourOf(end, dark), zero) >= 4.5, `${end} ${dark}`);
    for (let share = -1; share <= 1; share += 0.01) {
      const colour = colourOf(share, dark);
      const ink = inkOn(colour) === "#000" ? ([0, 0, 0] as const) : ([255, 255, 255] as const);
      assert.ok(contrast(colour, ink) >= 4.5, `${css(colour)}`);
    }
  }
});

test("a palette runs from the least to the largest, as image data has it", () => {
  const words = paletteOf(false);
  assert.equal(words.length, 511);
  assert.deepEqual([...new Uint8Array(words.buffer, 255 * 4, 4)], [...colourOf(0, false), 255]);
  assert.deepEqual(
    [stepOf(0, 2), stepOf(2, 2), stepOf(-2, 2), stepOf(9, 2), stepOf(-9, 2), stepOf(Number.NaN, 2)],
    [255, 510, 0, 510, 0, 255],
  );
  assert.deepEqual([extentOf([-3, 1]), extentOf([0, 0]), extentOf([0, Number.POSITIVE_INFINITY])], [3, 1, 1]);
});

const stack = stackOf({ shape: [3, 2, 2], values: Float32Array.of(0, 1, 2, 3, -8, 0, 0, 0, 1, 1, 1, Number.NaN) });

test("ranges are of a map, of the layer, of the network", () => {
  assert.deepEqual(mapRange(stack, 1), [-8, 0]);
  assert.deepEqual(mapRange(stack, 2), [1, 1]);
  assert.deepEqual(rangeOf(stack.values), [-8, 3]);
  assert.deepEqual([...extents(stack, "local", null)], [3, 8, 1]);
  assert.deepEqual([...extents(stack, "layer", null)], [8, 8, 8]);
  assert.deepEqual([...extents(stack, "global", [-1, 20])], [20, 20, 20]);
});

test("maps lie in lines; each place on the picture is one map's or none's", () => {
  const arrangement = arrange(stack, 400, 2);
  assert.deepEqual([arrangement.across, arrangement.down, arrangement.gap], [2, 2, 1]);
  assert.deepEqual(placeOf(stack, arrangement, 2), { row: 3, column: 0 });
  assert.deepEqual(
    [
      mapAt(stack, arrangement, 0, 0),
      mapAt(stack, arrangement, 1, 2),
      mapAt(stack, arrangement, 1, 3),
      mapAt(stack, arrangement, 4, 1),
      mapAt(stack, arrangement, 4, 4),
    ],
    [0, null, 1, 2, null],
  );
  const words = new Uint32Array(arrangement.width * arrangement.height);
  const palette = paletteOf(true);
  paint(words, stack, arrangement, extents(stack, "local", null), palette);
  assert.equal(words[0], palette[255]);
  assert.equal(words[1], palette[255 + 85]);
  assert.equal(words[2], 0);
  assert.equal(words[3], palette[0]);
});

test("lines are as long as there is room, and features are cells that a finger can hit", () => {
  const many = { count: 64, rows: 28, columns: 28, values: new Float32Array(0) };
  const { across, zoom, width } = arrange(many, 640);
  assert.ok(width * zoom <= 640 && across > 4, `${across}`);
  const features = arrange({ count: 120, rows: 1, columns: 1, values: new Float32Array(0) }, 300);
  assert.ok(features.zoom >= 24 && features.width * features.zoom <= 300);
  assert.equal(arrange({ count: 3, rows: 28, columns: 28, values: new Float32Array(0) }, 10).across, 1);
});

test("sixty-four maps are drawn in a moment", () => {
  const many = stackOf({ shape: [64, 28, 28], values: Float32Array.from({ length: 64 * 784 }, (_, at) => Math.sin(at)) });
  const arrangement = arrange(many, 700);
  const words = new Uint32Array(arrangement.width * arrangement.height);
  const draw = () => paint(words, many, arrangement, extents(many, "local", null), paletteOf(false));
  for (let warm = 0; warm < 20; warm++) draw();
  const before = performance.now();
  for (let times = 0; times < 20; times++) draw();
  const each = (performance.now() - before) / 20;
  // Generous: the machine may be busy with other things.
  assert.ok(each < 25, `${each} ms`);
});

test("weights are kernels, their mean, those of one input, a matrix or cells", () => {
  const kernels = { name: "weight", shape: [2, 3, 1, 2], values: Float32Array.from({ length: 12 }, (_, at) => at) };
  assert.equal(inputsOf(kernels), 3);
  assert.deepEqual([filtersOf(kernels, "all").stack.count, filtersOf(kernels, "all").across], [6, 3]);
  assert.deepEqual([...filtersOf(kernels, "mean").stack.values], [2, 3, 8, 9]);
  assert.deepEqual([...filtersOf(kernels, 2).stack.values], [4, 5, 10, 11]);
  const matrix = filtersOf({ name: "weight", shape: [4, 3], values: new Float32Array(12) }, "all").stack;
  assert.deepEqual([matrix.count, matrix.rows, matrix.columns], [1, 4, 3]);
  assert.equal(filtersOf({ name: "bias", shape: [5], values: new Float32Array(5) }, "all").stack.count, 5);
});

test("a histogram counts every value once", () => {
  const { bins, count, mean, deviation, zeros, range } = histogramOf(Float32Array.of(-1, 0, 0, 1, Number.NaN), 4);
  assert.deepEqual([...bins], [1, 0, 2, 1]);
  assert.deepEqual([count, mean, zeros, [...range]], [4, 0, 2, [-1, 1]]);
  assert.ok(Math.abs(deviation - Math.SQRT1_2) < 1e-6);
  assert.deepEqual([...histogramOf(Float32Array.of(2, 2), 3).bins], [2, 0, 0]);
  assert.equal(histogramOf(new Float32Array(0)).count, 0);
});

test("the field in numbers: how large, how much of it counts", () => {
  const gradient = Float32Array.of(0, -6, 3, 1, 0, 0);
  assert.deepEqual(fieldNumbers(gradient, [0, 1], [1, 2]), { size: [2, 2], touched: 3, half: 1, most: 2 });
  assert.deepEqual(fieldNumbers(new Float32Array(4), [0, 1], [0, 1]), { size: [2, 2], touched: 0, half: 0, most: 0 });
});
