// One more feature: what of it is on the page, without a line changed elsewhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import features from "receptive:features";
import { loadLocale, loadPanels } from "../src/i18n/locale.ts";
import { initialState } from "../src/model/state.ts";
import { defineFeature } from "../src/page/feature.ts";
import type { Engine, SpecClient } from "../src/page/page.ts";
import { Page } from "../src/page/page.ts";
import {
  parameterNames,
  partsOf,
  readParameters,
  shortcutsOf,
  slicesOf,
  tabsOf,
  viewNamed,
  writeParameters,
} from "../src/page/registry.ts";
import { parseAddress } from "../src/session/link.ts";
import sample from "./features/sample/feature.ts";
import { TestEnvironment } from "./support/environment.ts";

const all = [...features, sample];
const engine = { on: () => () => undefined } as unknown as Engine;

function pageOf(list = all): Page {
  const state = initialState({ language: "en", theme: "auto", shortcuts: true }, "cpu", slicesOf(list));
  const page = new Page({ engine, specs: {} as SpecClient, environment: new TestEnvironment(), features: list, state });
  page.start();
  return page;
}

test("a feature is known by its folder", () => {
  assert.deepEqual(
    features.map(({ name }) => name),
    [...features.map(({ name }) => name)].sort(),
  );
  for (const { load, texts, name } of features)
    assert.equal(Boolean(texts), Boolean(load && texts), `${name}: texts come with a part of its own`);
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
});

test("an added feature has its tab, its key, its texts and its field of the address", async () => {
  assert.deepEqual(tabsOf(all).at(-1)?.view, "sample");
  assert.equal(viewNamed(all, "sample"), "sample");
  assert.equal(viewNamed(features, "sample"), "training");
  assert.equal(shortcutsOf(all).get("x")?.type, "sample_more");
  const page = pageOf();
  page.handle({ type: "sample_more" });
  assert.equal(page.state.sampled, 1);
  const parameters = writeParameters(all, page.state);
  assert.deepEqual(parameters, { sampled: "1" });
  assert.ok(parameterNames(all).includes("sampled"));
  assert.equal(readParameters(all, parseAddress("#sampled=41").fields).sampled, 41);
  assert.ok(sample.texts);
  const locales = await Promise.all((["en", "ru"] as const).map(loadLocale));
  await loadPanels(sample.texts);
  assert.deepEqual(
    locales.map(({ panels }) => panels.sample.count(2)),
    ["Counted: 2", "Сосчитано: 2"],
  );
});

test("what two features claim is refused when the page is made", () => {
  const copy = defineFeature({ ...sample, name: "copy", shortcuts: {} });
  assert.throws(() => pageOf([...all, copy]), /sample_more/u);
  assert.throws(() => pageOf([...all, defineFeature({ name: "copy", shortcuts: { x: { type: "step" } } })]), /"x"/u);
  assert.throws(() => pageOf().handle({ type: "no_such" } as never), /no_such/u);
});

test("parts stand in their order", () => {
  const parts = partsOf([...all].reverse(), "tools").map(({ name }) => name);
  assert.deepEqual(parts, ["share", "preferences", "help"]);
});
