/** A run of an experiment makes all of its steps, however few of them the engine makes at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { metricsAt, presetNamed } from "../../../test/support/page-state.ts";
import type { RequestBody } from "../../engine/protocol.ts";
import type { TrainerClient } from "../../engine/trainer-client.ts";
import { WorkerExecutor } from "./execute.ts";

/** A worker that makes at most so many steps before it answers; the loss of a step is its number. */
function workerOf(most: number): { client: TrainerClient; at: () => number } {
  let at = 0;
  const request = async (body: RequestBody): Promise<object> => {
    switch (body.type) {
      case "load_data":
        return { train: 60_000 };
      case "step": {
        const steps = Math.min(most, body.count ?? 1);
        const mean = at + (steps + 1) / 2;
        at += steps;
        return { metrics: { ...metricsAt(at), loss: mean, top1: 0 } };
      }
      case "evaluate":
        return { evaluation: { top1: at / 100, loss: 1, mean_iou: null } };
      default:
        return {};
    }
  };
  return { client: { request, dispose: () => undefined } as unknown as TrainerClient, at: () => at };
}

const job = { key: "k", expanded: 0, name: "n", seed: 1, spec: presetNamed("lenet5").spec, steps: 90 };
const control = { proceed: async () => undefined, progress: () => undefined };

for (const most of [1, 3, 1000])
  test(`all steps are made where the engine makes ${most} at once, at the same points of the curve`, async () => {
    const { client, at } = workerOf(most);
    const { curve, measures } = await new WorkerExecutor(client, { test_every: 40 }, ["test_top1", "train_loss"]).run(job, control);
    assert.equal(at(), 90);
    assert.deepEqual(
      curve.filter(({ test_top1 }) => test_top1 !== undefined).map(({ step, test_top1 }) => [step, test_top1]),
      [
        [40, 0.4],
        [80, 0.8],
        [90, 0.9],
      ],
    );
    assert.deepEqual(
      curve.slice(0, 3).map(({ step, train_loss }) => [step, train_loss]),
      [
        [2, 1.5],
        [4, 3.5],
        [6, 5.5],
      ],
    );
    assert.deepEqual(measures, { test_top1: 0.9, train_loss: 89.5 });
  });

test("a worker that makes no step ends the run", async () => {
  const { client } = workerOf(0);
  await assert.rejects(new WorkerExecutor(client, {}, ["train_loss"]).run(job, control), /step 0 after step 0/u);
});
