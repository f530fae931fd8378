import assert from "node:assert/strict";
import { test } from "node:test";
import features from "receptive:features";
import type { Spec } from "../src/engine/protocol.ts";
import { placeOn, secondsAt } from "../src/features/training/axis.ts";
import { chartData, yRange } from "../src/features/training/chart-data.ts";
import type { Axis } from "../src/features/training/measures.ts";
import { valueAt } from "../src/features/training/measures.ts";
import { Formats, parseNumber } from "../src/lib/format.ts";
import { centreDigit, inkBox, SIDE, shiftImage } from "../src/lib/mnist.ts";
import { RunClock } from "../src/lib/run-clock.ts";
import { History, isGuessing, Series, sampleRows, smooth } from "../src/lib/series.ts";
import { shortcutOf } from "../src/lib/shortcuts.ts";
import { nextTheme, parseTheme } from "../src/lib/theme.ts";
import { classesOf, classImage, inkImage, overlap } from "../src/model/mask.ts";
import { shortcutsOf } from "../src/page/registry.ts";
import { paramsArithmetic } from "../src/spec/arithmetic.ts";
import type { ScheduleChoice, Settings } from "../src/spec/settings.ts";
import {
  choiceOf,
  choosing,
  chosenSchedule,
  hasMomentum,
  isAllowed,
  nudge,
  pending,
  settingsOf,
  withSettings,
} from "../src/spec/settings.ts";

function drawing(
  width: number,
  height: number,
  ink: (x: number, y: number) => number,
): { width: number; height: number; pixels: Uint8Array } {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels[y * width + x] = ink(x, y);
  return { width, height, pixels };
}

function boxOf(image: Uint8Array): { width: number; height: number; left: number; top: number } {
  const box = inkBox({ width: SIDE, height: SIDE, pixels: image });
  assert.ok(box);
  return { width: box.right - box.left, height: box.bottom - box.top, left: box.left, top: box.top };
}

function centreOfMass(image: Uint8Array): [number, number] {
  let mass = 0,
    x = 0,
    y = 0;
  image.forEach((value, at) => {
    mass += value;
    x += value * ((at % SIDE) + 0.5);
    y += value * (Math.floor(at / SIDE) + 0.5);
  });
  return [x / mass, y / mass];
}

test("a tall stroke fills 20 rows and keeps its proportions", () => {
  const image = centreDigit(drawing(280, 280, (x, y) => (x >= 30 && x < 50 && y >= 20 && y < 220 ? 255 : 0)));
  assert.ok(image);
  const { width, height } = boxOf(image);
  assert.deepEqual([width, height], [2, 20]);
});

test("a wide stroke fills 20 columns", () => {
  const image = centreDigit(drawing(280, 280, (x, y) => (x >= 10 && x < 270 && y >= 100 && y < 126 ? 255 : 0)));
  assert.ok(image);
  assert.deepEqual([boxOf(image).width, boxOf(image).height], [20, 2]);
});

test("the centre of mass, not of the box, comes to the middle", () => {
  // An L: most of its ink is left and low.
  const image = centreDigit(drawing(280, 280, (x, y) => ((x < 40 && y < 200) || (x < 200 && y >= 160 && y < 200) ? 255 : 0)));
  assert.ok(image);
  const [x, y] = centreOfMass(image);
  assert.ok(Math.abs(x - 14) <= 0.5 && Math.abs(y - 14) <= 0.5, `${x}, ${y}`);
  const { left, top, width, height } = boxOf(image);
  assert.ok(Math.abs(left + width / 2 - 14) > 1 || Math.abs(top + height / 2 - 14) > 1, "an L's box is off the middle");
});

test("where it was drawn and how large does not matter", () => {
  const ring = (cx: number, cy: number, r: number) =>
    centreDigit(drawing(280, 280, (x, y) => (Math.abs(Math.hypot(x - cx, y - cy) - r) < r / 5 ? 255 : 0)));
  const small = ring(70, 70, 50);
  const large = ring(150, 140, 100);
  assert.ok(small && large);
  const difference = small.reduce((sum, value, at) => sum + Math.abs(value - (large[at] ?? 0)), 0) / small.reduce((a, b) => a + b, 0);
  assert.ok(difference < 0.1, `${difference}`);
});

test("scaling keeps grey at the edges, and the amount of ink", () => {
  const image = centreDigit(drawing(280, 280, (x, y) => (Math.hypot(x - 140, y - 140) < 90 ? 255 : 0)));
  assert.ok(image);
  const greys = image.filter((value) => value > 10 && value < 245).length;
  assert.ok(greys > 20, `${greys} grey pixels`);
  const ink = image.reduce((a, b) => a + b, 0) / 255;
  assert.ok(Math.abs(ink - Math.PI * 10 ** 2) < 6, `${ink}`);
});

test("an empty or all but invisible drawing is no digit", () => {
  assert.equal(centreDigit(drawing(280, 280, () => 0)), null);
  assert.equal(centreDigit(drawing(280, 280, () => 10)), null);
});

test("a single dot is a digit that fits", () => {
  const image = centreDigit(drawing(280, 280, (x, y) => (x === 279 && y === 0 ? 255 : 0)));
  assert.ok(image);
  assert.deepEqual(boxOf(image), { width: 20, height: 20, left: 4, top: 4 });
});

test("shifting moves by whole pixels and drops what leaves", () => {
  const image = new Uint8Array(SIDE * SIDE);
  image[0] = 9;
  image[SIDE * SIDE - 1] = 7;
  const moved = shiftImage(image, 1, 2);
  assert.equal(moved[2 * SIDE + 1], 9);
  assert.equal(
    moved.reduce((a, b) => a + b, 0),
    9,
  );
  assert.deepEqual(shiftImage(image, 0, 0), image);
  assert.equal(
    shiftImage(image, 40, 0).reduce((a, b) => a + b, 0),
    0,
  );
});

test("numbers read as people write them", () => {
  assert.equal(parseNumber("0,02"), 0.02);
  assert.equal(parseNumber(" 1e-4 "), 0.0001);
  assert.equal(parseNumber("60\u00a0000"), 60_000);
  assert.equal(parseNumber(".5"), 0.5);
  for (const wrong of ["", "1.2.3", "abc", "1,000,000", "--1", "0x10", "Infinity"]) assert.equal(parseNumber(wrong), null, wrong);
});

test("what is shown for a setting can be read back, in both languages", () => {
  for (const language of ["en", "ru"]) {
    const format = new Formats(language);
    for (const value of [0, 0.02, 0.9, 1e-4, 1e-5, 64, 1024, 4294967295 / 65536]) {
      assert.ok(
        Math.abs((parseNumber(format.plain(value)) ?? NaN) - value) <= value * 1e-5,
        `${language} ${value}: ${format.plain(value)}`,
      );
    }
  }
});

test("times and sizes have units", () => {
  const [en, ru] = [new Formats("en"), new Formats("ru")];
  assert.equal(en.duration(12.4), "12 sec");
  assert.equal(en.duration(130), "2 min 10 sec");
  assert.equal(en.duration(3700), "1 hr 1 min");
  assert.equal(ru.duration(130).replaceAll("\u00a0", " "), "2 мин 10 с");
  assert.equal(en.bytes(11_600_000), "12 MB");
  assert.equal(en.percent(0.98765), "98.77%");
  assert.equal(en.loss(0.123456), "0.1235");
  assert.equal(en.loss(Infinity), "∞");
  assert.equal(en.hex(2051), "0x00000803");
});

test("a long curve is thinned evenly and keeps its ends and its shape", () => {
  const series = new Series(100);
  for (let step = 1; step <= 5003; step++) series.push({ step, loss: 9000 - step, top1: step / 9000 });
  assert.ok(series.points.length <= 101 && series.points.length >= 50, `${series.points.length}`);
  assert.deepEqual(series.last, { step: 5003, loss: 3997, top1: 5003 / 9000 });
  const gaps = series.points.slice(1).map(({ step }, at) => step - (series.points[at]?.step ?? 0));
  assert.ok(Math.max(...gaps) <= 128 && Math.min(...gaps.slice(0, -1)) >= 32, `gaps from ${Math.min(...gaps)} to ${Math.max(...gaps)}`);
  for (const { step, loss } of series.points) assert.ok(Math.abs(loss - (9000 - step)) < 1e-6, `${step}: ${loss}`);
});

test("a curve does not run backwards, and a step measured twice counts once", () => {
  const series = new Series();
  for (const step of [1, 2, 2, 1, 3]) series.push({ step, loss: step, top1: 0 });
  assert.deepEqual(
    series.points.map(({ step }) => step),
    [1, 2, 3],
  );
});

test("smoothing starts at the first value and leaves a constant alone", () => {
  assert.deepEqual(
    smooth([2, 2, 2], 0.9).map((value) => Number(value.toFixed(9))),
    [2, 2, 2],
  );
  assert.equal(smooth([5, 1], 0.9)[0], 5);
  assert.deepEqual(smooth([5, 1, 3], 0), [5, 1, 3]);
});

test("two curves share one axis", () => {
  const history = new History();
  history.addTrain({ step: 10, loss: 2, top1: 0.1 });
  history.addTrain({ step: 20, loss: 1, top1: 0.6 });
  history.addTest({ step: 15, loss: 1.5, top1: 0.4 });
  const nothing = [null, null, null];
  assert.deepEqual(chartData(history, [], "loss", { smoothing: 0, top5: false }), [
    [10, 15, 20],
    nothing,
    [2, null, 1],
    [null, 1.5, null],
    nothing,
    nothing,
  ]);
  const [, raw, smoothed] = chartData(history, [], "loss", { smoothing: 0.85, top5: false });
  assert.deepEqual(raw, [2, null, 1]);
  assert.ok((smoothed?.[2] ?? 0) > 1);
});

test("runs behind and top-5 have curves of their own on the same axis", () => {
  const [front, behind] = [new History(), new History()];
  front.addTrain({ step: 10, loss: 2, top1: 0.1, top5: 0.6 });
  front.addTest({ step: 10, loss: 2, top1: 0.2, top5: 0.7 });
  behind.addTrain({ step: 5, loss: 1, top1: 0.3 });
  behind.addTest({ step: 20, loss: 1, top1: 0.4 });
  const data = chartData(front, [behind], "accuracy", { smoothing: 0, top5: true });
  assert.deepEqual(data, [
    [5, 10, 20],
    [null, null, null],
    [null, 0.1, null],
    [null, 0.2, null],
    [null, 0.6, null],
    [null, 0.7, null],
    [0.3, null, null],
    [null, null, 0.4],
  ]);
  assert.equal(valueAt(data[2], 2), 0.1);
  assert.equal(valueAt(data[2], 0), null);
  for (let step = 1; step < 1000; step++) behind.addTrain({ step: 30 + step, loss: 1, top1: 0.3 });
  assert.ok(chartData(front, [behind], "accuracy", { smoothing: 0.5, top5: true })[0].length < 310);
});

test("seconds of training go on where the engine counts from 0 again, and are thinned", () => {
  const clock = new RunClock();
  assert.deepEqual([secondsAt(clock.marks, 5), clock.total], [null, null]);
  clock.add(10, 2);
  clock.add(30, 4);
  assert.deepEqual(
    [0, 5, 10, 20, 99].map((step) => secondsAt(clock.marks, step)),
    [0, 1, 2, 3, 4],
  );
  // Another backend, or another engine, goes on.
  clock.add(40, 1);
  assert.equal(clock.total, 5);
  const again = new RunClock();
  again.load(JSON.parse(JSON.stringify(clock.save())));
  again.add(50, 0.5);
  again.add(60, 1);
  assert.deepEqual([secondsAt(again.marks, 50), again.total], [5.5, 6]);
  for (let step = 61; step < 3000; step++) again.add(step, step - 59);
  assert.ok(again.save().length <= 400);
  assert.ok(Math.abs((secondsAt(again.marks, 1061) ?? 0) - 1007) < 0.1);
});

test("an axis of images and one of seconds: where the points of two runs lie", () => {
  const [front, behind] = [new History(), new History()];
  front.addTrain({ step: 10, loss: 2, top1: 0.1 });
  front.clock.add(10, 4);
  behind.addTrain({ step: 20, loss: 1, top1: 0.3 });
  const of = (axis: Axis) => {
    const places = [placeOn(axis, front, 64), placeOn(axis, behind, 32)];
    const [steps, , train, , , , other] = chartData(front, [behind], "loss", { smoothing: 0, top5: false, places });
    return [steps, train, other];
  };
  assert.deepEqual(of("steps"), [
    [10, 20],
    [2, null],
    [null, 1],
  ]);
  assert.deepEqual(of("images"), [[640], [2], [1]]);
  // Of the other one no time was kept.
  assert.deepEqual(of("seconds"), [[4], [2], [null]]);
});

test("a history that was kept goes on as if it had not been", () => {
  const point = (step: number) => ({ step, loss: Math.fround(1 / step), top1: 0.5, top5: 0.9 });
  const whole = new History();
  let half = new History();
  for (let step = 1; step <= 3000; step++) {
    if (step === 1700) half = History.from(JSON.parse(JSON.stringify(half.save())));
    for (const history of [whole, half]) history.addTrain(point(step));
  }
  whole.addEpochEnd(938);
  assert.equal(half.train.points.length, whole.train.points.length);
  assert.deepEqual(
    half.train.points.map(({ step }) => step),
    whole.train.points.map(({ step }) => step),
  );
  assert.ok(half.train.points.every(({ loss }, at) => Math.abs(loss / (whole.train.points[at]?.loss ?? 0) - 1) < 1e-4));
  assert.deepEqual(History.from(whole.save()).epochEnds, [938]);
});

test("the accuracy's axis stands still, the loss's grows by halves", () => {
  assert.deepEqual(yRange("accuracy", false, [0.3]), [0, 1]);
  assert.deepEqual(yRange("accuracy", true, []), [0.9, 1]);
  assert.deepEqual(yRange("loss", false, [2.31, null, 0.2]), [0, 2.5]);
  assert.deepEqual(yRange("loss", false, []), [0, 2.5]);
  assert.deepEqual(yRange("loss", true, [2.31, 0.02]), [0.01, 10]);
});

test("a table takes no more rows than it shows, ends included", () => {
  const rows = sampleRows(
    Array.from({ length: 501 }, (_, at) => at),
    11,
  );
  assert.deepEqual(rows, [0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500]);
  assert.deepEqual(sampleRows([1, 2], 11), [1, 2]);
});

test("a loss that stays at ln 10 is guessing, one that only began there is not", () => {
  const stuck = Array.from({ length: 30 }, (_, at) => ({ step: at * 10, loss: Math.log(10), top1: 0.1 }));
  assert.equal(isGuessing(stuck), true);
  assert.equal(isGuessing(stuck.slice(0, 10)), false);
  assert.equal(isGuessing(stuck.map((point) => (point.step > 100 ? { ...point, loss: 0.5 } : point))), false);
});

test("settings come from a specification and go back into it", () => {
  const spec = {
    version: 1 as const,
    input: [1, 28, 28],
    layers: [],
    training: { epochs: 3, optimizer: { type: "sgd" as const, learning_rate: 0.02, nesterov: true } },
  };
  const settings = settingsOf(spec);
  assert.deepEqual(settings, {
    optimizer: "sgd",
    learning_rate: 0.02,
    momentum: 0.9,
    weight_decay: 0,
    batch_size: 64,
    epochs: 3,
    seed: 1,
    init: "pytorch",
    schedule: { type: "constant" },
    augmentation: {},
    clip_grad_norm: null,
    decay: "all",
  });
  const changed = withSettings(spec, { ...settings, momentum: 0.5, batch_size: 32 });
  assert.deepEqual(settingsOf(changed), { ...settings, momentum: 0.5, batch_size: 32 });
  assert.equal(changed.training?.optimizer?.nesterov, true);
  assert.deepEqual(pending(settings, { ...settings, seed: 2, learning_rate: 1, epochs: 9 }), ["seed"]);
});

test("another optimizer comes with its own rates, waits for a fresh start, and takes along what is not its predecessor's", () => {
  const spec: Spec = {
    version: 1,
    input: [1, 28, 28],
    layers: [],
    training: { optimizer: { learning_rate: 0.05, nesterov: true, clip_grad_norm: 2, decay: "weights" } },
  };
  const applied = settingsOf(spec);
  const edited = { ...applied, ...choosing("adamw", applied) };
  assert.deepEqual([edited.learning_rate, edited.weight_decay, hasMomentum(edited)], [0.001, 0.01, false]);
  assert.deepEqual(pending(applied, edited), ["optimizer"]);
  const changed = withSettings(spec, edited);
  assert.deepEqual(changed.training?.optimizer, {
    clip_grad_norm: 2,
    decay: "weights",
    type: "adamw",
    learning_rate: 0.001,
    weight_decay: 0.01,
  });
  assert.deepEqual(settingsOf(changed), edited);
  assert.deepEqual({ ...edited, ...choosing("sgd", applied) }, applied, "back to the one in force, its numbers come back");
  for (const optimizer of ["sgd", "adam", "adamw", "rmsprop"] as const) {
    const one = { ...applied, ...choosing(optimizer, applied) };
    assert.deepEqual(settingsOf(withSettings(spec, one)), one);
  }
});

test("each schedule that the page offers goes into a specification and is known again", () => {
  const spec: Spec = { version: 1, input: [1, 28, 28], layers: [], training: { epochs: 6 } };
  const settings = settingsOf(spec);
  const begin = (choice: ScheduleChoice): Settings => ({ ...settings, schedule: chosenSchedule(choice, settings, settings.schedule) });
  for (const choice of ["constant", "step", "multi_step", "exponential", "cosine", "warmup_cosine", "polynomial", "one_cycle"] as const) {
    const back = settingsOf(withSettings(spec, begin(choice)));
    assert.equal(choiceOf(back.schedule), choice);
    assert.deepEqual(pending(begin(choice), back), []);
  }
  assert.deepEqual(begin("step").schedule, { type: "step", step_size: 2, gamma: 0.1 });
  assert.deepEqual(begin("warmup_cosine").schedule, { type: "cosine", warmup: 0.6, start_factor: 0.1 });
  const own: Spec = { ...spec, training: { schedule: { type: "multi_step", milestones: [2, 4] } } };
  const owned = settingsOf(own);
  assert.deepEqual(withSettings(own, owned).training?.schedule, { type: "multi_step", milestones: [2, 4] });
  assert.deepEqual(
    chosenSchedule("multi_step", { ...owned, schedule: { type: "cosine" } }, owned.schedule),
    owned.schedule,
    "back to the one in force, its fields come back",
  );
  assert.deepEqual(
    [hasMomentum(begin("one_cycle")), hasMomentum({ ...settings, schedule: { type: "one_cycle", cycle_momentum: false } })],
    [false, true],
  );
  assert.deepEqual(choosing("rmsprop", settings, { type: "one_cycle" }).schedule, { type: "one_cycle", cycle_momentum: false });
});

test("augmentation, clipping and decay wait for a fresh start, and what is off is not written", () => {
  const spec: Spec = {
    version: 1,
    input: [1, 28, 28],
    layers: [],
    training: { augmentation: { shift: 2 }, optimizer: { type: "adam", clip_grad_norm: 1 } },
  };
  const settings = settingsOf(spec);
  assert.deepEqual([settings.augmentation, settings.clip_grad_norm, settings.decay], [{ shift: 2 }, 1, "all"]);
  const edited: Settings = { ...settings, augmentation: {}, clip_grad_norm: null, decay: "weights" };
  assert.deepEqual(pending(settings, edited), ["augmentation", "clip_grad_norm", "decay"]);
  const { training } = withSettings(spec, edited);
  assert.ok(training && !("augmentation" in training) && !("clip_grad_norm" in (training.optimizer ?? {})));
  assert.equal(training.optimizer?.decay, "weights");
  assert.deepEqual(
    pending({ ...settings, augmentation: { shift: 1, scale: 0.1 } }, { ...settings, augmentation: { scale: 0.1, shift: 1 } }),
    [],
  );
});

test("arrow keys move a setting to a round neighbour within its range", () => {
  assert.equal(nudge("learning_rate", 0.02, 1), 0.05);
  assert.equal(nudge("learning_rate", 0.02, -1), 0.01);
  assert.equal(nudge("learning_rate", 0.03, 1), 0.05);
  assert.equal(nudge("learning_rate", 10, 1), 10);
  assert.equal(nudge("weight_decay", 0, 1), 1e-5);
  assert.equal(nudge("weight_decay", 1e-5, -1), 0);
  assert.equal(nudge("batch_size", 64, 1), 128);
  assert.equal(nudge("batch_size", 1, -1), 1);
  assert.equal(nudge("momentum", 0.95, 1), 0.999);
  assert.equal(nudge("seed", 0, -1), 0);
  assert.equal(isAllowed("batch_size", 1.5), false);
  assert.equal(isAllowed("momentum", 1), false);
});

test("single keys work outside of fields, on a Russian layout too, and can be turned off", () => {
  const press = (key: string, code = "", inside = "", more = {}) => ({
    key,
    code,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    repeat: false,
    target: { closest: (selector: string) => (inside && selector.includes(inside) ? {} : null) },
    ...more,
  });
  const KEYS = new Map([...shortcutsOf(features)].map(([key, { type }]) => [key, type]));
  assert.equal(shortcutOf(press(" "), true, KEYS), "toggle_run");
  assert.equal(shortcutOf(press("R"), true, KEYS), "reset");
  assert.equal(shortcutOf(press("к", "KeyR"), true, KEYS), "reset");
  assert.equal(shortcutOf(press("?"), true, KEYS), "open_dialog");
  assert.equal(shortcutOf(press("r", "KeyR", "input"), true, KEYS), null);
  assert.equal(shortcutOf(press(" ", "", "button"), true, KEYS), null);
  assert.equal(shortcutOf(press("r", "KeyR", "button"), true, KEYS), "reset");
  assert.equal(shortcutOf(press("r", "KeyR", "", { ctrlKey: true }), true, KEYS), null);
  assert.equal(shortcutOf(press("r", "KeyR"), false, KEYS), null);
});

test("themes", () => {
  assert.equal(parseTheme("dark"), "dark");
  assert.equal(parseTheme("blue"), "auto");
  assert.equal(nextTheme(nextTheme(nextTheme("auto"))), "auto");
});

test("a mask is counted by class, held against the digit, and painted in colours or shades of grey", () => {
  const scene = { picture: Uint8Array.of(255, 0, 0, 0, 0), digit: Uint8Array.of(1, 1, 1, 0, 0), mask: Uint8Array.of(8, 8, 2, 8, 0) };
  assert.deepEqual(classesOf(scene.mask), [
    { digit: 7, pixels: 3 },
    { digit: 1, pixels: 1 },
  ]);
  assert.equal(overlap(scene, 7), 2 / 4);
  assert.equal(overlap(scene, null), 3 / 4);
  assert.equal(overlap(scene, 0), 0);
  assert.equal(overlap({ ...scene, digit: new Uint8Array(5) }, 3), null);
  assert.deepEqual([...inkImage(scene.picture).slice(0, 8)], [0, 0, 0, 255, 0, 0, 0, 0]);
  const painted = (only: number | null, known?: boolean): number[][] => {
    const rgba = classImage(scene.picture, scene.mask, only, known);
    return Array.from(scene.mask, (_, at) => [...rgba.slice(4 * at, 4 * at + 4)]);
  };
  assert.deepEqual(painted(null)[0], [255, 157, 167, 255]);
  assert.deepEqual(painted(null)[4], [127, 127, 127, 0]);
  assert.deepEqual(painted(1)[0], [127, 127, 127, 90]);
  assert.deepEqual(painted(null, false)[0], [127, 127, 127, 255]);
});

test("a mean IoU is of test points alone, and joined where all have one", () => {
  const history = new History();
  history.addTrain({ step: 5, loss: 1, top1: 0.8 });
  history.addTest({ step: 5, loss: 1, top1: 0.8, mean_iou: 0.5 });
  assert.deepEqual(chartData(history, [], "iou", { smoothing: 0, top5: false }), [[5], [null], [null], [0.5], [null], [null]]);
  assert.deepEqual(yRange("iou", false, [0.5]), [0, 1]);
});

test("how many parameters there are is written as the language writes numbers", () => {
  const formats = (["ru", "en"] as const).map((language) => new Formats(language));
  const written = formats.map((format) =>
    paramsArithmetic("5*5*256*1024 + 1024 = 6,554,624", (count) => format.whole(count)).replaceAll(/\s/gu, " "),
  );
  assert.deepEqual(written, ["5·5·256·1 024 + 1 024 = 6 554 624", "5·5·256·1,024 + 1,024 = 6,554,624"]);
});
