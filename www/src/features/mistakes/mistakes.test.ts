import assert from "node:assert/strict";
import { test } from "node:test";
import type { Predictions } from "../../engine/protocol.ts";
import { cellImages, confusionOf, scoresOf, sharesOf, worstOf } from "../../model/mistakes.ts";

const predictions: Predictions = {
  split: "test",
  step: 5,
  labels: Uint8Array.of(0, 0, 1, 1, 1, 2),
  first: Uint8Array.of(0, 1, 1, 2, 2, 0),
  second: Uint8Array.of(1, 0, 0, 1, 0, 1),
  probabilities: Float32Array.of(0.9, 0.6, 0.8, 0.5, 0.99, 0.4),
  losses: Float32Array.of(0.1, 1, 0.2, 0.9, 7, Number.NaN),
};

test("images are counted by label and by what is said", () => {
  const counts = confusionOf(predictions, 3);
  assert.deepEqual(counts, [
    [1, 1, 0],
    [0, 1, 2],
    [1, 0, 0],
  ]);
  assert.deepEqual(sharesOf(counts), [
    [0.5, 0.5, 0],
    [0, 1 / 3, 2 / 3],
    [1, 0, 0],
  ]);
  assert.deepEqual(sharesOf([[0, 0]]), [[0, 0]]);
  assert.deepEqual(cellImages(predictions, 1, 2), [3, 4]);
});

test("the worst mistake is the one with the largest loss, and no right answer is one", () => {
  assert.deepEqual(worstOf(predictions, 10), [5, 4, 1, 3]);
  assert.deepEqual(worstOf(predictions, 2), [5, 4]);
});

test("a class is right at first, or at first or second", () => {
  const [zero, one, two, three] = scoresOf(predictions, 4);
  assert.deepEqual(zero, { label: 0, count: 2, top1: 0.5, top2: 1 });
  assert.deepEqual(one, { label: 1, count: 3, top1: 1 / 3, top2: 2 / 3 });
  assert.deepEqual(two, { label: 2, count: 1, top1: 0, top2: 0 });
  assert.deepEqual(three, { label: 3, count: 0, top1: 0, top2: 0 });
});
