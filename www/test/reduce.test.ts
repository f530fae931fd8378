import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metrics } from "../src/engine/protocol.ts";
import { reduce } from "../src/model/reduce.ts";
import type { AppState, RunPhase } from "../src/model/state.ts";
import { withNotice } from "../src/model/state.ts";
import { atFirst } from "./support/page-state.ts";

const start = (phase: RunPhase = "running"): AppState => {
  const state = atFirst();
  return { ...state, run: { ...state.run, id: "run-1", phase } };
};
const metrics = (step: number, loss = 1): Metrics => ({
  step,
  epoch: 1,
  epochs: 3,
  images_seen: step * 64,
  images_in_use: 6000,
  images_total: 60_000,
  loss,
  top1: 0.5,
  top5: 0.9,
  images_per_second: 1000,
  seconds: 1,
  progress: 0.1,
  seconds_left: 9,
  learning_rate: 0.02,
  speed_up: null,
});

test("the first metrics turn starting into running", () => {
  const state = reduce(start("starting"), { type: "metrics", run: "run-1", metrics: metrics(10) });
  assert.equal(state.run.phase, "running");
  assert.equal(state.run.metrics?.step, 10);
  assert.equal(state.run.history.train.last?.loss, 1);
});

test("metrics on the way to a pause do not undo it", () => {
  assert.equal(reduce(start("pausing"), { type: "metrics", run: "run-1", metrics: metrics(10) }).run.phase, "pausing");
});

test("the last words of a replaced run change nothing", () => {
  const state = start();
  assert.equal(reduce(state, { type: "metrics", run: "run-0", metrics: metrics(10) }), state);
  assert.equal(reduce(state, { type: "done", run: "run-0", step: 10 }), state);
  assert.equal(reduce(state, { type: "failed", run: "run-0", error: { kind: "busy", message: "" } }), state);
});

test("a loss that is no number stops the run with its own notice", () => {
  const state = reduce(start(), {
    type: "failed",
    run: "run-1",
    error: { kind: "non_finite", message: "", step: 9, node: "fc1", what: "loss", learning_rate: 5 },
  });
  assert.equal(state.run.phase, "failed");
  assert.deepEqual(
    state.notices.map(({ code }) => code),
    ["diverged"],
  );
  assert.equal(state.engine.phase, "loading");
});

test("a run that guessed before its weights broke says so once", () => {
  const before = start();
  const guessed = { ...before, notices: withNotice(before.notices, { code: "guessing" }) };
  const error = { kind: "non_finite", message: "NaN", step: 7, node: "loss", what: "loss", learning_rate: 9 } as const;
  const state = reduce(guessed, { type: "failed", run: "run-1", error });
  assert.deepEqual(
    state.notices.map(({ code }) => code),
    ["diverged"],
  );
});

test("a panic stops the engine, whichever run it was in", () => {
  const state = reduce(start(), { type: "failed", run: null, error: { kind: "panic", message: "", reason: "" } });
  assert.equal(state.engine.phase, "stopped");
  assert.deepEqual(
    state.notices.map(({ code }) => code),
    ["crashed"],
  );
});

test("a lost device says where training goes on", () => {
  let state = reduce(start(), { type: "metrics", run: "run-1", metrics: metrics(420) });
  const reason = { kind: "device_lost", message: "", reason: "destroyed" } as const;
  state = reduce(state, {
    type: "backend",
    run: "run-1",
    backend: { requested: "auto", backend: "cpu", kernels: "simd128", adapter: null, software: false, reason, race: null },
  });
  const [notice] = state.notices;
  assert.ok(notice?.code === "device_lost" && notice.step === 420 && notice.backend === "cpu");
  assert.equal(state.run.phase, "running");
});

test("guessing is said once, and taken back when the loss moves", () => {
  let state = start();
  for (let step = 50; step <= 400; step += 50)
    state = reduce(state, { type: "metrics", run: "run-1", metrics: metrics(step, Math.log(10)) });
  assert.deepEqual(
    state.notices.map(({ code }) => code),
    ["guessing"],
  );
  for (let step = 450; step <= 900; step += 50) state = reduce(state, { type: "metrics", run: "run-1", metrics: metrics(step, 0.4) });
  assert.deepEqual(state.notices, []);
});

test("an epoch is announced and puts its test figures on the curve", () => {
  let state = reduce(start(), { type: "metrics", run: "run-1", metrics: metrics(938) });
  state = reduce(state, {
    type: "epoch",
    run: "run-1",
    epoch: 1,
    train_loss: 0.2,
    train_top1: 0.9,
    test_loss: 0.1,
    test_top1: 0.97,
    test_top5: 1,
    seconds: 6,
    images_per_second: 10_000,
    test_mean_iou: null,
  });
  assert.equal(state.announcement?.code, "epoch");
  assert.deepEqual(state.run.history.test.last, { step: 938, loss: 0.1, top1: 0.97, top5: 1 });
  assert.deepEqual(state.run.history.epochEnds, [938]);
});

test("data counts up split by split", () => {
  let state = reduce(start(), { type: "data", split: "train", images: 6000, total: 60_000 });
  state = reduce(state, { type: "data", split: "test", images: 10_000, total: 10_000 });
  assert.deepEqual(state.data.images, { train: 6000, test: 10_000 });
  assert.deepEqual(state.data.totals, { train: 60_000, test: 10_000 });
});

test("a notice of a code replaces the one before", () => {
  const notices = withNotice(withNotice([], { code: "guessing" }), { code: "fresh_weights", backend: "cpu" });
  assert.deepEqual(
    withNotice(notices, { code: "guessing" }).map(({ code }) => code),
    ["fresh_weights", "guessing"],
  );
});
