// Several runs side by side: their list, their curves, and a new one that goes on from an old one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

async function train(page, steps) {
  await page.click(".run");
  await until(page, (state, steps) => state.run.metrics?.step > steps, 120_000, steps);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused" && state.checkpoints.get(state.run.label.key) >= state.run.metrics.step);
}

async function twoRuns(page) {
  await ready(page);
  await train(page, 40);
  // The rate is applied at once, but kiwi has not trained with it.
  await page.fill("#settings-learning_rate", "0.03");
  await until(page, (state) => state.settings.applied.learning_rate === 0.03);
  await page.fill("#settings-batch_size", "32");
  await page.getByRole("button", { name: "Restart to apply" }).first().click();
  await until(page, (state) => state.run.metrics === null && state.runs.length === 1);
  await train(page, 40);
}

const series = (page) =>
  page.evaluate(
    () =>
      document
        .querySelector("metric-chart[metric=loss]")
        .state.runs.filter(({ key }) => !document.querySelector("receptive-app").state.hidden.has(key)).length,
  );
const row = (page, name) => page.locator("runs-panel tbody tr").filter({ has: page.locator(`input.name[aria-label="Name of ${name}"]`) });

test("a fresh start keeps the run before it, with what changed, and all is there after a reload", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await twoRuns(page);
  assert.equal(await page.locator("runs-panel tbody tr").count(), 2);
  assert.match(await row(page, "rate 0.03, batch 32").textContent(), /batch size 64 → 32; learning rate 0\.02 → 0\.03.*step \d+.*loss/su);
  assert.match(await row(page, "kiwi").textContent(), /LeNet-5: the first one/u);
  await row(page, "kiwi").locator("input.name").fill("baseline");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.runs[0].name === "baseline");
  await row(page, "rate 0.03, batch 32").locator("input.name").fill("baseline");
  await page.keyboard.press("Enter");
  assert.equal(await row(page, "rate 0.03, batch 32").locator("input.name").getAttribute("aria-invalid"), "true");
  await row(page, "rate 0.03, batch 32").locator("input.name").press("Escape");
  // Chosen as the one to compare with: the other says what is other in it, of its results too.
  await row(page, "baseline").getByRole("button", { name: "Baseline: baseline" }).click();
  await until(page, (state) => state.baseline === "r1");
  assert.match(await page.locator("runs-panel").textContent(), /Differences are to the baseline baseline/u);
  assert.match(
    await row(page, "rate 0.03, batch 32").locator(".run-figures").textContent(),
    /loss [\d.]+ \([+−][\d.]+\) · [\d.]+% \w+ \w+ \([+−][\d.]+ points\) · [\d.]+ sec \([+−][\d.]+\)/u,
  );
  await row(page, "baseline").getByRole("checkbox").uncheck();
  assert.equal(await series(page), 0);
  await page.waitForTimeout(1000);
  await page.reload();
  await until(page, (state) => state.run.label?.name === "rate 0.03, batch 32" && state.runs.length === 1, 60_000);
  assert.deepEqual(
    await state(page, (state) => [state.runs[0].name, state.hidden.size, state.runs[0].history.train.points.length > 1, state.baseline]),
    ["baseline", 1, true, "r1"],
  );
  assert.deepEqual(page.problems, []);
});

test("a branch goes on from a run's checkpoint with that run's curves, network and settings", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await twoRuns(page);
  const step = await state(page, (state) => state.checkpoints.get("r1"));
  await row(page, "kiwi")
    .getByRole("button", { name: /^Branch/u })
    .click();
  await until(page, (state, step) => state.run.label?.parent === "r1" && state.run.metrics.step === step, 60_000, step);
  assert.deepEqual(
    await state(page, (state) => [
      state.runs.length,
      state.run.phase,
      state.settings.applied.batch_size,
      state.settings.edited.learning_rate,
    ]),
    [2, "paused", 64, 0.02],
  );
  assert.match(await page.locator("runs-panel tr.front").textContent(), /copied from kiwi/u);
  await page.click(".run");
  await until(page, (state, step) => state.run.phase === "running" && state.run.metrics.step > step + 20, 120_000, step);
  assert.ok(await state(page, (state) => state.run.history.train.points[0].step < 40));
  assert.deepEqual(page.problems, []);
});

test("a deleted run can be had back", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await twoRuns(page);
  await row(page, "kiwi").getByRole("button", { name: "Delete kiwi" }).click();
  await until(page, (state) => state.runs.length === 0);
  await page.locator(".runs-deleted").getByRole("button", { name: "Undo" }).click();
  await until(page, (state) => state.runs.length === 1 && state.runs[0].name === "kiwi");
  assert.ok(
    await row(page, "kiwi")
      .getByRole("button", { name: /^Branch/u })
      .isEnabled(),
  );
});

test("charts: values by arrow keys, smoothing, top-5 and table, remembered", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await train(page, 60);
  const accuracy = page.locator("metric-chart[metric=accuracy]");
  await accuracy.locator(".plot").focus();
  await page.keyboard.press("Home");
  assert.match(await accuracy.locator(".plot").getAttribute("aria-valuetext"), /^step \d+: [\d.]+% on training images/u);
  const first = Number(await accuracy.locator(".plot").getAttribute("aria-valuenow"));
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(
    (first) => Number(document.querySelector("metric-chart[metric=accuracy] .plot").getAttribute("aria-valuenow")) > first,
    first,
  );
  await accuracy.getByRole("slider", { name: "Smooth" }).fill("0.8");
  await accuracy.getByRole("button", { name: "Top-5" }).click();
  await page.locator("metric-chart[metric=loss]").getByRole("button", { name: "Log scale" }).click();
  await page.reload();
  await ready(page);
  assert.equal(await accuracy.getByRole("slider", { name: "Smooth" }).inputValue(), "0.8");
  assert.equal(
    await page.locator("metric-chart[metric=loss]").getByRole("button", { name: "Log scale" }).getAttribute("aria-pressed"),
    "true",
  );
  await accuracy.getByRole("button", { name: "Table" }).click();
  assert.deepEqual(await accuracy.locator("thead th").allTextContents(), ["Step", "train", "test", "train, Top-5", "test, Top-5"]);
  assert.deepEqual(page.problems, []);
});

test("axe finds nothing with two runs, in both themes, wide and narrow", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  await twoRuns(page);
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(viewport);
    assert.deepEqual(await violationsInBothThemes(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  }
});
