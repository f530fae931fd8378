// What the page says when things go wrong, with a worker that makes them go wrong (test/double/). The page's own code is the shipped one.
import assert from "node:assert/strict";
import { test } from "node:test";

import { doublePage } from "../support/double-page.mjs";
import { openSite, says, state, until, violations } from "../support/site.mjs";

async function inScenario(scenario, work, options) {
  const site = await openSite({ dist: await doublePage(scenario) });
  try {
    const page = await site.open("?lang=en", options);
    await page.waitForSelector(".run");
    await work(page);
    assert.deepEqual(page.problems, []);
  } finally {
    await site.close();
  }
}

const has = (page, code) => until(page, (state, code) => state.notices.some((notice) => notice.code === code), 30_000, code);

test("a silent engine is reported after ten seconds and can be restarted", { timeout: 90_000 }, () =>
  inScenario("silent", async (page) => {
    await until(page, (state) => state.network !== null);
    await page.click(".run");
    await has(page, "silent");
    await says(page, "[data-code=silent]", /does not answer.*1\d sec/su);
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Restart the engine" }).click();
    await until(page, (state) => state.network !== null && state.notices.length === 0 && state.run.phase === "idle");
  }),
);

test("a panic stops the engine, offers a report, and a restart mends it", { timeout: 60_000 }, () =>
  inScenario("panic", async (page) => {
    await until(page, (state) => state.network !== null);
    await page.click(".run");
    await has(page, "crashed");
    await says(page, "[role=alert] [data-code=crashed]", /index out of bounds/u);
    assert.ok(await page.isDisabled(".run"));
    await page.getByRole("button", { name: "Copy report" }).click();
    await page.getByRole("button", { name: "Restart the engine" }).click();
    await until(page, (state) => state.network !== null && state.notices.length === 0);
    assert.ok(await page.isEnabled(".run"));
  }),
);

test("an engine that cannot run here says so, and the page stays readable", { timeout: 60_000 }, () =>
  inScenario("no_engine", async (page) => {
    await has(page, "crashed");
    await says(page, "[data-code=crashed]", /WebAssembly SIMD/u);
    assert.equal(await page.textContent(".dock-status"), "The engine is not running.");
  }),
);

test("data that does not load can be retried or replaced by files, and is never made up", { timeout: 60_000 }, () =>
  inScenario("data_failed", async (page) => {
    await has(page, "data_failed");
    await says(page, "[data-code=data_failed]", /MNIST did not load.*503/su);
    await page.click(".run");
    await page.waitForTimeout(500);
    assert.equal(await state(page, (state) => state.run.phase), "waiting");
    await page.setInputFiles("[data-code=data_failed] input[type=file]", [
      { name: "a", mimeType: "", buffer: Buffer.from([0, 0, 8, 3, 0, 0, 0, 1]) },
      { name: "b", mimeType: "", buffer: Buffer.from([0, 0, 8, 1, 0, 0, 0, 1]) },
    ]);
    await has(page, "files_refused");
    await says(page, "[data-code=files_refused]", /0x00000001/u);
    await page.locator("[data-code=data_failed]").getByRole("button", { name: "Try again" }).click();
    await has(page, "data_failed");
  }),
);

test("while data still loads the page says how much is in use", { timeout: 60_000 }, () =>
  inScenario("slow_data", async (page) => {
    await until(page, (state) => state.network !== null);
    await page.click(".run");
    await until(page, (state) => state.run.metrics !== null);
    assert.equal(await page.textContent(".dock-note"), "6,000 of 60,000 images loaded so far");
  }),
);

test("a lost device is named, with the step training goes on from", { timeout: 60_000 }, () =>
  inScenario("device_lost", async (page) => {
    await until(page, (state) => state.network !== null);
    await page.click(".run");
    await has(page, "device_lost");
    await says(page, "[data-code=device_lost]", /Continued on CPU from step 60/u);
  }),
);

test("a diverged run names the rate and offers a tenth of it", { timeout: 60_000 }, () =>
  inScenario("diverge", async (page) => {
    await until(page, (state) => state.network !== null);
    await page.click(".run");
    await has(page, "diverged");
    await says(page, "[data-code=diverged]", /0\.5 is likely too high/u);
    await page.getByRole("button", { name: "Start anew at 0.002" }).click();
    await until(page, (state) => state.run.phase === "running" && state.settings.applied.learning_rate === 0.002);
    assert.equal(await page.inputValue("#settings-learning_rate"), "0.002");
  }),
);

test("a network that only guesses is told so, with three causes", { timeout: 60_000 }, () =>
  inScenario("guessing", async (page) => {
    await until(page, (state) => state.network !== null);
    await page.click(".run");
    await has(page, "guessing");
    assert.equal(await page.locator("[data-code=guessing] li").count(), 3);
    assert.deepEqual(await violations(page), []);
  }),
);
