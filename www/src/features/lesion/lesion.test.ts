/** What the lesion asks the engine for and makes of its answers, on a page with an engine that counts what it is told to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { atFirst, pageWith, presetNamed, trained } from "../../../test/support/page-state.ts";
import type { AppState } from "../../model/state.ts";
import type { Actions } from "../../page/feature.ts";
import type { Intent, Intents } from "../../page/intent.ts";
import type { Page } from "../../page/page.ts";
import { Store } from "../../store/store.ts";
import { actions as lesionActions } from "./actions.ts";
import instrument from "./instrument.ts";
import type { LesionState, Part } from "./model.ts";
import { changeOf, keyOf, meanIou, NO_LESION, readAt, writeAt } from "./model.ts";
import { DRAWS, draws, numbersOf } from "./random.ts";
import { csvOf, drawnOf, median, summaryOf } from "./summary.ts";

const part = (id: string, kind: Part["kind"] = "residual"): Part => ({
  id,
  kind,
  name: id,
  number: 1,
  path: "layers[0]",
  op: "add",
  identity: true,
  shape: [8, 28, 28],
});
const PARTS = [part("a"), part("b"), part("c"), part("relu1", "layer")];
/** Of ten images, how many are right without these parts. */
const RIGHT: { [cut: string]: number } = { "": 9, a: 3, b: 8, c: 9, "a b": 1 };

type Ask = { parts?: string[]; anew?: boolean; from?: number; to?: number };

/** Counts at most `piece` images at a time. */
function opened({ piece = 500, images = 2000, phase = "idle" as AppState["run"]["phase"], statistics = true } = {}) {
  const base = trained(pageWith(presetNamed("resnet8")), "fig", 40, phase);
  const store = new Store<AppState>({
    ...base,
    data: { ...base.data, images: { train: 60_000, test: images } },
    lab: "lesion",
  });
  const asked: Ask[] = [];
  const handled: Intent[] = [];
  const listeners = new Map<string, () => void>();
  const engine = { step: 40, before: async (_: Ask): Promise<void> => undefined };
  const page = {
    get state() {
      return store.snapshot;
    },
    set: (changes: Partial<AppState>) => store.set(changes),
    on: (event: string, listener: () => void) => listeners.set(event, listener),
    handle: (intent: Intent) => {
      handled.push(intent);
      const next = intent.type === "toggle_run" ? "paused" : "running";
      store.set({ run: { ...store.snapshot.run, phase: next } });
    },
    engine: {
      request: async ({ ask }: { ask: Ask }) => {
        asked.push(ask);
        await engine.before(ask);
        const reply = { run: "run-1", step: engine.step };
        if (!ask.parts) return { ...reply, answer: { parts: PARTS, statistics, targets_per_image: 1, classes: 10 } };
        const { parts, from = 0, to = 0 } = ask;
        const next = Math.min(to, from + piece);
        const items = next - from;
        const right = ((RIGHT[[...parts].sort().join(" ")] ?? 5) * items) / 10;
        return { ...reply, answer: { batches: [0, 0], next, images, items, right, loss: items, confusion: [right, items - right, 0, 0] } };
      },
    },
  } as unknown as Page;
  const actions: Actions = lesionActions(page);
  const does = (intent: { [T in keyof Intents]: { type: T } & Intents[T] }[keyof Intents]): unknown =>
    (actions[intent.type] as ((intent: object) => unknown) | undefined)?.(intent);
  const lesion = (): LesionState => store.snapshot.instruments.lesion ?? NO_LESION;
  return { store, asked, handled, engine, does, lesion, tell: (event: string) => listeners.get(event)?.() };
}

test("a part is switched off: the first thousand images answer, then all, beside the intact network", async () => {
  const { does, lesion, asked, store } = opened();
  await does({ type: "ask_parts" });
  assert.equal(lesion().kind, "residual");
  asked.length = 0;
  await does({ type: "cut_part", id: "a", out: true });
  const ranges = asked.filter(({ parts }) => parts).map(({ parts, from, to }) => [parts?.join(), from, to]);
  assert.deepEqual(ranges, [
    ["a", 0, 1000],
    ["a", 500, 1000],
    ["", 0, 1000],
    ["", 500, 1000],
    ["a", 1000, 2000],
    ["a", 1500, 2000],
    ["", 1000, 2000],
    ["", 1500, 2000],
  ]);
  const change = changeOf(lesion(), ["a"], false);
  assert.equal(change?.shares.images, 2000);
  assert.ok(Math.abs((change?.drop ?? 0) - 0.6) < 1e-12);
  assert.equal(lesion().busy, null);
  assert.deepEqual(lesion().of, { run: "run-1", step: 40 });
  assert.equal(store.snapshot.lab, "lesion,a", "the address has it");
  // What is known is not counted again.
  asked.length = 0;
  await does({ type: "measure_cut" });
  assert.deepEqual(asked, [{}]);
});

test("each in turn says what is worth most; statistics anew are beside it", async () => {
  const { does, lesion } = opened();
  await does({ type: "ask_parts" });
  assert.equal(summaryOf(lesion()), null);
  await does({ type: "cut_each" });
  const summary = summaryOf(lesion());
  assert.equal(summary?.most.id, "a");
  assert.ok(Math.abs((summary?.drop ?? 0) - 0.6) < 1e-12 && Math.abs((summary?.median ?? 0) - 0.1) < 1e-12);
  assert.equal(summary?.anew, null);
  does({ type: "estimate_anew", anew: true });
  await does({ type: "cut_each" });
  assert.ok(Math.abs((summaryOf(lesion())?.anew ?? 0) - 0.1) < 1e-12);
  const lines = csvOf(lesion()).trim().split("\r\n");
  assert.equal(lines[0], "left_out,statistics,step,test_images,top1,loss,mean_iou");
  assert.equal(lines.length, 1 + 2 * (1 + 3 + 3));
  assert.ok(lines.includes("a,stored,40,2000,0.3,1,"), lines.join("\n"));
});

test("parts drawn at random are counted on the first images, each choice once", async () => {
  const { does, lesion, asked } = opened();
  await does({ type: "ask_parts" });
  await does({ type: "cut_random" });
  const drawn = drawnOf(lesion());
  assert.deepEqual(
    drawn.map(({ k, values }) => [k, values.length]),
    [
      [1, 3],
      [2, 3],
      [3, 1],
    ],
  );
  assert.ok(asked.every(({ to = 0 }) => to <= 1000));
});

test("training waits and goes on; a run that was paused stays so", async () => {
  const running = opened({ phase: "running" });
  await running.does({ type: "ask_parts" });
  await running.does({ type: "cut_part", id: "b", out: true });
  assert.deepEqual(
    running.handled.map(({ type }) => type),
    ["toggle_run", "go_on"],
  );
  const paused = opened({ phase: "paused" });
  await paused.does({ type: "ask_parts" });
  await paused.does({ type: "cut_part", id: "b", out: true });
  assert.deepEqual(paused.handled, []);
});

test("it stops at once, and what was counted stays", async () => {
  const { does, lesion, engine, asked, handled } = opened({ phase: "running" });
  await does({ type: "ask_parts" });
  engine.before = async ({ parts, from }) => {
    if (parts?.[0] === "a" && from === 500) does({ type: "stop_lesion" });
  };
  await does({ type: "cut_part", id: "a", out: true });
  assert.equal(lesion().busy, null);
  assert.equal(lesion().found.get(keyOf(["a"], false))?.count.images, 500);
  assert.equal(changeOf(lesion(), ["a"], false), null);
  assert.equal(asked.at(-1)?.from, 500);
  assert.deepEqual(
    handled.map(({ type }) => type),
    ["toggle_run", "go_on"],
  );
  engine.before = async () => undefined;
  await does({ type: "measure_cut" });
  assert.equal(changeOf(lesion(), ["a"], false)?.shares.images, 2000);
});

test("numbers of other weights are not mixed", async () => {
  const { does, lesion, engine, tell } = opened();
  await does({ type: "ask_parts" });
  await does({ type: "cut_part", id: "a", out: true });
  engine.step = 41;
  await does({ type: "cut_part", id: "b", out: true });
  assert.deepEqual(lesion().of, { run: "run-1", step: 41 });
  assert.equal(lesion().found.has(keyOf(["a"], false)), false, "those of step 40 are gone");
  engine.before = async ({ from }) => {
    if (from === 1000) engine.step = 42;
  };
  await does({ type: "cut_part", id: "c", out: true });
  assert.equal(lesion().moved, true);
  assert.equal(lesion().busy, null);
  tell("run_reset");
  assert.equal(lesion().found.size, 0);
  tell("network_changed");
  assert.deepEqual([lesion().about, lesion().cut], [null, []]);
});

test("what the engine refuses is said, and nothing goes on", async () => {
  const { does, lesion, engine, handled } = opened({ phase: "running" });
  await does({ type: "ask_parts" });
  engine.before = async ({ parts }) => {
    if (parts) throw Object.assign(new Error("no"), { error: { kind: "no_data", message: "no", split: "test" } });
  };
  await does({ type: "cut_each" });
  assert.ok(lesion().error);
  assert.equal(lesion().busy, null);
  assert.equal(handled.at(-1)?.type, "go_on");
});

test("the address has what is left out, and nonsense in it is no part", async () => {
  assert.deepEqual(readAt(writeAt({ cut: ["a", "b"], anew: true })), { cut: ["a", "b"], anew: true });
  assert.equal(writeAt(NO_LESION), "");
  const { does, lesion } = opened({ statistics: false });
  does({ type: "read_lesion", at: "b,nonsense,anew" });
  await does({ type: "ask_parts" });
  assert.deepEqual([lesion().cut, lesion().anew], [["b"], false]);
});

test("numbers of parts grow to all of them, and draws are the same each time", () => {
  assert.deepEqual(numbersOf(3), [1, 2, 3]);
  assert.deepEqual(numbersOf(54).at(-1), 54);
  assert.ok(numbersOf(54).length <= 9 && new Set(numbersOf(54)).size === numbersOf(54).length);
  const ids = Array.from({ length: 9 }, (_, at) => `block${at}`);
  assert.deepEqual(draws(ids), draws(ids));
  for (const k of numbersOf(9).slice(1, -1)) {
    const own = draws(ids).filter((draw) => draw.k === k);
    assert.equal(own.length, DRAWS);
    assert.equal(new Set(own.map(({ cut }) => cut.join())).size, DRAWS);
    assert.ok(own.every(({ cut }) => cut.length === k && new Set(cut).size === k));
  }
});

test("mean IoU is over the classes that there are", () => {
  assert.equal(meanIou([4, 0, 0, 0, 2, 2, 0, 0, 0]), (1 + 2 / 4 + 0) / 3);
  assert.equal(meanIou([4, 0, 0, 0]), 1);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([1, 2, 3, 4]), 2.5);
});

test("it says which networks it is not for", () => {
  const { network } = pageWith(presetNamed("lenet5"));
  const node = (name: string, inputs: string[], output_shape: number[]) => ({ name, inputs, output_shape });
  const of = (nodes: object[], groups: object[] = []): AppState =>
    ({
      ...atFirst("cpu"),
      network: network && { ...network, description: { ...network.description, nodes, groups } },
    }) as unknown as AppState;
  assert.ok(instrument.refusal(atFirst("cpu")));
  assert.ok(instrument.refusal(of([node("conv1", ["input"], [6, 24, 24]), node("fc", ["conv1"], [10])])));
  assert.equal(instrument.refusal(of([node("conv1", ["input"], [6, 24, 24]), node("relu", ["conv1"], [6, 24, 24])])), null);
  assert.equal(instrument.refusal(of([node("conv1", ["input"], [6, 24, 24])], [{ kind: "residual" }])), null);
});
