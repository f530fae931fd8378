import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckDifference, CheckStep, NetworkDescription } from "../../src/web/types.d.ts";
import type { Patience } from "../src/check/measure.ts";
import { median, resolution, samplesWithin, timed } from "../src/check/measure.ts";
import { milliseconds, scientific } from "../src/check/numbers.ts";
import type { BackendResult } from "../src/check/protocol.ts";
import { byTime, imagesPerSecond, isTimed, relative, rows, speedUp, total, verdict, worst } from "../src/check/summary.ts";
import { checkTexts } from "../src/check/texts.ts";
import { Formats } from "../src/lib/format.ts";

test("the median is the middle one, or the mean of the two in the middle", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 2, 100]), 3);
  assert.ok(Number.isNaN(median([])));
});

test("the clock's step is found by watching it", () => {
  let calls = 0;
  assert.equal(
    resolution(() => Math.floor(calls++ / 7) * 0.125),
    0.125,
  );
});

test("slow things are sampled less often, and an odd number of times", () => {
  assert.deepEqual(
    [10, 300, 400, 5000].map((sample) => samplesWithin(1000, sample)),
    [5, 3, 1, 1],
  );
});

const patience: Patience = { sample: 2, budget: 1000, repeats: 4096, overhead: false };

/** Something that takes `ms`, on a clock of steps of `step`, with an `overhead` a sample. */
function work(ms: number, { step = 0.1, overhead = 0 } = {}) {
  const asked: [number, number][] = [];
  const run = async (repeats: number, samples: number): Promise<number[]> => {
    asked.push([repeats, samples]);
    return new Array<number>(samples).fill(Math.floor((overhead + ms * repeats) / step) * step);
  };
  return { asked, run };
}

test("what is shorter than the clock's step is repeated until it can be timed", async () => {
  const { asked, run } = work(0.01);
  const { ms, samples, repeats } = await timed(run, patience);
  assert.ok(Math.abs(ms - 0.01) < 0.001, `${ms}`);
  assert.ok(repeats >= 200 && repeats < 1000, `${repeats}`);
  assert.equal(samples, 5);
  assert.deepEqual(asked[0], [1, 1], "the first is thrown away");
});

test("what is slow is not repeated", async () => {
  const { asked, run } = work(3000);
  assert.deepEqual(await timed(run, patience), { ms: 3000, samples: 1, repeats: 1 });
  assert.equal(asked.length, 3);
});

test("a sample that something else made long does not stand for the others", async () => {
  for (const interrupted of [1, 2, 3]) {
    const { asked, run } = work(0.01);
    const busy = async (repeats: number, samples: number): Promise<number[]> => {
      const times = await run(repeats, samples);
      return asked.length - 1 === interrupted ? times.map((ms) => ms + 30) : times;
    };
    const { ms, repeats } = await timed(busy, patience);
    assert.ok(repeats >= 100 && Math.abs(ms - 0.01) < 0.002, `${interrupted}: ${ms} of ${repeats}`);
  }
});

test("repetitions have a limit", async () => {
  const { run } = work(1e-9);
  const { repeats, ms } = await timed(run, { ...patience, repeats: 64 });
  assert.equal(repeats, 64);
  assert.equal(ms, 0);
});

test("a submit's own time is taken off where that is asked for", async () => {
  const of = (overhead: boolean) => timed(work(0.05, { step: 1e-6, overhead: 3 }).run, { ...patience, sample: 10, overhead });
  assert.ok((await of(false)).ms > 0.06);
  assert.ok(Math.abs((await of(true)).ms - 0.05) < 1e-6);
});

const difference = (name: string, fields: Partial<CheckDifference> = {}): CheckDifference => ({
  name,
  gradient: true,
  largest: 1e-7,
  magnitude: 1,
  used: 0.1,
  passes: true,
  ...fields,
});

const result = (fields: Partial<BackendResult>): BackendResult => ({
  id: "simd",
  status: null,
  error: null,
  loss: null,
  differences: [],
  batch: null,
  steps: [],
  times: [],
  ...fields,
});

test("the worst is what fails, then what is furthest apart; what is no number is worse than all", () => {
  const near = difference("near");
  const far = difference("far", { largest: 2, magnitude: 1e6 });
  const failing = difference("failing", { largest: 1e-9, used: 1.5, passes: false });
  const broken = difference("broken", { largest: Number.NaN, used: Number.NaN, passes: false });
  assert.equal(worst([]), null);
  assert.equal(worst([near, far])?.name, "far");
  assert.equal(worst([failing, far])?.name, "failing");
  assert.equal(worst([far, broken, failing])?.name, "broken");
  assert.equal(relative(difference("zero", { largest: 0, magnitude: 0 })), 0);
});

test("a verdict has the loss, the logits, the worst gradient, and the part of the tolerance that is used", () => {
  assert.equal(verdict(result({})), null);
  const outputs = [difference("loss", { gradient: false, used: 0.2 }), difference("logits", { gradient: false })];
  const good = verdict(result({ differences: [...outputs, difference("conv1.weight", { largest: 1e-6 }), difference("fc.bias")] }));
  assert.deepEqual(
    [good?.loss?.name, good?.logits?.name, good?.gradients?.name, good?.passes, good?.used],
    ["loss", "logits", "conv1.weight", true, 0.2],
  );
  const bad = verdict(
    result({ differences: [...outputs, difference("fc.bias", { used: Number.NaN, passes: false }), difference("conv1.weight")] }),
  );
  assert.ok(bad && !bad.passes && Number.isNaN(bad.used));
});

const network = { nodes: ["conv1", "relu1", "fc"].map((name) => ({ name, op: name.replace(/\d/u, "") })) } as NetworkDescription;
const step = (node: string, backward = false): CheckStep => ({ node, backward, kernel: `${node}.x` });
const steps = [
  step("input"),
  step("conv1"),
  step("fc"),
  step("loss"),
  step("loss", true),
  step("fc", true),
  step("fc", true),
  step("conv1", true),
];
const times = [1, 4, 2, 1, 1, 3, 2, 6].map((ms) => ({ ms, samples: 5, repeats: 1 }));

test("steps are summed by node, images first, what follows the layers last", () => {
  const list = rows(network, [result({ steps, times })]);
  assert.deepEqual(
    list.map(({ name }) => name),
    ["input", "conv1", "relu1", "fc", "loss"],
  );
  assert.deepEqual(list[3]?.times.simd, { forward: 2, backward: 5, total: 7, share: 0.35 });
  assert.deepEqual(
    list.map(({ folded }) => folded),
    [false, false, true, false, false],
  );
  assert.deepEqual(
    list.map(({ op }) => op),
    [null, "conv", "relu", "fc", null],
  );
  const sum = total(list, "simd");
  assert.equal(sum.total, 20);
  assert.ok(Math.abs(sum.share - 1) < 1e-12);
  assert.equal(total(list, "webgpu").total, 0);
});

test("rows are sorted by time, those without one behind", () => {
  const list = rows(network, [result({ steps, times })]);
  assert.deepEqual(
    byTime(list, "simd").map(({ name }) => name),
    ["conv1", "fc", "loss", "input", "relu1"],
  );
});

test("a backend counts once all its steps have been timed", () => {
  assert.ok(!isTimed(result({})) && !isTimed(result({ steps, times: times.slice(1) })) && isTimed(result({ steps, times })));
  assert.deepEqual(
    rows(network, [result({ steps, times: [] })]).map(({ folded }) => folded),
    [true, true, true],
  );
  assert.equal(imagesPerSecond(16, 8), 2000);
  const timing = (ms: number) => ({ ms, samples: 5, repeats: 1 });
  const [scalar, simd] = [result({ id: "scalar", batch: timing(20) }), result({ batch: timing(5) })];
  assert.equal(speedUp([scalar, simd], "simd"), 4);
  assert.equal(speedUp([scalar, result({})], "simd"), null);
});

test("small numbers are written with powers of ten, in both languages", () => {
  assert.equal(scientific(new Formats("en"), 1.234e-7), "1.2·10⁻⁷");
  assert.equal(scientific(new Formats("ru"), 1.25e12), "1,3·10¹²");
  assert.deepEqual(
    [0, 2.5, Number.NaN, Number.POSITIVE_INFINITY].map((value) => scientific(new Formats("en"), value)),
    ["0", "2.5", "NaN", "∞"],
  );
  assert.deepEqual(
    [123.4, 12.34, 1.234, 0.1234, 0.001234].map((value) => milliseconds(new Formats("en"), value)),
    ["123", "12.3", "1.23", "0.123", "0.0012"],
  );
});

test("both languages have the same texts, each in its own letters", () => {
  const text = { en: checkTexts.en(new Formats("en")), ru: checkTexts.ru(new Formats("ru")) };
  const said = (of: object): string[] =>
    Object.entries(of)
      .flatMap(([key, value]) => (typeof value === "object" ? said(value as object).map((inner) => `${key}.${inner}`) : [key]))
      .sort();
  assert.deepEqual(said(text.en), said(text.ru));
  for (const [language, { failed, heading, layers, tolerance, webgpuWay }] of Object.entries(text)) {
    for (const one of [failed, heading, layers, tolerance, webgpuWay]) assert.equal(/[а-яё]/iu.test(one), language === "ru", one);
  }
  for (const at of ["opening", "comparing", "speed"] as const) assert.match(text.ru.stage({ at, backend: "simd" }), /^Процессор, SIMD: /u);
  assert.match(text.en.stage({ at: "layers", backend: "webgpu", done: 2, of: 27 }), /^WebGPU: timing kernel call 3 of 27$/u);
  assert.match(text.en.passes(0.0001), /< 0\.1%/u);
});
