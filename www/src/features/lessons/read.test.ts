/** The format of lessons, and what their texts may hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LessonFault } from "./fault.ts";
import { LessonError } from "./fault.ts";
import type { Lesson } from "./lesson.ts";
import { readLesson, readText, readWhole } from "./read.ts";
import { LONGEST_TEXT } from "./text.ts";

const LESSON: Lesson = {
  version: 1,
  name: "own",
  title: { en: "Own", ru: "Своё" },
  summary: { en: "One step.", ru: "Один шаг." },
  minutes: 5,
  steps: [{ id: "one", question: { right: 1 }, checks: [{ parameters: { most: 100 } }] }],
  sources: [{ text: "nobody" }],
};
const TEXT = "## One\n\nText.\n\n### question\n\nWhich?\n\n- this\n- that\n\n### hints\n\n1. think\n2. think again\n\n### see\n\nIt.\n";

const faultOf = (read: () => unknown): LessonFault => {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof LessonError) return thrown.fault;
    throw thrown;
  }
  throw new Error("it was read");
};
const withStep = (step: object): object => ({ ...LESSON, steps: [{ id: "one", ...step }] });

test("a lesson is read: its steps, options, hints", () => {
  const lesson = readLesson(structuredClone(LESSON));
  const [step] = readText(TEXT, lesson, "en").steps;
  assert.deepEqual(step?.title, [{ kind: "text", text: "One" }]);
  assert.equal(step?.options.length, 2);
  assert.equal(step?.hints.length, 2);
  assert.equal(step?.body.length, 1);
  assert.equal(step?.see.length, 1);
  const whole = readWhole(JSON.stringify({ lesson: LESSON, en: TEXT, ru: TEXT, formulas: { x: "<math></math>", y: 3 } }));
  assert.deepEqual(whole.formulas, { x: "<math></math>" });
});

const WRONG: { [what: string]: [lesson: unknown, fault: LessonFault] } = {
  "another version": [
    { ...LESSON, version: 2 },
    { kind: "version", found: 2 },
  ],
  "no object": [[], { kind: "wrong_type", path: "", allowed: ["object"] }],
  "an unknown key": [
    withStep({ chekcs: [] }),
    { kind: "unknown_key", path: "/steps/0", key: "chekcs", allowed: ["id", "open", "highlight", "checks", "question"] },
  ],
  "an unknown check": [
    withStep({ checks: [{ weights: { most: 1 } }] }),
    {
      kind: "unknown_key",
      path: "/steps/0/checks/0",
      key: "weights",
      allowed: [
        "parameters",
        "macs",
        "receptive_field",
        "count",
        "shape",
        "setting",
        "accuracy",
        "trained",
        "runs",
        "looked",
        "experiment",
      ],
    },
  ],
  "a check without a bound": [
    withStep({ checks: [{ parameters: {} }] }),
    { kind: "out_of_range", path: "/steps/0/checks/0/parameters", limit: "least", value: 1 },
  ],
  "a bound that is text": [
    withStep({ checks: [{ parameters: { most: "20k" } }] }),
    { kind: "wrong_type", path: "/steps/0/checks/0/parameters/most", allowed: ["number"] },
  ],
  "a share above one": [
    withStep({ checks: [{ accuracy: { least: 97, epochs: 1 } }] }),
    { kind: "out_of_range", path: "/steps/0/checks/0/accuracy/least", limit: "most", value: 1 },
  ],
  "a step twice": [
    { ...LESSON, steps: [{ id: "a" }, { id: "a" }] },
    { kind: "repeated", path: "/steps", value: "a" },
  ],
  "a source by http": [
    { ...LESSON, sources: [{ text: "x", url: "javascript:alert(1)" }] },
    { kind: "pattern", path: "/sources/0/url", pattern: '^https://[^\\s"<>]+$' },
  ],
  "one language": [
    { ...LESSON, title: { en: "x" } },
    { kind: "missing_key", path: "/title", key: "ru" },
  ],
  "a place that is none": [
    withStep({ highlight: "body" }),
    {
      kind: "not_one_of",
      path: "/steps/0/highlight",
      allowed: ["outline", "presets", "true_size", "run", "settings", "layer", "views", "stage", "try", "share"],
    },
  ],
};
for (const [what, [json, fault]] of Object.entries(WRONG))
  test(`refused: ${what}`, () =>
    assert.deepEqual(
      faultOf(() => readLesson(json)),
      fault,
    ));

const WRONG_TEXTS: { [what: string]: [text: string, fault: LessonFault] } = {
  "a section too many": [`${TEXT}## Two\n\nMore.`, { kind: "sections", language: "ru", found: 2, expected: 1 }],
  "an unknown part": [
    `${TEXT}### solution\n\nNo.`,
    { kind: "unknown_section", language: "ru", step: "one", section: "solution", allowed: ["question", "hints", "see"] },
  ],
  "a right answer that is no option": [TEXT.replace("- that\n", ""), { kind: "options", language: "ru", step: "one", found: 1, least: 2 }],
  "10 MB": [`## One\n\n${"a ".repeat(5_000_000)}`, { kind: "too_long", language: "ru", characters: 10_000_008, most: LONGEST_TEXT }],
};
for (const [what, [text, fault]] of Object.entries(WRONG_TEXTS))
  test(`a text is refused: ${what}`, () =>
    assert.deepEqual(
      faultOf(() => readText(text, LESSON, "ru")),
      fault,
    ));

test("10 MB are refused before anything is read, and so is what is no JSON", () => {
  const fault = faultOf(() => readWhole(JSON.stringify({ lesson: LESSON, en: "a".repeat(10_000_000), ru: "" })));
  assert.equal(fault.kind, "too_long");
  assert.equal(faultOf(() => readWhole("{")).kind, "not_json");
  assert.equal(faultOf(() => readWhole("null")).kind, "wrong_type");
});
