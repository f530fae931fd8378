/** The actions of experiments, on a page with runs that are no runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { atFirst, PRESETS } from "../../../test/support/page-state.ts";
import type { AppState } from "../../model/state.ts";
import type { Actions } from "../../page/feature.ts";
import type { Intent, Intents } from "../../page/intent.ts";
import type { Page } from "../../page/page.ts";
import { Store } from "../../store/store.ts";
import type { Workshop } from "./actions.ts";
import { experimentActions } from "./actions.ts";
import type { Experiment } from "./experiment.ts";
import { resultsOf } from "./model.ts";
import type { Control } from "./runner.ts";

const EXPERIMENT: Experiment = {
  version: 1,
  name: "seeds",
  title: { en: "Seeds", ru: "Зёрна" },
  claim: { en: "Luck.", ru: "Случай.", source: "nobody" },
  base: { preset: "lenet5" },
  variants: [{ name: "LeNet-5" }],
  budget: { steps: 4 },
  seeds: [1, 2, 3],
  measure: ["test_top1"],
};
const TEXT = JSON.stringify(EXPERIMENT);

function pageWith(run: (seed: number, control: Control) => Promise<number>): {
  store: Store<AppState>;
  handled: Intent[];
  does: (intent: { [T in keyof Intents]: { type: T } & Intents[T] }[keyof Intents]) => unknown;
} {
  const store = new Store<AppState>({ ...atFirst("cpu"), presets: PRESETS });
  const handled: Intent[] = [];
  const workshop: Workshop = {
    executor: () => ({
      run: async ({ seed }, control) => ({ measures: { test_top1: await run(seed, control) }, curve: [], seconds: 1 }),
      dispose: () => undefined,
    }),
  };
  const page = {
    get state() {
      return store.snapshot;
    },
    set: (changes: Partial<AppState>) => store.set(changes),
    handle: (intent: Intent) => handled.push(intent),
    environment: { clock: { now: () => 0 } },
  } as unknown as Page;
  const actions: Actions = experimentActions(page, async () => workshop);
  return { store, handled, does: (intent) => (actions[intent.type] as ((intent: object) => unknown) | undefined)?.(intent) };
}

test("an experiment is opened, runs, and its results are there", async () => {
  const { store, does } = pageWith(async (seed) => seed / 10);
  does({ type: "open_experiment", text: TEXT });
  assert.equal(store.snapshot.experiments.open?.jobs.length, 3);
  await does({ type: "start_experiment", parallel: 2, pause: false });
  assert.equal(store.snapshot.experiments.open?.phase, "done");
  assert.equal(store.snapshot.experiments.open?.progress, 1);
  assert.ok(Math.abs((resultsOf(store.snapshot)?.rows[0]?.measures.test_top1?.mean ?? 0) - 0.2) < 1e-12);
});

test("a faulty file opens nothing and says why; the list shows no fault", () => {
  const { store, does } = pageWith(async () => 0);
  does({ type: "open_experiment", text: JSON.stringify({ ...EXPERIMENT, base: { preset: "none" } }) });
  assert.equal(store.snapshot.experiments.open, null);
  assert.equal(store.snapshot.experiments.fault?.kind, "unknown_preset");
  does({ type: "open_experiment", text: null });
  assert.equal(store.snapshot.experiments.fault, null);
});

test("another experiment is not opened while one runs, and is when it was stopped", async () => {
  const { store, does } = pageWith(async (_seed, control) => {
    control.progress(2);
    does({ type: "pause_experiment" });
    await control.proceed();
    return 1;
  });
  does({ type: "open_experiment", text: TEXT });
  const first = does({ type: "start_experiment", parallel: 1, pause: false });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(store.snapshot.experiments.open?.phase, "paused");
  does({ type: "open_experiment", text: null });
  assert.notEqual(store.snapshot.experiments.open, null);
  does({ type: "stop_experiment" });
  await first;
  does({ type: "open_experiment", text: null });
  assert.equal(store.snapshot.experiments.open, null);
});

test("a run opens in the workbench with its seed", () => {
  const { does, handled } = pageWith(async () => 0);
  does({ type: "open_experiment", text: TEXT });
  does({ type: "take_experiment_run", expanded: 0, seed: 3 });
  const [intent] = handled;
  assert.ok(intent?.type === "open_network");
  assert.equal(intent.spec.training?.seed, 3);
});

test("the run of the workbench is paused only where that was wanted", async () => {
  const { store, does, handled } = pageWith(async () => 0);
  store.set({ run: { ...store.snapshot.run, phase: "running" } });
  does({ type: "open_experiment", text: TEXT });
  await does({ type: "start_experiment", parallel: 1, pause: false });
  assert.deepEqual(handled, []);
  does({ type: "open_experiment", text: null });
  does({ type: "open_experiment", text: TEXT });
  await does({ type: "start_experiment", parallel: 1, pause: true });
  assert.deepEqual(handled, [{ type: "toggle_run" }]);
});
