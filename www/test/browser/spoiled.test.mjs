// A run that a change of its rate spoils: the page says what was changed and when, and leads back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

async function spoil(page) {
  await ready(page);
  await page.click(".run");
  // The loss before the change is a mean of the last points, a few hundred steps on a fast machine.
  await until(page, (state) => state.run.metrics?.step > 600 && state.run.metrics.loss < 1, 120_000);
  await page.fill("#settings-learning_rate", "9");
  await until(page, (state) => state.notices.some(({ code }) => code === "guessing" || code === "diverged"), 100_000);
}

const text = async (page, selector) => (await page.locator(selector).first().textContent()).trim().replaceAll(/\s+/gu, " ");

test("a rate that spoils a run is named with its step, and the way back is a button", { timeout: 300_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  await spoil(page);
  // At the first points after the change the page knows only that the network guesses.
  await page.locator(".notice-text").filter({ hasText: "raised from" }).first().waitFor();
  assert.match(
    await text(page, ".notice-text"),
    /^Learning rate raised from 0\.02 to 9 at step [\d,]+; loss 0\.\d+ → ([\d,.]+|not a finite number)\./u,
  );
  const [change] = await state(page, (state) => state.run.history.changes);
  assert.deepEqual([change.setting, change.from, change.to], ["learning_rate", 0.02, 9]);
  assert.match(await page.locator("#chart-loss-summary").textContent(), /rate 0\.02 → 9/u);
  assert.deepEqual(await violationsInBothThemes(page), []);
  const back = page.getByRole("button", { name: /^Back to step/u });
  await back.focus();
  await page.keyboard.press("Enter");
  await until(page, (state, step) => state.run.metrics?.step === step && state.run.phase === "paused", 60_000, change.step);
  assert.deepEqual(
    await state(page, (state) => [state.settings.applied.learning_rate, state.settings.edited.learning_rate, state.runs.length]),
    [0.02, 0.02, 1],
  );
  assert.match(await text(page, "[data-code=copied_run]"), /^Copied kiwi at step [\d,]+ as oak\./u);
  await page.locator("[data-code=copied_run]").getByRole("button", { name: "Resume" }).click();
  await until(page, (state, step) => state.run.phase === "running" && state.run.metrics.step > step + 20, 60_000, change.step);
  assert.ok(await state(page, (state) => state.run.metrics.loss < 1.5));
  assert.deepEqual(page.problems, []);
});

test("a fresh start with the old rate, and a branch from a step that was kept", { timeout: 300_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await spoil(page);
  const [{ step }] = await state(page, (state) => state.run.history.changes);
  await page.getByRole("button", { name: "Start afresh with learning rate 0.02" }).click();
  await until(page, (state) => state.runs.length === 1 && state.run.metrics?.step > 20, 60_000);
  assert.deepEqual(await state(page, (state) => [state.settings.applied.learning_rate, state.run.history.changes.length]), [0.02, 0]);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused");
  // What was kept is there after a reload.
  await page.waitForTimeout(1000);
  await page.reload();
  await until(page, (state) => state.run.label !== null && state.runs.length === 1, 60_000);
  await page.locator(".run-steps:not(.run-duplicate)").last().selectOption(String(step));
  await until(page, (state, step) => state.run.metrics?.step === step && state.runs.length === 2, 60_000, step);
  assert.equal(await state(page, (state) => state.settings.edited.learning_rate), 0.02);
  assert.deepEqual(page.problems, []);
});

test("the end of an epoch is kept", { timeout: 300_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.fill("#settings-batch_size", "512");
  await page.click(".run");
  await until(page, (state) => state.run.epochs.length > 0 && [...state.checkpoints.keys()].some((key) => key.includes("@")), 240_000);
  assert.deepEqual(page.problems, []);
});

test("a second tab says that the run is open in the first, and what it trains is a copy", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 40 && state.checkpoints.size > 0, 120_000);
  await page.waitForTimeout(1500);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await until(other, (state) => state.notices.some(({ code }) => code === "went_on"), 60_000);
  assert.match(await text(other, "[data-code=went_on]"), /^kiwi is open in another tab, which trains it\. This tab has a copy/u);
  assert.equal(await state(other, (state) => state.run.phase), "paused");
  const [first, copy] = [await state(page, (state) => state.run.metrics.step), await state(other, (state) => state.run.metrics.step)];
  await other.getByRole("button", { name: "Train the copy" }).click();
  await until(other, (state, step) => state.run.metrics.step > step, 60_000, copy);
  await until(page, (state, step) => state.run.metrics.step > step, 60_000, first);
});
