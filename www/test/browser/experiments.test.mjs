// Experiments: a file of one's own, its runs in workers of their own, what came out, and the shipped ones by their address.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const OWN = {
  version: 1,
  name: "own",
  title: { en: "Half as many", ru: "Вдвое меньше" },
  claim: { en: "Fewer maps learn less.", ru: "Меньше карт — меньше учится.", source: "this test" },
  base: { preset: "lenet5" },
  variants: [{ name: "six maps" }, { name: "three maps", patch: [{ op: "replace", path: "/layers/0/out_channels", value: 3 }] }],
  budget: { steps: 8, test_every: 4 },
  seeds: [1, 2, 3],
  measure: ["test_top1", "train_loss"],
  show: "curves",
  expect: [{ measure: "test_top1", variant: "six maps", than: "three maps" }],
};

const choose = (page, text) =>
  page
    .locator("experiments-panel input[type=file]")
    .setInputFiles({ name: "own.json", mimeType: "application/json", buffer: Buffer.from(text) });

const phase = (page) => state(page, ({ experiments }) => experiments.open?.phase ?? null);

test("an experiment of one's own: paused, gone on with, its results, a run of it in the workbench", async () => {
  const page = await site.open("#view=experiments");
  await ready(page);
  await choose(page, JSON.stringify({ ...OWN, budget: { steps: 0 } }));
  await page.getByRole("alert").filter({ hasText: "/budget/steps: at least 1." }).waitFor();
  await choose(page, JSON.stringify(OWN));
  await page.getByRole("heading", { name: "Half as many" }).waitFor();
  const seen = [];
  await page.locator(".experiment-choice select").selectOption("2");
  await page.getByRole("button", { name: "Start", exact: true }).press("Enter");
  await until(page, ({ experiments }) => experiments.open.phase === "running");
  await page.getByRole("button", { name: "Pause", exact: true }).press("Enter");
  assert.equal(await phase(page), "paused");
  await page.getByRole("button", { name: "Resume", exact: true }).press("Enter");
  await until(page, ({ experiments }) => experiments.open.phase === "done", 120_000);
  const results = await state(page, ({ experiments: { open } }) =>
    open.states.map((one, at) => ({
      name: open.jobs[at].name,
      seed: open.jobs[at].seed,
      steps: one.result?.curve.map(({ step }) => step),
      tested: one.result?.curve.filter(({ test_top1 }) => test_top1 !== undefined).map(({ step }) => step),
      top1: one.result?.measures.test_top1,
    })),
  );
  for (const { name, seed, steps, tested, top1 } of results) {
    assert.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8], `${name} ${seed}`);
    assert.deepEqual(tested, [4, 8], `${name} ${seed}`);
    assert.ok(top1 > 0.05 && top1 < 1, `${name} ${seed}: ${top1}`);
  }
  assert.equal(new Set(results.map(({ top1 }) => top1)).size > 3, true, "seeds and networks differ");
  assert.match(await page.locator(".experiment-verdicts").textContent(), /six maps/u);
  assert.equal(await page.locator(".dot").count(), 6);
  assert.equal(await page.locator(".curve-mean").count(), 4);
  seen.push(...(await violationsInBothThemes(page)));
  await page.setViewportSize({ width: 390, height: 844 });
  seen.push(...(await violationsInBothThemes(page)));
  assert.deepEqual(seen, []);
  await page.setViewportSize({ width: 1440, height: 900 });
  // What the engine says of the same network and seed is what the workbench gets.
  await page.locator("tr", { hasText: "three maps" }).locator(".dot").first().press("Enter");
  await until(page, ({ document }) => document.present.spec.layers[0].out_channels === 3);
  assert.deepEqual(page.problems, []);
});

test("what is finished is not trained again after a reload", async () => {
  const page = await site.open("#view=experiments");
  await ready(page);
  const once = { ...OWN, variants: [OWN.variants[0]], budget: { steps: 2 }, seeds: [7], expect: undefined };
  const run = async () => {
    await choose(page, JSON.stringify(once));
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await until(page, ({ experiments }) => experiments.open?.phase === "done", 60_000);
    return state(page, ({ experiments: { open } }) => ({ kept: open.states[0].kept, measures: open.states[0].result.measures }));
  };
  const first = await run();
  assert.equal(first.kept, false);
  await page.reload();
  await ready(page);
  assert.deepEqual(await run(), { kept: true, measures: first.measures });
});

test("an address opens a shipped experiment, in Russian too", async () => {
  const page = await site.open("?lang=ru#view=experiments&experiment=lrn-or-none");
  await ready(page);
  await page.getByRole("heading", { name: "LRN, ничего или батч-нормализация в AlexNet" }).waitFor();
  await page.getByRole("button", { name: "Все опыты" }).click();
  await page.locator(".experiments-list").waitFor();
  assert.equal(await page.locator(".experiment-entry").count(), 16);
  assert.deepEqual(page.problems, []);
});
