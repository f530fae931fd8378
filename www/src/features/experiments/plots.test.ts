/** Axes and curves of results. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { curveOf, scaleOf } from "./plots.ts";
import type { CurvePoint } from "./runner.ts";

const ANY = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };

test("an axis has room around its values, and ends where the measure does", () => {
  assert.deepEqual(scaleOf([], ANY), { least: 0, most: 1 });
  const { least, most } = scaleOf([0.5, 1], ANY);
  assert.ok(least < 0.5 && most > 1);
  assert.equal(scaleOf([0.5, 1], { least: 0, most: 1 }).most, 1);
});

test("a single outlier does not fix the axis", () => {
  assert.ok(scaleOf([0.97, 0.98, 0.975, 0.985, 600], ANY).most < 1);
});

test("a curve is the mean of the runs where all of them have a point", () => {
  const run = (seed: number, losses: number[]) => ({
    seed,
    result: {
      measures: {},
      curve: losses.map((train_loss, at): CurvePoint => ({ step: at + 1, train_loss, train_top1: 0 })),
      seconds: 1,
    },
  });
  const points = curveOf([run(1, [2, 1]), run(2, [4, Number.NaN])], ({ train_loss }) => train_loss);
  assert.deepEqual(points, [{ step: 1, mean: 3, least: 2, most: 4 }]);
});
