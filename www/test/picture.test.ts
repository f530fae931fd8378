import assert from "node:assert/strict";
import { test } from "node:test";
import { drawingOf } from "../src/features/try/picture.ts";
import { centreDigit } from "../src/lib/mnist.ts";

/** A bar of `ink` on `paper`, with a shadow that is nearly paper. */
function bar(ink: number, paper: number, alpha = 255): { width: number; height: number; data: Uint8ClampedArray } {
  const [width, height] = [60, 40];
  const data = new Uint8ClampedArray(4 * width * height);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const inside = x >= 40 && x < 46 && y >= 5 && y < 35;
    const level = inside ? ink : x < 20 ? paper + Math.sign(ink - paper) * 10 : paper;
    data.set([level, level, level, inside ? 255 : alpha], 4 * at);
  }
  return { width, height, data };
}

test("dark on light, light on dark and on nothing are the same digit", () => {
  const images = [bar(20, 235), bar(235, 20), bar(0, 0, 0)].map((picture) => {
    const drawing = drawingOf(picture);
    assert.ok(drawing);
    return centreDigit(drawing);
  });
  const [first] = images;
  assert.ok(first);
  assert.ok(first.some((level) => level === 255));
  for (const image of images) assert.deepEqual(image, first);
  // 20 rows of 4 columns, in the middle.
  assert.equal(first.filter((level) => level > 0).length, 80);
});

test("a picture of nothing is no digit", () => {
  assert.equal(drawingOf(bar(200, 200)), null);
});
