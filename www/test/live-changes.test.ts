// Live changes of a run, what spoiled it, and the steps that are kept to go back to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aboveAxis, chartData, yRange } from "../src/features/training/chart-data.ts";
import type { KeptStep } from "../src/lib/kept-steps.ts";
import { keptBefore, keptKey, keptSteps, surplus } from "../src/lib/kept-steps.ts";
import { blameIn, isChange, withChange } from "../src/lib/live-changes.ts";
import type { Point } from "../src/lib/series.ts";
import { History, Series } from "../src/lib/series.ts";

const change = (step: number, from: number, to: number) => ({ step, setting: "learning_rate" as const, from, to });
const FLOOR = Math.log(10) - 0.03;
const curve = (...losses: number[]): Point[] => losses.map((loss, at) => ({ step: 10 * (at + 1), loss, top1: 0.5 }));

test("what is typed between two steps is one change, and one that is taken back is none", () => {
  const typed = [change(100, 0.02, 0.5), change(100, 0.5, 1)].reduce(withChange, [] as ReturnType<typeof withChange>);
  assert.deepEqual(typed, [change(100, 0.02, 1)]);
  assert.deepEqual(withChange(typed, change(100, 1, 0.02)), []);
  assert.deepEqual(withChange(typed, change(140, 1, 0.02)), [change(100, 0.02, 1), change(140, 1, 0.02)]);
  assert.deepEqual(withChange(typed, { ...change(100, 0.9, 0.5), setting: "momentum" }).length, 2);
});

test("the change after which the loss rose and stayed is to blame, also when the old value is back", () => {
  const points = curve(0.05, 0.03, 0.02, 0.02, 40_000, 600, 2.31, 2.3, 2.31);
  const raised = change(40, 0.02, 1);
  const blame = blameIn([raised], points, FLOOR);
  assert.ok(blame !== null && blame.step === 40 && blame.after === 40_000 && Math.abs(blame.before - 0.03) < 1e-9);
  assert.equal(blameIn([raised, change(75, 1, 0.02)], points, FLOOR)?.step, 40);
  assert.equal(blameIn([change(10, 0.1, 0.02), raised], points, FLOOR)?.step, 40);
});

test("a sound run, and one that has recovered, blame nothing; one that fails at once blames the last change", () => {
  const raised = change(30, 0.02, 0.1);
  assert.equal(blameIn([raised], curve(0.05, 0.04, 0.04, 0.06, 0.05, 0.04), FLOOR), null);
  assert.equal(blameIn([raised], curve(0.05, 0.04, 0.04, 3, 2.4, 0.5, 0.4, 0.3), FLOOR), null);
  // A run that never was better than guessing was not spoiled by a change.
  assert.equal(blameIn([raised], curve(2.3, 2.3, 2.31, 9, 9, 9), FLOOR), null);
  assert.equal(blameIn([], curve(0.05, 9, 9, 9), FLOOR, true), null);
  assert.deepEqual(blameIn([raised], curve(0.05, 0.04, 0.04), FLOOR, true), { ...raised, before: 0.13 / 3, after: null });
  const long = curve(...Array.from({ length: 60 }, () => 0.05));
  assert.equal(blameIn([raised], long, FLOOR, true), null);
});

test("changes are stored with the curves, and what is none is left out", () => {
  const history = new History();
  history.addTrain({ step: 5, loss: 1, top1: 0.5 });
  history.addChange(change(5, 0.02, 1));
  assert.deepEqual(History.from(JSON.parse(JSON.stringify(history.save()))).changes, [change(5, 0.02, 1)]);
  assert.ok(!isChange({ ...change(5, 0.02, 1), step: Number.NaN }));
  const { changes: _changes, ...older } = history.save();
  assert.deepEqual(History.from(older).changes, []);
  const damaged = { ...history.save(), changes: [null, { step: 1 }] } as never;
  assert.deepEqual(History.from(damaged).changes, []);
});

test("a peak stays in a curve that is thinned, stored, and drawn behind another", () => {
  const history = new History();
  for (let step = 1; step <= 9000; step++) {
    const spike = step === 3921;
    history.addTrain({ step, loss: spike ? 40_000 : 0.05, top1: spike ? 0.09 : 0.98 });
  }
  assert.ok(history.train.points.length < 1300);
  const again = History.from(JSON.parse(JSON.stringify(history.save())));
  for (const one of [history, again]) {
    const loss = chartData(one, [], "loss", { smoothing: 0, top5: false });
    const place = loss[2]?.indexOf(40_000) ?? -1;
    assert.equal(loss[0][place], 3921);
    const accuracy = chartData(one, [], "accuracy", { smoothing: 0, top5: false });
    assert.ok(accuracy[2]?.includes(0.09));
    const behind = chartData(new History(), [one], "loss", { smoothing: 0, top5: false });
    assert.ok(behind[6]?.includes(40_000));
    assert.ok(behind[0].length <= 310);
  }
  const short = new Series(4);
  for (let step = 1; step <= 8; step++) short.push({ step, loss: step, top1: 0.5 });
  assert.ok(short.points.some(({ peak }) => peak !== undefined));
});

test("outliers do not fix the loss's axis, and the chart says how high they are", () => {
  const values = [...Array.from({ length: 50 }, (_, at) => 2.3 - at / 25), 40_000, 600];
  assert.ok(yRange("loss", false, values)[1] <= 10);
  assert.equal(aboveAxis("loss", false, values), 40_000);
  assert.equal(aboveAxis("loss", true, values), null);
  assert.equal(aboveAxis("loss", false, [2.3, 1, 0.5]), null);
  assert.ok(yRange("loss", true, values)[1] >= 40_000);
});

test("steps of a run that can be gone back to", () => {
  const checkpoints = new Map([
    ["r1", 500],
    [keptKey("r1", 469), 469],
    [keptKey("r1", 120), 120],
    ["r11", 7],
    [keptKey("r11", 3), 3],
  ]);
  assert.deepEqual(keptSteps(checkpoints, "r1"), [120, 469, 500]);
  assert.equal(keptBefore(checkpoints, "r1", 480), 469);
  assert.equal(keptBefore(checkpoints, "r1", 100), null);
});

test("of too many kept steps other runs' go first, then those whose neighbours are nearest, and those before a change last", () => {
  const kept = (run: string, step: number, at: number, change = false, size = 1): KeptStep => ({
    key: keptKey(run, step),
    step,
    at,
    size,
    change,
  });
  const own = [kept("r2", 100, 3), kept("r2", 110, 4, true), kept("r2", 120, 5), kept("r2", 900, 6), kept("r2", 1000, 7)];
  const all = [kept("r1", 5, 1), kept("r1", 9, 2), ...own];
  assert.deepEqual(surplus(all, 7), []);
  assert.deepEqual(surplus(all, 5), [keptKey("r1", 5), keptKey("r1", 9)]);
  const four = surplus(own, 3);
  assert.equal(four.length, 2);
  assert.ok(!four.includes(keptKey("r2", 110)) && !four.includes(keptKey("r2", 1000)), four.join(" "));
  // The newest stays, however large it is.
  assert.deepEqual(surplus([kept("r2", 9, 9, true, 100)], 3, 10), []);
  assert.deepEqual(surplus([kept("r2", 5, 5, true), kept("r2", 9, 9, false, 100)], 3, 10), [keptKey("r2", 5)]);
});
