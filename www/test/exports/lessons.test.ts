/**
 * Each lesson's solutions through its checks, with what the engine says of their networks. What a specification cannot show (accuracy, steps, runs, views,
 * experiments) is a state that was recorded: of real runs where it says an accuracy; the page trains them in a browser.
 *
 * `solutions/reference.json` has every step with a task; `solutions/wrong-*.json` has one, and what is said of it.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Operation } from "rfc6902";
import type { Preset, Spec } from "../../src/engine/protocol.ts";
import { measuredOf, outcomeOf, TRAINED } from "../../src/features/lessons/checks.ts";
import en from "../../src/features/lessons/en.ts";
import type { Facts, RunFacts } from "../../src/features/lessons/facts.ts";
import type { Lesson, Step } from "../../src/features/lessons/lesson.ts";
import { entryOf } from "../../src/features/lessons/lesson.ts";
import { networkAt, patched } from "../../src/features/lessons/networks.ts";
import { readLesson } from "../../src/features/lessons/read.ts";
import { Formats } from "../../src/lib/format.ts";
import { compilable, newDocument } from "../../src/spec/document.ts";
import { examined, PRESET_LIST, ROOT } from "./engine.ts";

/** What was done in a step. */
interface Work {
  /** On the network that the lesson has there. */
  patch?: Operation[];
  /** Of that network: what its training gave. */
  run?: { steps: number; epochs?: RunFacts["epochs"] };
  /** Runs before it, of other networks. */
  before?: { steps: number }[];
  seen?: string[];
  experiment?: Facts["experiment"];
  answer?: number;
}
interface Reference {
  steps: { [id: string]: Work };
}
interface Wrong extends Work {
  step: string;
  /** What the page says of it, check by check that fails; none for an answer. */
  says: string[];
}

const folder = join(ROOT, "www/lessons");
const text = en(new Formats("en"));
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(folder, ...path), "utf8"));

function factsOf(lesson: Lesson, at: number, { patch = [], run, before = [], seen = [], experiment = null }: Work): Facts {
  const network = networkAt(lesson, at, PRESET_LIST as unknown as readonly Preset[]);
  const changed = network && patched(network.spec, patch);
  assert.ok(changed || !network, "the patch does not fit");
  const document = changed && newDocument({ title: "", spec: changed });
  const spec = document && compilable(document, document.present.settings);
  const other = { ...(spec as Spec), layers: [] };
  const runs: RunFacts[] = [
    ...before.map(({ steps }) => ({ spec: other, steps, epochs: [], evaluation: null })),
    ...(run && spec ? [{ spec, steps: run.steps, epochs: run.epochs ?? [], evaluation: null }] : []),
  ];
  return { spec, network: spec ? examined(spec as Parameters<typeof examined>[0]) : null, runs, seen: new Set(seen), experiment };
}

function answered({ question }: Step, facts: Facts, answer: number | undefined): boolean {
  if (!question) return true;
  if ("right" in question) return answer === question.right;
  const measured = measuredOf(question.measured, facts);
  return measured !== null && answer !== undefined && Math.abs(answer - measured) <= (question.tolerance ?? 0.005) * measured;
}

for (const name of readdirSync(folder).filter((name) => /^\d\d-/u.test(name))) {
  const lesson = readLesson({ ...(json(name, "lesson.json") as object) });
  const reference = json(name, "solutions", "reference.json") as Reference;

  test(`${name}: the reference solution passes every task`, () => {
    const ids = lesson.steps.filter(({ checks, question }) => checks || question).map(({ id }) => id);
    assert.deepEqual(Object.keys(reference.steps).sort(), [...ids].sort());
    for (const [at, step] of lesson.steps.entries()) {
      const work = reference.steps[step.id];
      if (!work) continue;
      const facts = factsOf(lesson, at, work);
      for (const check of step.checks ?? []) {
        const outcome = outcomeOf(check, facts);
        assert.ok(outcome.passed, `${step.id}: ${text.outcome(outcome)}`);
      }
      assert.ok(answered(step, facts, work.answer), `${step.id}: the answer ${work.answer} is wrong`);
    }
  });

  const wrongs = readdirSync(join(folder, name, "solutions")).filter((file) => file.startsWith("wrong-"));
  test(`${name}: three wrong ones at least, and trained checks have a recorded run`, () => {
    assert.ok(wrongs.length >= 3, `${wrongs.length}`);
    for (const { id, checks = [] } of lesson.steps) {
      const kinds = checks.map((check) => entryOf(check)[0]).filter((kind) => TRAINED.has(kind));
      const { run, seen, experiment } = reference.steps[id] ?? {};
      if (kinds.length > 0) assert.ok(run || seen || experiment, `${id}: ${kinds.join(", ")}`);
    }
  });
  for (const file of wrongs)
    test(`${name}: ${file} fails, and how far it is is said`, () => {
      const wrong = json(name, "solutions", file) as Wrong;
      const at = lesson.steps.findIndex(({ id }) => id === wrong.step);
      const step = lesson.steps[at];
      assert.ok(step, wrong.step);
      const facts = factsOf(lesson, at, wrong);
      const failed = (step.checks ?? []).map((check) => outcomeOf(check, facts)).filter(({ passed }) => !passed);
      assert.deepEqual(failed.map(text.outcome), wrong.says);
      if (wrong.answer !== undefined) assert.equal(answered(step, facts, wrong.answer), false);
      assert.ok(failed.length > 0 || wrong.answer !== undefined, "it passes");
    });
}
