/** Lessons on a page with a fake engine: steps, answers, hints, and what of it outlives the page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "../../../test/support/environment.ts";
import type { FakePage } from "../../../test/support/fake-page.ts";
import { openPage, settle } from "../../../test/support/fake-page.ts";
import type { FetchFile } from "./actions.ts";
import { Lessons } from "./actions.ts";
import type { Lesson } from "./lesson.ts";
import type { LessonDeed, LessonsState } from "./model.ts";
import { merged, NO_PROGRESS, readProgress, stepProgress, withPlace, withStep } from "./progress.ts";

const LESSON: Lesson = {
  version: 1,
  name: "own",
  title: { en: "Own", ru: "Своё" },
  summary: { en: "Three steps.", ru: "Три шага." },
  minutes: 5,
  steps: [
    { id: "read", open: { network: { preset: "resnet8" }, view: "diagram" } },
    {
      id: "look",
      open: { view: "training" },
      checks: [{ looked: { views: ["maps"] } }, { setting: { path: "/training/batch_size", most: 32 } }],
    },
    { id: "ask", open: { network: { patch: [{ op: "replace", path: "/layers/0/out_channels", value: 8 }] } }, question: { right: 1 } },
  ],
  sources: [{ text: "nobody" }],
};
const TEXT = "## A\n\nText.\n\n## B\n\nText.\n\n## C\n\nText.\n\n### question\n\nWhich?\n\n- a\n- b\n\n### hints\n\n1. one\n2. two\n";
const FILES: { [file: string]: string } = {
  "index.json": JSON.stringify([{ name: "own", title: LESSON.title, summary: LESSON.summary, minutes: 5, steps: ["read", "look", "ask"] }]),
  "own.json": JSON.stringify({ lesson: LESSON, en: TEXT, ru: TEXT, formulas: {} }),
  "broken.json": JSON.stringify({ lesson: { ...LESSON, version: 9 }, en: TEXT, ru: TEXT }),
};
const fetchFile: FetchFile = async (file) => FILES[file] ?? null;

interface Classroom extends FakePage {
  does: (deed: LessonDeed) => Promise<void>;
  state: () => LessonsState;
  step: (id: string) => ReturnType<typeof stepProgress>;
}
async function classroom(environment = new TestEnvironment()): Promise<Classroom> {
  const fake = await openPage(environment);
  const lessons = new Lessons(fake.page, fetchFile);
  const state = (): LessonsState => fake.page.store.snapshot.lessons as LessonsState;
  const does = async (deed: LessonDeed): Promise<void> => {
    await lessons.do(deed);
    await settle();
  };
  return { ...fake, does, state, step: (id) => stepProgress(state().progress, "own", id) };
}

test("the list comes when it is asked for; a lesson opens with its network and view, and is in the address", async () => {
  const { page, does, state } = await classroom();
  await does({ does: "load" });
  assert.deepEqual(
    state().list?.map(({ name }) => name),
    ["own"],
  );
  await does({ does: "open", name: "own" });
  assert.equal(page.state.lesson, "own.read");
  assert.equal(page.state.document?.present.title, "ResNet-8");
  assert.equal(page.state.view, "diagram");
});

test("a step is done by what it asks for: reading, looking and building, answering", async () => {
  const { page, does, step } = await classroom();
  await does({ does: "open", name: "own" });
  assert.equal(step("read").done, undefined);
  await does({ does: "go", at: 1 });
  assert.equal(step("read").done, true);
  page.handle({ type: "show_view", view: "maps" });
  await settle();
  assert.equal(step("look").done, undefined, "half of it");
  page.handle({ type: "edit_settings", changes: { batch_size: 32 } });
  await settle();
  assert.equal(step("look").done, true);
  await does({ does: "go", at: 2 });
  assert.equal(
    (page.state.document?.present.spec.layers[0] as { out_channels?: number } | undefined)?.out_channels,
    8,
    "the patch is on what was open",
  );
  await does({ does: "answer", value: 0 });
  assert.deepEqual([step("ask").done, step("ask").tries, step("ask").answer], [undefined, 1, 0]);
  for (const hints of [1, 2, 2]) {
    await does({ does: "hint" });
    assert.equal(step("ask").hints, hints);
  }
  await does({ does: "answer", value: 1 });
  assert.deepEqual([step("ask").done, step("ask").tries, step("ask").right], [true, 2, true]);
});

test("what was built stays when a step is come back to, until it is set up again", async () => {
  const { page, does } = await classroom();
  await does({ does: "open", name: "own" });
  const { document } = page.state;
  assert.ok(document);
  page.handle({ type: "edit_network", spec: { ...document.present.spec, layers: document.present.spec.layers.slice(1) } });
  await settle();
  await does({ does: "go", at: 1 });
  await does({ does: "go", at: 0 });
  assert.equal(page.state.document?.present.spec.layers.length, document.present.spec.layers.length - 1);
  await does({ does: "set_up" });
  assert.equal(page.state.document?.present.spec.layers.length, document.present.spec.layers.length);
  page.handle({ type: "undo" });
  assert.equal(page.state.document?.present.spec.layers.length, document.present.spec.layers.length - 1, "nothing is lost");
});

test("a patch that does not fit what is open is put on the lesson's own network", async () => {
  const { page, does } = await classroom();
  await does({ does: "open", name: "own" });
  page.handle({ type: "open_network", title: "-", spec: { version: 1, input: [1, 28, 28], layers: [] } });
  await settle();
  await does({ does: "go", at: 2 });
  assert.equal(page.state.document?.present.title, "ResNet-8");
});

test("progress is there after a reload, and the page as it was left", async () => {
  const environment = new TestEnvironment();
  const first = await classroom(environment);
  await first.does({ does: "open", name: "own" });
  await first.does({ does: "go", at: 1 });
  assert.match(environment.stored.get("lessons") ?? "", /"look"/u);
  const again = new TestEnvironment("https://example.org/course/#lesson=own.look");
  again.stored.set("lessons", environment.stored.get("lessons") ?? "");
  const second = await classroom(again);
  await second.does({ does: "load" });
  assert.equal(second.state().open?.at, 1);
  assert.equal(second.step("read").done, true);
  assert.equal(second.page.state.document?.present.title, "LeNet-5", "a step that was entered before opens nothing");
});

test("a link into the middle of a lesson opens the network of the steps before", async () => {
  const { page, does, state } = await classroom(new TestEnvironment("https://example.org/course/#lesson=own.look"));
  await does({ does: "load" });
  assert.equal(state().open?.at, 1);
  assert.equal(page.state.document?.present.title, "ResNet-8");
  assert.equal(page.state.view, "training");
});

test("an address that changes is followed, one without a lesson closes it", async () => {
  const { page, does, state } = await classroom();
  await does({ does: "open", name: "own" });
  page.set({ lesson: "own.ask" });
  await settle();
  assert.equal(state().open?.at, 2);
  page.set({ lesson: null });
  assert.equal(state().open, null);
  page.set({ lesson: "own.no-such-step" });
  await settle();
  assert.equal(state().open?.at, 0);
});

test("a lesson that cannot be read is refused with its reason, and nothing changes", async () => {
  const { page, does, state } = await classroom();
  const before = page.state.document;
  await does({ does: "open", name: "broken" });
  assert.deepEqual(state().fault, { kind: "version", found: 9 });
  for (const name of ["none", "../own", "own.json", ""]) {
    await does({ does: "open", name });
    assert.deepEqual(state().fault, { kind: "not_fetched", name });
  }
  assert.equal(page.state.document, before);
  assert.equal(page.state.lesson, null);
});

test("progress can be forgotten, and what is damaged is as if it had never been", async () => {
  const { does, state } = await classroom();
  await does({ does: "open", name: "own" });
  await does({ does: "forget" });
  assert.deepEqual(state().progress, NO_PROGRESS);
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '{"version":2,"lessons":{}}',
    '{"version":1,"lessons":3}',
    '{"version":1,"lessons":{"own":3}}',
  ])
    assert.deepEqual(readProgress(text), NO_PROGRESS, text);
  const odd = '{"version":1,"lessons":{"own":{"at":3,"steps":{"a":{"done":"yes","tries":"x","seen":[1,"maps"]},"b":4}}}}';
  assert.deepEqual(readProgress(odd), { version: 1, lessons: { own: { at: null, steps: { a: { seen: ["maps"] }, b: {} } } } });
});

test("what two tabs have done is done", () => {
  const one = withStep(withPlace(NO_PROGRESS, "own", "a"), "own", "a", { done: true, hints: 1 });
  const other = withStep(withStep(NO_PROGRESS, "own", "b", { done: true }), "own", "a", { tries: 1 });
  for (const both of [merged(one, other), merged(other, one)]) {
    assert.equal(stepProgress(both, "own", "a").done, true);
    assert.equal(stepProgress(both, "own", "b").done, true);
    assert.equal(both.lessons.own?.at, "a");
  }
});
