// What the page does with what a person wants, from its opening on, with an engine that answers at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReceptiveError } from "../src/engine/errors.ts";
import { TestEnvironment, TestRecords } from "./support/environment.ts";
import type { FakePage } from "./support/fake-page.ts";
import { openPage, settle } from "./support/fake-page.ts";
import { presetNamed } from "./support/page-state.ts";

const [lenet, resnet] = [presetNamed("lenet5"), presetNamed("resnet8")];
const epochs = lenet.spec.training?.epochs ?? 0;
const TOO_LARGE = { kind: "too_large", message: "", node: "conv1", needed_bytes: 9, limit_bytes: 8, largest_batch: 1 } as ReceptiveError;
const phase = ({ page }: FakePage): string => page.state.run.phase;
const codes = ({ page }: FakePage): string[] => page.state.notices.map(({ code }) => code);

/** A page that trains, and has come to this step. */
async function training(step: number, environment = new TestEnvironment(undefined, new TestRecords())): Promise<FakePage> {
  const fake = await openPage(environment);
  fake.page.handle({ type: "toggle_run" });
  await settle();
  fake.engine.train(step);
  await settle();
  fake.types();
  return fake;
}

test("a page that is opened compiles its first network and waits", async () => {
  const fake = await openPage();
  assert.deepEqual(fake.types(), [`compile ${lenet.spec.name}`]);
  assert.deepEqual([phase(fake), fake.page.state.document?.present.title, fake.page.state.document?.examined], ["idle", "LeNet-5", true]);
});

test("run, pause, resume, and the end", async () => {
  const fake = await openPage();
  const { page, engine, types } = fake;
  types();
  page.handle({ type: "toggle_run" });
  assert.equal(phase(fake), "starting");
  await settle();
  engine.train(3);
  assert.deepEqual([phase(fake), types(), page.state.run.label !== null], ["running", [`start ${epochs}`], true]);
  const paused = engine.hold("pause");
  page.handle({ type: "toggle_run" });
  assert.equal(phase(fake), "pausing");
  page.handle({ type: "toggle_run" });
  await settle();
  assert.deepEqual(
    types().filter((type) => type !== "checkpoint"),
    ["pause"],
    "asked once",
  );
  paused();
  await settle();
  assert.deepEqual([phase(fake), page.state.announcement], ["paused", { code: "paused", step: 3 }]);
  page.handle({ type: "toggle_run" });
  await settle();
  engine.train(4);
  assert.deepEqual([phase(fake), types().filter((type) => type !== "checkpoint")], ["running", ["resume"]]);
  engine.fire({ type: "done", run: engine.run } as { type: string });
  assert.equal(phase(fake), "done");
});

test("run before there is an image waits for the first ones", async () => {
  const fake = await openPage();
  const { page, engine, types } = fake;
  types();
  page.set({ data: { ...page.state.data, images: { train: 0, test: 0 } } });
  page.handle({ type: "toggle_run" });
  assert.deepEqual([phase(fake), types()], ["waiting", []]);
  engine.images(6000, 0);
  await settle();
  assert.deepEqual([phase(fake), types()], ["starting", [`start ${epochs}`]]);
});

test("a pause that comes too late finds a run that is done", async () => {
  const fake = await training(3);
  fake.engine.refuse("pause", { kind: "not_running", message: "" } as ReceptiveError);
  fake.page.handle({ type: "toggle_run" });
  await settle();
  assert.deepEqual([phase(fake), codes(fake)], ["done", []]);
});

test("a step is one batch, and none while it trains", async () => {
  const fake = await openPage();
  fake.types();
  fake.page.handle({ type: "step" });
  await settle();
  assert.deepEqual(
    [fake.types().filter((type) => type !== "checkpoint"), fake.page.state.run.metrics?.step, phase(fake)],
    [["step"], 1, "idle"],
  );
  const busy = await training(3);
  busy.page.handle({ type: "step" });
  await settle();
  assert.deepEqual(
    busy.types().filter((type) => type !== "checkpoint"),
    [],
  );
});

test("a reset keeps the run before it in the list, and pauses first", async () => {
  const fake = await training(7);
  fake.page.handle({ type: "reset" });
  await settle();
  assert.deepEqual(
    fake.types().filter((type) => type !== "checkpoint"),
    ["pause", "reset"],
  );
  const { run, runs, announcement } = fake.page.state;
  assert.deepEqual([run.phase, run.metrics, runs.map(({ metrics }) => metrics.step), announcement?.code], ["idle", null, [7], "reset"]);
  // R was pressed by mistake.
  const kept = fake.page.state.notices.find(({ code }) => code === "run_kept");
  assert.deepEqual(kept, { code: "run_kept", key: runs[0]?.key, name: runs[0]?.name, step: 7 });
  fake.page.handle({ type: "go_back_to_run", key: runs[0]?.key ?? "" });
  await settle();
  const { run: back, runs: left, notices } = fake.page.state;
  assert.deepEqual([back.label?.key, back.phase, back.metrics?.step, left.length, notices], [runs[0]?.key, "paused", 7, 0, []]);
});

test("what the engine refuses is said, and the run before goes on", async () => {
  const fake = await training(3);
  fake.engine.refuse("compile", TOO_LARGE);
  fake.page.handle({ type: "edit_settings", changes: { batch_size: 4096 } });
  fake.page.handle({ type: "apply_settings" });
  await settle();
  assert.deepEqual(
    [codes(fake), phase(fake), fake.page.state.run.metrics?.step, fake.page.state.backend.switching],
    [["refused"], "running", 3, false],
  );
  fake.engine.refuse("start", TOO_LARGE);
  const idle = await openPage();
  idle.engine.refuse("start", TOO_LARGE);
  idle.page.handle({ type: "toggle_run" });
  await settle();
  assert.deepEqual([codes(idle), phase(idle)], [["refused"], "idle"]);
});

test("an engine that stopped goes on from its last checkpoint when it is started anew", async () => {
  const fake = await training(7);
  await fake.pass(6000);
  fake.engine.train(8);
  await settle();
  assert.ok(fake.types().includes("checkpoint"));
  const stopped = { kind: "worker_stopped", message: "" } as ReceptiveError;
  fake.engine.fire({ type: "crashed", error: stopped } as { type: string });
  assert.deepEqual([fake.page.state.engine.phase, phase(fake), codes(fake)], ["stopped", "failed", ["crashed"]]);
  fake.page.handle({ type: "restart_engine" });
  await settle();
  assert.equal(fake.engine.restarts, 1);
  assert.deepEqual(fake.types().slice(0, 2), [`compile ${lenet.spec.name}`, `start ${fake.page.state.run.metrics?.epochs}`]);
  assert.deepEqual([fake.page.state.run.metrics?.step, codes(fake)], [8, ["went_on"]]);
});

test("a lost device is said once, with the step it was lost at, and training goes on", async () => {
  const fake = await training(5);
  const reason = { kind: "device_lost", message: "" };
  fake.engine.fire({ type: "backend", run: fake.engine.run, backend: { requested: "auto", backend: "cpu", race: null, reason } } as {
    type: string;
  });
  const [notice] = fake.page.state.notices;
  assert.ok(notice?.code === "device_lost");
  assert.deepEqual([notice.step, notice.backend, phase(fake)], [5, "cpu", "running"]);
});

test("a branch goes on from another run's weights, with that run's network", async () => {
  const fake = await training(9);
  fake.page.handle({ type: "toggle_run" });
  await settle();
  const { label } = fake.page.state.run;
  fake.page.handle({ type: "open_network", ...resnet });
  fake.page.handle({ type: "train_new" });
  await settle();
  fake.engine.train(6);
  fake.page.handle({ type: "branch_run", key: label?.key ?? "" });
  await settle();
  const { run, runs, document, notices } = fake.page.state;
  assert.deepEqual([run.metrics?.step, run.phase, run.label?.parent, document?.present.title], [9, "paused", label?.key, "LeNet-5"]);
  assert.deepEqual(
    runs.map(({ title, metrics }) => [title, metrics.step]),
    [
      ["LeNet-5", 9],
      [resnet.title, 6],
    ],
  );
  assert.ok(notices.some(({ code }) => code === "copied_run"));
});

test("after a reload the run that was in front stands where it stood, and goes on", async () => {
  const records = new TestRecords();
  const before = await training(11, new TestEnvironment(undefined, records));
  before.page.handle({ type: "toggle_run" });
  await settle();
  before.page.handle({ type: "open_network", ...resnet });
  before.page.handle({ type: "undo" });
  before.environment.leave();
  await settle();
  const { label } = before.page.state.run;
  const after = await openPage(new TestEnvironment(undefined, records));
  const { run, document } = after.page.state;
  assert.deepEqual([run.label, run.metrics?.step, run.phase, document?.present.title], [label, 11, "paused", "LeNet-5"]);
  assert.deepEqual([after.types(), codes(after)], [[`compile ${lenet.spec.name}`], ["went_on"]]);
  after.page.handle({ type: "toggle_run" });
  await settle();
  assert.deepEqual(
    after.types().filter((type) => type !== "checkpoint"),
    [`start ${after.page.state.run.metrics?.epochs}`],
  );
});

test("nothing may be stored: that is said once, when there is something to lose", async () => {
  const fake = await openPage();
  await fake.pass(1000);
  assert.deepEqual(codes(fake), []);
  fake.page.handle({ type: "open_network", ...resnet });
  await fake.pass(1000);
  fake.page.handle({ type: "undo" });
  await fake.pass(1000);
  assert.deepEqual(codes(fake), ["not_stored"]);
});

test("undo and redo, and edits with one mark are undone together", async () => {
  const { page, pass } = await openPage();
  const layers = (): number | undefined => page.state.document?.present.spec.layers.length;
  const { spec } = lenet;
  const all = spec.layers.length;
  for (const cut of [1, 2, 3])
    page.handle({ type: "edit_network", spec: { ...spec, layers: spec.layers.slice(0, all - cut) }, merge: "cut" });
  page.handle({ type: "edit_network", spec: { ...spec, layers: [] } });
  assert.equal(layers(), 0);
  page.handle({ type: "undo" });
  assert.equal(layers(), all - 3);
  page.handle({ type: "undo" });
  assert.equal(layers(), all);
  page.handle({ type: "undo" });
  page.handle({ type: "redo" });
  page.handle({ type: "redo" });
  page.handle({ type: "redo" });
  assert.equal(layers(), 0);
  await pass(1000);
  assert.equal(page.state.document?.examination?.error?.kind, "empty_network");
});

test("the address follows the page, and the page an address; back undoes", async () => {
  const { page, environment, pass } = await openPage();
  page.handle({ type: "show_view", view: "maps" });
  page.handle({ type: "look_at", looking: { tab: "gradients" } });
  await pass(400);
  assert.equal(environment.address.hash, "#view=maps&maps=gradients");
  environment.visit(`#preset=${resnet.name}&view=diagram&select=layers%5B0%5D`);
  await pass(400);
  assert.deepEqual(
    [page.state.document?.present.title, page.state.view, page.state.selection?.path, page.state.looking.tab],
    [resnet.title, "diagram", "layers[0]", "activations"],
  );
  environment.visit("https://example.org/course/#view=diagram");
  await pass(400);
  assert.deepEqual([page.state.document?.present.title, page.state.document?.future.length], ["LeNet-5", 1]);
  environment.visit("#stage");
  await pass(400);
  assert.equal(page.state.view, "diagram", "a mark of the page is no address");
  environment.visit("#g=!!");
  await pass(400);
  assert.ok(page.state.notices.some(({ code }) => code === "link_refused"));
});

test("live settings reach the run together, a moment after the last edit", async () => {
  const fake = await training(3);
  for (const learning_rate of [0.01, 0.02, 0.03]) fake.page.handle({ type: "edit_settings", changes: { learning_rate } });
  await fake.pass(100);
  assert.deepEqual(fake.types(), []);
  await fake.pass(100);
  // The step before the change is kept: it is the way back.
  assert.deepEqual([fake.types(), fake.page.state.settings?.applied.learning_rate], [["checkpoint", "set"], 0.03]);
});

test("what trains takes live settings that were typed a moment before, and its first step has them", async () => {
  for (const type of ["toggle_run", "go_on", "step"] as const) {
    const fake = await openPage();
    fake.engine.asked.splice(0);
    fake.page.handle({ type: "edit_settings", changes: { learning_rate: 0.05 } });
    fake.page.handle({ type });
    await settle();
    const [first, second] = fake.engine.asked.filter(({ type }) => ["set", "start", "step"].includes(type));
    assert.deepEqual(first, { type: "set", learning_rate: 0.05, weight_decay: 0, momentum: 0.9 }, type);
    assert.equal(second?.type, type === "step" ? "step" : "start");
    // Once: what waited is not sent again.
    await fake.pass(400);
    assert.equal(fake.engine.asked.filter(({ type }) => type === "set").length, 1);
  }
});

test("mistakes are asked for once at a time, and void with another network", async () => {
  const fake = await openPage();
  const answered = fake.engine.hold("predictions");
  fake.engine.asked.splice(0);
  fake.page.handle({ type: "find_mistakes" });
  fake.page.handle({ type: "find_mistakes" });
  await settle();
  assert.equal(fake.engine.asked.filter(({ type }) => type === "predictions").length, 1);
  assert.ok(fake.page.state.mistakes.asking);
  fake.page.handle({ type: "open_network", ...resnet });
  fake.page.handle({ type: "train_new" });
  await settle();
  answered();
  await settle();
  assert.deepEqual([fake.page.state.mistakes.asking, fake.page.state.mistakes.predictions], [false, null]);
});
