// What a run is told: schedules with their fields and curve, augmentation, clipping and decay.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violations } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

test("a schedule's fields change its curve, and go into the run", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  const curve = () => page.getAttribute("training-details .rate-line", "d");
  await page.waitForSelector("training-details .rate-line");
  const cosine = await curve();
  await page.selectOption("#settings-schedule", "multi_step");
  await page.waitForFunction((before) => document.querySelector(".rate-line").getAttribute("d") !== before, cosine);
  await page.getByText("Details of the schedule").click();
  await page.fill("#settings-multi_step-milestones", "2 5,5 9");
  await until(page, (state) => JSON.stringify(state.settings.edited.schedule.milestones) === "[2,5.5,9]");
  await page.fill("#settings-multi_step-gamma", "11");
  assert.match(await page.textContent("#settings-multi_step-gamma-fix"), /from 0 to 10/u);
  assert.equal(await state(page, (state) => state.settings.edited.schedule.gamma), 0.1);
  await page.fill("#settings-multi_step-gamma", "0.5");
  assert.match(await page.getAttribute("training-details svg", "aria-label"), /over 12 epochs: from 0\.02, at most 0\.02, to 0\.0025/u);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 5);
  assert.deepEqual(await state(page, (state) => state.network.spec.training.schedule), {
    type: "multi_step",
    milestones: [2, 5.5, 9],
    gamma: 0.5,
  });
  assert.equal(await page.locator("training-details .rate-dot").count(), 1, "where the run is");
  assert.deepEqual(page.problems, []);
});

test("augmentation and clipping wait for a fresh start, then train", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.waitForSelector("training-details summary");
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 5);
  await page.getByText("Augmentation: off").click();
  await page.fill("#settings-augmentation-shift", "2");
  await page.fill("#settings-augmentation-rotation_degrees", "10");
  await page.getByLabel("Elastic deformation").check();
  await page.fill("#settings-elastic-alpha", "20");
  await page.getByLabel("Random erasing").check();
  await page.selectOption("#settings-erase-fill", "background");
  await page.getByText("Gradients and decay").click();
  await page.fill("#settings-gradients-clip_grad_norm", "1");
  await page.selectOption("#settings-gradients-decay", "weights");
  assert.match(await page.textContent("run-dock"), /Changed: augmentation, gradient clipping, what decays/u);
  assert.equal(await state(page, (state) => state.settings.applied.clip_grad_norm), null);
  assert.deepEqual(await violations(page), []);
  await page.locator("settings-panel .apply").click();
  await until(page, (state) => state.settings.applied.clip_grad_norm === 1 && state.run.metrics?.step > 5);
  const { augmentation, optimizer } = await state(page, (state) => state.network.spec.training);
  assert.deepEqual(augmentation, { shift: 2, rotation_degrees: 10, elastic: { alpha: 20 }, erase: { fill: "background" } });
  assert.equal(optimizer.decay, "weights");
  assert.doesNotMatch(await page.textContent("run-dock"), /Changed/u);
  assert.deepEqual(page.problems, []);
});
