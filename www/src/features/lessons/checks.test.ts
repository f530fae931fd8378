/** Every kind of check, seen to pass and to fail; and what is said of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupDescription, NetworkDescription, NodeDescription, Spec } from "../../engine/protocol.ts";
import { Formats } from "../../lib/format.ts";
import { measuredOf, outcomeOf } from "./checks.ts";
import en from "./en.ts";
import type { Facts, RunFacts } from "./facts.ts";
import type { Check, CheckKind } from "./lesson.ts";
import { entryOf } from "./lesson.ts";
import ru from "./ru.ts";
import { numberOf } from "./typed-number.ts";

const SPEC: Spec = {
  version: 1,
  input: [1, 28, 28],
  layers: [
    { op: "conv2d", name: "conv1", out_channels: 6, kernel_size: [5, 5] },
    { op: "conv2d", name: "conv2", out_channels: 16, kernel_size: 3 },
    { op: "linear", name: "fc", out_features: 10 },
  ],
  training: { optimizer: { type: "sgd", learning_rate: 0.1 } },
} as unknown as Spec;
const node = (name: string, op: string, path: string, more: Partial<NodeDescription>): NodeDescription =>
  ({ name, op, path, params: 0, macs: 0, output_shape: [], receptive_field: [1, 1], ...more }) as NodeDescription;
const NETWORK = {
  nodes: [
    node("conv1", "conv2d", "layers[0]", { params: 156, macs: 117_600, output_shape: [6, 28, 28], receptive_field: [5, 5] }),
    node("conv2", "conv2d", "layers[1]", { params: 880, macs: 500, output_shape: [16, 26, 26], receptive_field: [7, 7] }),
    node("fc", "linear", "layers[2]", { params: 20_064, macs: 20_054, output_shape: [10], receptive_field: [28, 28] }),
  ],
  groups: [{ kind: "residual" }, { kind: "residual" }, { kind: "stage" }] as GroupDescription[],
  totals: { params: 21_100, macs: 138_154 },
} as unknown as NetworkDescription;
const RUN: RunFacts = {
  spec: SPEC,
  steps: 938,
  epochs: [
    { epoch: 1, test_top1: 0.96, test_top5: 0.999, test_mean_iou: null },
    { epoch: 2, test_top1: 0.985, test_top5: 1, test_mean_iou: null },
  ],
  evaluation: null,
};
const FACTS: Facts = { spec: SPEC, network: NETWORK, runs: [RUN], seen: new Set(["maps"]), experiment: { name: "activations", runs: 3 } };

/** Passing, and failing with what is said of it. */
const CASES: { [K in CheckKind]: [passing: Check[], failing: [check: Check, text: string][]] } = {
  parameters: [
    [
      { parameters: { most: 21_100 } },
      { parameters: { node: "conv1", least: 156, most: 156 } },
      { parameters: { last: "conv2d", most: 880 } },
    ],
    [
      [{ parameters: { most: 20_000 } }, "Parameters: 21.1K, at most 20K allowed: 1,100 too many"],
      [{ parameters: { most: 21_090 } }, "Parameters: 21,100, at most 21,090 allowed: 10 too many"],
      [{ parameters: { node: "conv1", least: 200 } }, "Parameters of conv1: 156, at least 200 needed: 44 to go"],
      [{ parameters: { node: "none", most: 1 } }, "Parameters of none (at most 1): there is no such layer"],
    ],
  ],
  macs: [
    [{ macs: { most: 200_000 } }],
    [[{ macs: { most: 100_000 } }, "Multiply-accumulates: 138K, at most 100K allowed: 38.2K too many"]],
  ],
  receptive_field: [
    [{ receptive_field: { node: "conv2", least: 7 } }, { receptive_field: { least: 28 } }],
    [[{ receptive_field: { last: "conv2d", least: 9 } }, "Receptive field of the last conv2d: 7, at least 9 needed: 2 to go"]],
  ],
  count: [
    [
      { count: { of: "conv2d", least: 2 } },
      { count: { of: "conv2d", fields: { kernel_size: 5 }, least: 1, most: 1 } },
      { count: { of: "residual", most: 2 } },
    ],
    [
      [
        { count: { of: "conv2d", fields: { kernel_size: 3 }, least: 2 } },
        "How many conv2d with kernel_size 3: 1, at least 2 needed: 1 to go",
      ],
    ],
  ],
  shape: [
    [{ shape: { node: "conv2", is: [16, null, null] } }, { shape: { is: [10] } }],
    [[{ shape: { last: "conv2d", is: [16, 7, null] } }, "Shape of the last conv2d: 16×26×26, wanted: 16×7×…"]],
  ],
  setting: [
    [{ setting: { path: "/training/optimizer/learning_rate", least: 0.05 } }, { setting: { path: "/layers/0/kernel_size", is: [5, 5] } }],
    [
      [{ setting: { path: "/training/optimizer/learning_rate", least: 0.5 } }, "learning_rate: 0.1, at least 0.5 needed: 0.4 to go"],
      [{ setting: { path: "/training/optimizer/type", is: "adam" } }, "type: sgd, wanted: adam"],
      [{ setting: { path: "/training/epochs", least: 1 } }, "epochs: not set"],
    ],
  ],
  accuracy: [
    [
      { accuracy: { least: 0.96, epochs: 1 } },
      { accuracy: { least: 0.98, epochs: 2 } },
      { accuracy: { least: 1, epochs: 2, measure: "top5" } },
    ],
    [
      [{ accuracy: { least: 0.97, epochs: 1 } }, "Test accuracy within 1 epoch: 96.00%, at least 97.00% needed: 1.00 points to go"],
      [{ accuracy: { least: 0.5, epochs: 3, measure: "mean_iou" } }, "Test mean IoU within 3 epochs (at least 50.00%): not trained yet"],
    ],
  ],
  trained: [
    [{ trained: { steps: 300 } }],
    [[{ trained: { steps: 1000 } }, "Training steps of this network: 938, at least 1,000 needed: 62 to go"]],
  ],
  runs: [
    [{ runs: { least: 1, steps: 900 } }],
    [[{ runs: { least: 2, steps: 300 } }, "Runs of 300 steps or more: 1, at least 2 needed: 1 to go"]],
  ],
  looked: [[{ looked: { views: ["maps"] } }], [[{ looked: { views: ["maps", "errors"] } }, "Look at: still to open: Mistakes"]]],
  experiment: [
    [{ experiment: { name: "activations", runs: 3 } }],
    [
      [{ experiment: { name: "activations", runs: 9 } }, "Finished runs of the experiment activations: 3, at least 9 needed: 6 to go"],
      [{ experiment: { name: "shortcuts", runs: 1 } }, "Finished runs of the experiment shortcuts (at least 1): not started yet"],
    ],
  ],
};

const english = en(new Formats("en"));
const russian = ru(new Formats("ru"));
for (const [kind, [passing, failing]] of Object.entries(CASES)) {
  test(`${kind}: passes, and says what was measured`, () => {
    for (const check of passing) {
      const outcome = outcomeOf(check, FACTS);
      assert.ok(outcome.passed, JSON.stringify(outcome));
      assert.ok(english.outcome(outcome).length > 5);
    }
  });
  test(`${kind}: fails, and says how far it is`, () => {
    for (const [check, text] of failing) {
      const outcome = outcomeOf(check, FACTS);
      assert.equal(outcome.passed, false, JSON.stringify(outcome));
      assert.equal(english.outcome(outcome), text);
      assert.match(russian.outcome(outcome), /[а-я]/u);
    }
  });
  test(`${kind}: fails where there is nothing`, () => {
    const [check] = passing;
    assert.ok(check);
    const outcome = outcomeOf(check, { spec: null, network: null, runs: [], seen: new Set(), experiment: null });
    assert.equal(outcome.passed, false);
    assert.equal(entryOf(check)[0], kind);
    assert.ok(!english.outcome(outcome).includes("undefined"), english.outcome(outcome));
  });
}

test("a run of another network does not count for this one; one with other settings does", () => {
  const accuracy: Check = { accuracy: { least: 0.9, epochs: 1 } };
  const other = { ...SPEC, layers: SPEC.layers.slice(1) };
  const outcome = outcomeOf(accuracy, { ...FACTS, spec: other });
  assert.deepEqual(outcome.measured, { type: "nothing", why: "other_trained" });
  assert.ok(outcomeOf(accuracy, { ...FACTS, spec: { ...SPEC, training: { seed: 7 } } }).passed);
});

test("an evaluation in the midst of an epoch counts, one of training images does not", () => {
  const evaluation = { epoch: 1, split: "test" as const, top1: 0.99, top5: 1, mean_iou: null };
  const check: Check = { accuracy: { least: 0.98, epochs: 1 } };
  assert.ok(outcomeOf(check, { ...FACTS, runs: [{ ...RUN, evaluation }] }).passed);
  assert.ok(!outcomeOf(check, { ...FACTS, runs: [{ ...RUN, evaluation: { ...evaluation, split: "train" } }] }).passed);
  assert.ok(!outcomeOf(check, { ...FACTS, runs: [{ ...RUN, evaluation: { ...evaluation, epoch: 2 } }] }).passed);
});

test("what is asked for as a number is counted", () => {
  assert.equal(measuredOf({ parameters: { node: "conv1" } }, FACTS), 156);
  assert.equal(measuredOf({ count: { of: "conv2d" } }, FACTS), 2);
  assert.equal(measuredOf({ macs: { node: "none" } }, FACTS), null);
  assert.equal(measuredOf({ macs: {} }, { ...FACTS, network: null }), null);
});

test("numbers as people type them", () => {
  const typed = ["61706", "61,706", "61 706", "61\u202f706", "0.5", "0,5", " 14 ", "-3", "1,234,567", "", "abc", "1e3", "5px"];
  assert.deepEqual(typed.map(numberOf), [61_706, 61_706, 61_706, 61_706, 0.5, 0.5, 14, -3, 1_234_567, null, null, null, null]);
});
