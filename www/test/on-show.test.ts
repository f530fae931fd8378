import assert from "node:assert/strict";
import { test } from "node:test";
import type { LayerSpec, Spec } from "../src/engine/protocol.ts";
import type { Choices } from "../src/model/on-show.ts";
import { canAnswer, choicesOf, isAnother, resultsOf, retitled, waitingSettings } from "../src/model/on-show.ts";
import type { AppState, RunPhase } from "../src/model/state.ts";
import { BLANK, newDocument, redone, replaced, undone } from "../src/spec/document.ts";
import { sameNetwork } from "../src/spec/same-network.ts";
import { settingsOf } from "../src/spec/settings.ts";
import { PRESETS, pageWith, presetNamed, trained } from "./support/page-state.ts";

const net = (layers: readonly LayerSpec[], rest: Partial<Spec> = {}): Spec => ({
  version: 1,
  name: "net",
  input: [1, 28, 28],
  layers: [...layers],
  ...rest,
});
const conv: LayerSpec = { op: "conv2d", name: "c", out_channels: 8, kernel_size: 3 };

test("the same network is told by what it computes, however it is written and trained", () => {
  const same: [LayerSpec, LayerSpec][] = [
    [conv, { kernel_size: 3, out_channels: 8, name: "c", op: "conv2d" }],
    [conv, { ...conv, stride: 1, padding: 0, dilation: 1, groups: 1, bias: true }],
    [conv, { ...conv, kernel_size: [3, 3], stride: null }],
    [
      { op: "max_pool2d", kernel_size: 2 },
      { op: "max_pool2d", kernel_size: 2, stride: [2, 2] },
    ],
    [{ residual: { body: [conv] } }, { residual: { body: [{ ...conv, stride: 1 }], shortcut: "identity" } }],
    [
      { parallel: { branches: [[conv], [{ op: "relu" }]] } },
      { parallel: { branches: [{ body: [conv] }, { body: [{ op: "relu" }] }], join: "concat" } },
    ],
  ];
  for (const [one, other] of same) assert.ok(sameNetwork(net([one]), net([other])), JSON.stringify([one, other]));
  assert.ok(
    sameNetwork(net([conv]), net([conv], { name: "other", data: "mnist", training: { batch_size: 7, optimizer: { learning_rate: 3 } } })),
  );
  const { input: _, ...bare } = net([conv]);
  assert.ok(sameNetwork(net([conv]), bare as Spec));
});

test("another network is told by any layer, name of a layer, input or data", () => {
  const different: [LayerSpec[], LayerSpec[]][] = [
    [[conv], []],
    [[conv], [conv, { op: "relu" }]],
    [
      [conv, { op: "relu" }],
      [{ op: "relu" }, conv],
    ],
    [[conv], [{ ...conv, out_channels: 9 }]],
    [[conv], [{ ...conv, name: "d" }]],
    [[conv], [{ ...conv, stride: 2 }]],
    [[conv], [{ ...conv, kernel_size: [3, 5] }]],
    [[{ op: "max_pool2d", kernel_size: 2 }], [{ op: "max_pool2d", kernel_size: 2, stride: 1 }]],
    [[{ op: "dropout", p: 0.5 }], [{ op: "dropout", p: 0.4 }]],
    [[{ repeat: { times: 2, body: [conv] } }], [{ repeat: { times: 3, body: [conv] } }]],
    [[{ residual: { body: [conv] } }], [{ residual: { body: [conv], shortcut: "pad" } }]],
    [[{ residual: { body: [conv] } }], [{ residual: { body: [conv], shortcut: [conv] } }]],
    [[{ residual: { body: [conv] } }], [{ stage: { name: "s", body: [conv] } }]],
    [[{ parallel: { branches: [[conv], []] } }], [{ parallel: { branches: [[], [conv]] } }]],
    [[{ save: "a" }], [{ save: "b" }]],
  ];
  for (const [one, other] of different) assert.ok(!sameNetwork(net(one), net(other)), JSON.stringify([one, other]));
  assert.ok(!sameNetwork(net([conv]), net([conv], { data: "cluttered_mnist" })));
  assert.ok(!sameNetwork(net([conv]), net([conv], { input: [1, 32, 32] })));
});

const [lenet, resnet, unet] = [presetNamed("lenet5"), presetNamed("resnet8"), presetNamed("unet")];
const open = (state: AppState, preset: { title: string; spec: Spec }): AppState => {
  assert.ok(state.document && state.settings);
  const document = replaced(state.document, preset, state.settings.edited);
  return { ...state, document, settings: { ...state.settings, edited: document.present.settings } };
};
const inPhase = (state: AppState, phase: RunPhase): AppState => ({ ...state, run: { ...state.run, phase } });
const unfinished = (state: AppState): AppState => {
  assert.ok(state.document);
  const examination = { network: null, error: { kind: "empty_network", message: "" } } as never;
  return { ...state, document: { ...state.document, examined: true, examination } };
};

test("a trained network and another one on show: the results say whose they are, and the first button trains what is on show", () => {
  const paused = trained(pageWith(lenet), "kiwi", 469, "paused");
  assert.deepEqual([resultsOf(paused), choicesOf(paused)], [{ of: "shown" }, { first: "resume", possible: true, second: null }]);
  for (const preset of [resnet, unet, { title: "mine", spec: net([conv]) }]) {
    const other = open(paused, preset);
    assert.deepEqual(resultsOf(other), { of: "another", owner: { title: "LeNet-5", run: "kiwi", edited: false } });
    const by = (phase: RunPhase): Choices => choicesOf(inPhase(other, phase));
    for (const phase of ["paused", "done", "idle"] as const)
      assert.deepEqual(by(phase), { first: "train_new", possible: true, second: "go_on" }, phase);
    for (const phase of ["running", "starting"] as const)
      assert.deepEqual(by(phase), { first: "train_new", possible: true, second: "pause" }, phase);
    assert.deepEqual(by("pausing"), { first: "train_new", possible: false, second: "pause" });
    // Weights that are no numbers are not gone on from.
    assert.deepEqual(by("failed"), { first: "train_new", possible: true, second: null });
    assert.ok(canAnswer(other));
  }
});

test("an edit of the trained network is another network with the same title", () => {
  const state = trained(pageWith(lenet), "oak", 12, "done");
  const edited = open(state, { title: lenet.title, spec: { ...lenet.spec, layers: lenet.spec.layers.slice(1) } });
  assert.deepEqual(resultsOf(edited), { of: "another", owner: { title: "LeNet-5", run: "oak", edited: true } });
});

test("a blank or unfinished network answers nothing and cannot be trained; the one before can go on", () => {
  const blank = unfinished(open(trained(pageWith(lenet), "kiwi", 469, "paused"), { title: "blank", spec: BLANK }));
  assert.ok(!canAnswer(blank));
  assert.deepEqual(choicesOf(blank), { first: "train_new", possible: false, second: "go_on" });
  const untrained = unfinished(open(pageWith(lenet), { title: "blank", spec: BLANK }));
  assert.ok(!canAnswer(untrained));
  assert.deepEqual(resultsOf(untrained), { of: "none" });
  assert.deepEqual(choicesOf(untrained), { first: "run", possible: false, second: null });
});

test("before anything is trained the network on show is compiled by and by, and trained by Run", () => {
  const state = open(pageWith(lenet), resnet);
  assert.deepEqual(resultsOf(state), { of: "before" });
  assert.equal(choicesOf(state).first, "run");
  assert.deepEqual(resultsOf(inPhase(state, "waiting")), { of: "before" });
  // It has begun, and has not measured anything yet.
  assert.deepEqual(resultsOf(inPhase(state, "starting")), { of: "another", owner: { title: "LeNet-5", run: null, edited: false } });
});

test("undone, or brought back, nothing is marked; and the settings are those it was left with", () => {
  const first = trained(pageWith(lenet), "kiwi", 469, "paused");
  assert.ok(first.settings);
  const changed = { ...first.settings.edited, batch_size: 32, learning_rate: 0.07 };
  const state = { ...first, settings: { applied: changed, edited: changed } };
  const other = open(state, resnet);
  assert.ok(isAnother(other) && other.document && other.settings);
  const document = undone(other.document, other.settings.edited);
  const back = { ...other, document, settings: { ...other.settings, edited: document.present.settings } };
  assert.deepEqual([resultsOf(back), waitingSettings(back)], [{ of: "shown" }, []]);
  assert.equal(back.settings.edited.learning_rate, 0.07);
  assert.ok(isAnother({ ...back, document: redone(document, changed) }));
});

test("settings that need a fresh start are told from the network, those of an optimizer that the page does not show too", () => {
  const state = trained(pageWith(lenet), "kiwi", 469, "paused");
  assert.ok(state.settings && state.document);
  const { settings } = state;
  const edit = (changes: Partial<typeof settings.edited>): AppState => ({
    ...state,
    settings: { ...settings, edited: { ...settings.edited, ...changes } },
  });
  assert.deepEqual(waitingSettings(edit({ batch_size: 7 })), ["batch_size"]);
  assert.deepEqual(waitingSettings(edit({ learning_rate: 0.5, momentum: 0.1, weight_decay: 0.1, epochs: 99 })), []);
  assert.deepEqual(waitingSettings(edit({ optimizer: "adam" })), ["optimizer"]);
  assert.equal(choicesOf(edit({ batch_size: 7 })).first, "resume");
  const training = { ...lenet.spec.training, optimizer: { ...lenet.spec.training?.optimizer, nesterov: true } };
  const same = open(state, { title: "the same with Nesterov's momentum", spec: { ...lenet.spec, training } });
  assert.deepEqual([resultsOf(same), waitingSettings(same)], [{ of: "shown" }, ["optimizer"]]);
});

test("the same layers under another title are the same network: an untrained one takes the title, a trained one keeps its own", () => {
  const twin = { title: "Twin", spec: { ...lenet.spec, name: "twin" } };
  const untrained = open(pageWith(lenet), twin);
  assert.deepEqual(resultsOf(untrained), { of: "shown" });
  assert.equal(retitled(untrained)?.network?.title, "Twin");
  const state = open(trained(pageWith(lenet), "kiwi", 1, "paused"), twin);
  assert.deepEqual([resultsOf(state), retitled(state), choicesOf(state).first], [{ of: "shown" }, null, "resume"]);
});

test("a run recalled after a reload stands beside the network that was left on show", () => {
  // As the persistence brings it back: the network is the run's, the document is what was edited last.
  const recalled = { ...trained(pageWith(lenet), "kiwi", 1400, "paused"), document: newDocument(resnet) };
  assert.deepEqual(resultsOf(recalled), { of: "another", owner: { title: "LeNet-5", run: "kiwi", edited: false } });
  assert.deepEqual(settingsOf(recalled.document.present.spec), recalled.document.present.settings);
});

test("before there is an engine, and after it stopped, no button trains", () => {
  const state = open(trained(pageWith(lenet), "kiwi", 469, "paused"), resnet);
  const stopped: AppState = { ...state, engine: { ...state.engine, phase: "stopped" } };
  assert.deepEqual(choicesOf(stopped), { first: "train_new", possible: false, second: null });
  assert.deepEqual(resultsOf({ ...state, network: null }), { of: "shown" });
});

test("every preset is its own network, and another one than every other", () => {
  for (const one of PRESETS) {
    for (const other of PRESETS)
      assert.equal(sameNetwork(structuredClone(one.spec), other.spec), one === other, `${one.name} and ${other.name}`);
  }
});
