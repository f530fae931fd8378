// Building: what is not finished is no error, a fix goes through the blocks it breaks, and settings that come with a network are said.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const intend = (page, intent) => page.evaluate((intent) => document.querySelector("receptive-app").intend(intent), intent);
const text = async (page, selector) => (await page.locator(selector).first().textContent()).trim().replaceAll(/\s+/gu, " ");
const open = async (page, layers) => {
  await intend(page, { type: "open_network", title: "test", spec: { version: 1, input: [1, 28, 28], layers } });
  await until(page, (state) => state.document.examined);
};
const block = (channels) => ({
  residual: { body: [{ op: "conv2d", out_channels: channels, kernel_size: 3, padding: 1 }, { op: "batch_norm2d" }, { op: "relu" }] },
});
const conv = { op: "conv2d", out_channels: 16, kernel_size: 3, padding: 1 };

test("a first convolution is a network that is not finished, in no red, and one button finishes it", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  await ready(page);
  await open(page, [conv]);
  assert.match(await text(page, ".dock-note"), /Not finished: must end in 10 numbers, ends in 16×28×28\./u);
  assert.equal(await page.locator(".row.wrong, .dock-problem").count(), 0);
  assert.equal(await text(page, ".row.open-end .error-text"), "Not finished: must end in 10 numbers, ends in 16×28×28.");
  assert.deepEqual(await violationsInBothThemes(page), []);
  await page.click("#views-diagram");
  await page.locator(".drawing .cell").first().waitFor();
  assert.equal(await page.locator(".drawing .callout").count(), 0);
  await page.locator(".row.open-end [data-fix=classifier]").click();
  await until(page, (state) => state.document.examined && state.document.examination.network?.training_refused === null);
  assert.equal(await page.locator(".row.open-end").count(), 0);
  // A contradiction is one, in red.
  await open(page, [{ op: "flatten" }, { op: "linear", out_features: 10 }, conv]);
  await page.locator(".row.wrong").first().waitFor();
  assert.deepEqual(page.problems, []);
});

test("a projection goes on through the blocks that it breaks, and one undo takes all of it back", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  const end = [{ op: "global_avg_pool2d" }, { op: "flatten" }, { op: "linear", out_features: 10 }];
  await open(page, [conv, block(32), block(16), block(8), ...end]);
  const before = await state(page, (state) => JSON.stringify(state.document.present.spec));
  await page.locator("[data-fix=projection]").first().click();
  await until(page, (state) => state.document.examined && state.document.examination.error === null, 20_000);
  await page.keyboard.press("Control+z");
  assert.equal(await state(page, (state) => JSON.stringify(state.document.present.spec)), before);
  assert.deepEqual(page.problems, []);
});

test("a preset that brings other settings says so, and mine can be kept", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=ru");
  await ready(page);
  await page.fill("#settings-batch_size", "32");
  await page.click(".preset");
  await page.locator("choice-popup input").fill("ResNet-8");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.document.present.title === "ResNet-8");
  assert.match(await text(page, "[data-code=settings_came]"), /ResNet-8.*размер батча 32/u);
  await page.getByRole("button", { name: "Оставить мои" }).click();
  assert.equal(await state(page, (state) => state.settings.edited.batch_size), 32);
  assert.equal(await page.locator("[data-code=settings_came]").count(), 0);
  assert.deepEqual(page.problems, []);
});

test("a link to a preset that there is not says so", { timeout: 60_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en#preset=nonsense");
  await until(page, (state) => state.notices.some(({ code }) => code === "link_refused"));
  assert.match(await text(page, "[data-code=link_refused]"), /names a network that this page does not have/u);
  assert.deepEqual(page.problems, []);
});

test("three clicks from opening to a comparison of batch 64 and 32, by images seen", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 40, 60_000);
  await page.locator(".run-duplicate").waitFor();
  await page.locator(".run-duplicate").selectOption({ label: "batch size 32" });
  await until(page, (state) => state.runs.length === 1 && state.run.metrics?.step > 40, 120_000);
  assert.deepEqual(await state(page, (state) => [state.run.label.name, state.settings.applied.batch_size]), ["batch 32", 32]);
  await page.locator("metric-chart[metric=loss]").getByLabel("Horizontal axis").selectOption("by images");
  await page.locator("metric-chart[metric=loss] .chart-axis").filter({ hasText: "images trained on" }).waitFor();
  await page.locator("metric-chart[metric=accuracy]").getByLabel("Horizontal axis").selectOption("by seconds");
  const clocks = await state(page, (state) => [state.runs[0].history.clock.total, state.run.history.clock.total]);
  await page.locator("metric-chart[metric=accuracy] .plot").focus();
  await page.keyboard.press("End");
  const at = await page.locator("metric-chart[metric=accuracy] .plot").getAttribute("aria-valuetext");
  assert.ok(Math.abs(Number.parseFloat(at) - Math.max(...clocks)) < 60, `${at}, of ${clocks}`);
  assert.match(at, /^[\d.]+ sec: /u);
  assert.deepEqual(await violationsInBothThemes(page), []);
  assert.deepEqual(page.problems, []);
});

test("the pad and its answer stand beside maps and mistakes, and on a phone in one screen", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.keyboard.press("t");
  await until(page, (state) => state.trying.probabilities !== null);
  const seen = (selector) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        const bar = document.querySelector(".bottom").getBoundingClientRect();
        return Math.max(0, Math.min(bottom, bar.top) - Math.max(0, top)) / (bottom - top);
      });
  for (const [width, height] of [
    [1440, 900],
    [1024, 768],
  ]) {
    await page.setViewportSize({ width, height });
    for (const [view, content] of [
      ["maps", "map-grid canvas"],
      ["errors", "confusion-grid"],
    ]) {
      await intend(page, { type: "show_view", view });
      await page.locator(content).waitFor({ timeout: 60_000 });
      await page.waitForTimeout(300);
      assert.ok((await seen(".pad")) > 0.95, `${width} ${view}: the pad`);
      assert.ok((await seen(".verdict")) > 0.9, `${width} ${view}: the answer`);
      assert.ok((await seen(content)) > 0.3, `${width} ${view}: ${content} ${await seen(content)}`);
    }
  }
  await page.setViewportSize({ width: 390, height: 664 });
  await page.locator(".panes button").last().click();
  await page.waitForTimeout(300);
  for (const part of [".pad", ".verdict", ".bars"]) assert.ok((await seen(part)) > 0.95, `phone: ${part} ${await seen(part)}`);
  assert.deepEqual(page.problems, []);
});

test("an embed of one view shows that view, the pad, and a line of controls", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en&embed=view#view=maps", { viewport: { width: 900, height: 480 } });
  await ready(page);
  await page.locator("map-grid canvas").waitFor();
  for (const gone of [".top-tools", ".outline", ".inspector", ".first-steps", ".stage > .tabs"])
    assert.ok(await page.locator(gone).first().isHidden(), gone);
  const [maps, bar, pad] = await page.evaluate(() =>
    ["map-grid canvas", ".bottom", ".pad"].map((selector) => document.querySelector(selector).getBoundingClientRect().toJSON()),
  );
  assert.ok(bar.height <= 56, `the bar: ${bar.height}`);
  assert.ok(bar.top - maps.top >= 200, `maps: ${bar.top - maps.top}`);
  assert.ok(pad.bottom <= bar.top);
  assert.ok(await page.getByRole("button", { name: "Run" }).isVisible());
  const link = page.getByRole("link", { name: "Open in Receptive" });
  await link.focus();
  assert.match(await link.getAttribute("href"), /view=maps/u);
  assert.doesNotMatch(await link.getAttribute("href"), /embed/u);
  assert.deepEqual(await violationsInBothThemes(page), []);
  assert.deepEqual(page.problems, []);
});
