// What the buttons that train ask the engine for, with a client that answers at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import features from "receptive:features";
import { ReceptiveFailure } from "../src/engine/errors.ts";
import type { RequestBody } from "../src/engine/protocol.ts";
import { choicesOf, resultsOf } from "../src/model/on-show.ts";
import { newLabel } from "../src/model/runs.ts";
import type { AppState } from "../src/model/state.ts";
import type { Engine, SpecClient } from "../src/page/page.ts";
import { Page } from "../src/page/page.ts";
import type { Address } from "../src/session/link.ts";
import { parseAddress } from "../src/session/link.ts";
import { session } from "../src/session/session.ts";
import { startup } from "../src/session/startup.ts";
import { BLANK } from "../src/spec/document.ts";
import { TestEnvironment } from "./support/environment.ts";
import { described, metricsAt, pageWith, presetNamed, trained } from "./support/page-state.ts";

const [lenet, resnet] = [presetNamed("lenet5"), presetNamed("resnet8")];
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** `refused` is the type of request that the engine refuses. */
function setUp(state: AppState, refused: string | null = null) {
  const asked: RequestBody[] = [];
  const answer = (request: RequestBody): object => {
    switch (request.type) {
      case "compile":
        return {
          run: request.run,
          description: described(request.spec),
          backend: { requested: "cpu", backend: "cpu", race: null, reason: null },
          workers: 1,
        };
      case "pause":
        return { run: "run-1", step: 470 };
      case "step":
        return { run: "run-1", metrics: metricsAt(1) };
      case "set":
        return { run: "run-1", momentum: 0.9, weight_decay: 0, learning_rate: request.learning_rate };
      default:
        return {};
    }
  };
  const request = async (body: RequestBody): Promise<object> => {
    asked.push(body);
    if (body.type === refused)
      throw new ReceptiveFailure({ kind: "too_large", message: "", node: "conv1", needed_bytes: 9, limit_bytes: 8, largest_batch: 1 });
    return answer(body);
  };
  const specs = {
    request: async (_type: string, { spec }: { spec: typeof BLANK }) =>
      spec.layers.length > 0 ? { network: described(spec), error: null } : { network: null, error: { kind: "empty_network", message: "" } },
  };
  const engine = { request, on: () => () => undefined } as unknown as Engine;
  const environment = new TestEnvironment();
  const controller = new Page({ engine, specs: specs as unknown as SpecClient, environment, features, state });
  controller.the(session);
  const follow = (address: Address): Promise<void> => controller.the(startup).follow(address);
  controller.start();
  const types = (): string[] =>
    asked
      .splice(0)
      .map((one) => (one.type === "compile" ? `compile ${one.spec.name}` : one.type === "start" ? `start ${one.epochs}` : one.type));
  const pass = async (milliseconds: number): Promise<void> => {
    await settle();
    environment.pass(milliseconds);
    await settle();
  };
  return { controller, follow, pass, asked, types };
}

const paused = (): AppState => trained(pageWith(lenet), "kiwi", 469, "paused");
const epochs = ({ spec }: typeof lenet): number => spec.training?.epochs ?? 0;

test("the first button trains the network on show as a new run, and the one before stays in the list", async () => {
  for (const phase of ["paused", "done", "failed", "idle"] as const) {
    const { controller, types } = setUp({ ...paused(), run: { ...paused().run, phase } });
    controller.handle({ type: "open_network", ...resnet });
    controller.handle({ type: "toggle_run" });
    await settle();
    assert.deepEqual(types(), [`compile ${resnet.spec.name}`, `start ${epochs(resnet)}`], phase);
    const { state } = controller;
    assert.deepEqual(
      state.runs.map(({ name, title, metrics: { step } }) => [name, title, step]),
      [["kiwi", "LeNet-5", 469]],
    );
    assert.deepEqual(
      [state.network?.title, state.run.phase, state.run.metrics, resultsOf(state).of],
      [resnet.title, "starting", null, "shown"],
    );
  }
});

test("the second choice goes on with the network that was trained, for the epochs it was made with", async () => {
  const { controller, types } = setUp(paused());
  controller.handle({ type: "open_network", ...resnet });
  await settle();
  controller.handle({ type: "go_on" });
  await settle();
  assert.deepEqual(types(), ["resume"]);
  assert.deepEqual([controller.state.run.label?.name, resultsOf(controller.state).of], ["kiwi", "another"]);

  const done = setUp({ ...paused(), run: { ...paused().run, phase: "done" } });
  done.controller.handle({ type: "open_network", ...resnet });
  done.controller.handle({ type: "edit_settings", changes: { epochs: 77 } });
  done.controller.handle({ type: "go_on" });
  await settle();
  assert.deepEqual(done.types(), [`start ${epochs(lenet) - metricsAt(469).epochs}`]);
});

test("while training, Space pauses, and the first button takes the network on show", async () => {
  const running = { ...paused(), run: { ...paused().run, phase: "running" as const } };
  const one = setUp(running);
  one.controller.handle({ type: "open_network", ...resnet });
  one.controller.handle({ type: "toggle_run" });
  await settle();
  assert.deepEqual([one.types(), one.controller.state.run.phase], [["pause"], "paused"]);
  const other = setUp(running);
  other.controller.handle({ type: "open_network", ...resnet });
  other.controller.handle({ type: "train_new" });
  await settle();
  assert.deepEqual(other.types(), [`compile ${resnet.spec.name}`, `start ${epochs(resnet)}`]);
});

test("one step, and a reset, are of the network on show too", async () => {
  for (const [type, then] of [
    ["step", ["step"]],
    ["reset", []],
  ] as const) {
    const { controller, types } = setUp(paused());
    controller.handle({ type: "open_network", ...resnet });
    controller.handle({ type });
    await settle();
    assert.deepEqual(types(), [`compile ${resnet.spec.name}`, ...then], type);
    assert.equal(controller.state.network?.title, resnet.title);
  }
});

test("a blank network is not trained; the one before can go on", async () => {
  const { controller, types } = setUp(paused());
  controller.handle({ type: "open_network", title: "blank", spec: BLANK });
  await settle();
  for (const type of ["toggle_run", "step"] as const) controller.handle({ type });
  await settle();
  assert.deepEqual(types(), []);
  assert.deepEqual(choicesOf(controller.state), { first: "train_new", possible: false, second: "go_on" });
  controller.handle({ type: "go_on" });
  await settle();
  assert.deepEqual(types(), ["resume"]);
});

test("a network that the engine refuses leaves the one before as it was, still marked", async () => {
  const { controller, types } = setUp(paused(), "compile");
  controller.handle({ type: "open_network", ...resnet });
  controller.handle({ type: "toggle_run" });
  await settle();
  assert.deepEqual(types(), [`compile ${resnet.spec.name}`]);
  const { state } = controller;
  assert.deepEqual([state.run.phase, state.run.label?.name, state.network?.title, state.runs.length], ["paused", "kiwi", "LeNet-5", 0]);
  assert.deepEqual([resultsOf(state).of, state.notices.map(({ code }) => code)], ["another", ["refused"]]);
});

test("live settings of the network on show do not reach the one that trains; undone, they are those in force", async () => {
  const { controller, pass, types } = setUp(paused());
  const rate = (): (number | undefined)[] => [
    controller.state.settings?.applied.learning_rate,
    controller.state.settings?.edited.learning_rate,
  ];
  controller.handle({ type: "edit_settings", changes: { learning_rate: 0.07, batch_size: 32 } });
  await pass(250);
  assert.deepEqual([types(), rate()], [["set"], [0.07, 0.07]]);
  controller.handle({ type: "open_network", ...resnet });
  controller.handle({ type: "edit_settings", changes: { learning_rate: 0.5 } });
  await pass(250);
  assert.deepEqual([types(), rate()], [[], [0.07, 0.5]]);
  controller.handle({ type: "undo" });
  await pass(250);
  assert.deepEqual([types(), rate()], [[], [0.07, 0.07]]);
  assert.deepEqual([controller.state.settings?.edited.batch_size, resultsOf(controller.state).of], [32, "shown"]);
  controller.handle({ type: "redo" });
  await settle();
  assert.equal(controller.state.settings?.edited.learning_rate, 0.5);
});

test("before anything is trained the network on show is compiled by itself", async () => {
  const { controller, pass, types } = setUp(pageWith(lenet));
  controller.handle({ type: "open_network", ...resnet });
  await pass(800);
  assert.deepEqual(types(), [`compile ${resnet.spec.name}`]);
  assert.equal(resultsOf(controller.state).of, "shown");
  assert.deepEqual(controller.state.runs, []);
});

test("a link that is opened while training, and a network from a file, are marked and trained alike", async () => {
  const running = { ...paused(), run: { ...paused().run, phase: "running" as const } };
  const byLink = setUp(running);
  await byLink.follow(parseAddress(`#preset=${resnet.name}`));
  const byFile = setUp(running);
  byFile.controller.handle({ type: "open_files", files: [new File([JSON.stringify(resnet.spec)], "mine.json")] });
  for (const { controller, types } of [byLink, byFile]) {
    await settle();
    const results = resultsOf(controller.state);
    assert.deepEqual(results, { of: "another", owner: { title: "LeNet-5", run: "kiwi", edited: false } });
    assert.deepEqual(choicesOf(controller.state), { first: "train_new", possible: true, second: "pause" });
    controller.handle({ type: "train_new" });
    await settle();
    assert.deepEqual(types(), [`compile ${resnet.spec.name}`, `start ${epochs(resnet)}`]);
    assert.deepEqual([resultsOf(controller.state).of, controller.state.runs.length], ["shown", 1]);
  }
});

test("a network from a file that is the trained one is not marked, whatever it is called", async () => {
  const { controller, types } = setUp(paused());
  controller.handle({ type: "open_files", files: [new File([JSON.stringify({ ...lenet.spec, name: "copy" })], "copy.json")] });
  await settle();
  assert.equal(controller.state.document?.present.title, "copy");
  assert.deepEqual([resultsOf(controller.state).of, choicesOf(controller.state).first], ["shown", "resume"]);
  controller.handle({ type: "toggle_run" });
  await settle();
  assert.deepEqual(types(), ["resume"]);
});

test("a live change of a run under way is noted with its step, and of one that was not trained it is not", async () => {
  const { controller, pass } = setUp(paused());
  controller.handle({ type: "edit_settings", changes: { learning_rate: 1 } });
  await pass(300);
  const from = paused().settings?.applied.learning_rate;
  assert.deepEqual(controller.state.run.history.changes, [{ step: 469, setting: "learning_rate", from, to: 1 }]);
  const fresh = setUp(pageWith(lenet));
  fresh.controller.handle({ type: "edit_settings", changes: { learning_rate: 1 } });
  await fresh.pass(300);
  assert.deepEqual(fresh.controller.state.run.history.changes, []);
});

test("a fresh start with the old rate compiles it in and trains", async () => {
  const { controller, asked } = setUp(paused());
  controller.handle({ type: "start_afresh", changes: { learning_rate: 0.03 } });
  await settle();
  const compiled = asked.find((one) => one.type === "compile");
  assert.equal(compiled?.type === "compile" && compiled.spec.training?.optimizer?.learning_rate, 0.03);
  assert.equal(controller.state.run.phase, "starting");
  assert.equal(controller.state.runs.length, 1);
});

test("a run trains until the epoch that the field says, at once, and after its last one for one more", async () => {
  const one = setUp(paused());
  one.controller.handle({ type: "edit_settings", changes: { epochs: 2 } });
  await one.pass(300);
  one.controller.handle({ type: "toggle_run" });
  await settle();
  // The first epoch is under way.
  assert.deepEqual(one.types(), ["start 2"]);
  const running = setUp({ ...paused(), run: { ...paused().run, phase: "running" } });
  running.controller.handle({ type: "edit_settings", changes: { epochs: 1 } });
  await running.pass(300);
  assert.deepEqual(running.types(), ["pause", "start 1"]);
  const done = setUp({ ...paused(), run: { ...paused().run, phase: "done" } });
  done.controller.handle({ type: "edit_settings", changes: { epochs: 3 } });
  done.controller.handle({ type: "toggle_run" });
  await settle();
  assert.deepEqual(done.types(), ["start 1"]);
  assert.equal(done.controller.state.settings?.edited.epochs, 4);
});

test("a duplicate with one setting changed trains at once, and has its name of it", async () => {
  const { controller, asked } = setUp(paused());
  const key = controller.state.run.label?.key ?? "";
  controller.handle({ type: "duplicate_run", key, changes: { batch_size: 32 } });
  await settle();
  const compiled = asked.find((one) => one.type === "compile");
  assert.equal(compiled?.type === "compile" && compiled.spec.training?.batch_size, 32);
  assert.equal(controller.state.run.phase, "starting");
  const { state } = controller;
  assert.equal(newLabel(state).name, "batch 32");
});

test("what was chosen and another network brings otherwise is offered back; a link's network says nothing", async () => {
  const { controller } = setUp(pageWith(lenet));
  controller.handle({ type: "edit_settings", changes: { batch_size: 32 } });
  controller.handle({ type: "open_network", ...resnet, chosen: true });
  const [notice] = controller.state.notices;
  assert.deepEqual(notice, { code: "settings_came", title: resnet.title, mine: { batch_size: 32 } });
  const plain = setUp(pageWith(lenet)).controller;
  plain.handle({ type: "edit_settings", changes: { batch_size: 32 } });
  plain.handle({ type: "open_network", ...resnet });
  assert.deepEqual(plain.state.notices, []);
});
