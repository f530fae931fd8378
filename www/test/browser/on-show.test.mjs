// Another network on show than the one that is trained: whose the results are, and what the first button does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violations } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const intend = (page, intent) => page.evaluate((intent) => document.querySelector("receptive-app").intend(intent), intent);
const text = (page, selector) =>
  page
    .locator(selector)
    .first()
    .textContent()
    .then((found) => found.trim().replaceAll(/\s+/gu, " "));
const open = async (page, preset) => {
  const named = await page.evaluate(
    (name) => document.querySelector("receptive-app").state.presets.find((one) => one.name === name),
    preset,
  );
  await intend(page, { type: "open_network", title: named.title, spec: named.spec });
  await until(page, (state) => state.document.examined);
};

async function trained(page) {
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 30, 120_000);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused");
  await page.keyboard.press("t");
  await until(page, (state) => state.trying.probabilities !== null && !state.trying.untrained);
}

test("a preset chosen after training: results are marked, going on is the second choice, the first button trains the preset", {
  timeout: 240_000,
}, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await trained(page);
  assert.equal(await page.locator(".owner-note").count(), 0);
  await open(page, "resnet8");
  assert.equal(await text(page, ".network-name"), "ResNet-8");
  assert.equal(await text(page, ".run"), "Train new network");
  assert.match(await text(page, ".dock-status"), /^LeNet-5, run kiwi: Paused at step \d+\.$/u);
  assert.equal(await text(page, ".answer-owner"), "The answer of LeNet-5, run kiwi");
  assert.match(await page.locator("metric-chart").first().locator(".visually-hidden").textContent(), /^LeNet-5, run kiwi: Loss at step/u);
  assert.match(await text(page, "runs-panel tr.front"), /LeNet-5: the first one not on show/u);
  for (const view of ["training", "maps", "errors"]) {
    await page.click(`#views-${view}`);
    assert.equal(
      await text(page, ".view .owner-note"),
      "These results are of LeNet-5, run kiwi. They are not of the network on show, ResNet-8.",
      view,
    );
  }
  assert.deepEqual(await violations(page), []);
  await page.click("#views-training");
  // Undone, it is the trained network again.
  await page.keyboard.press("Control+z");
  await page.waitForFunction(() => document.querySelector(".owner-note") === null);
  assert.equal(await text(page, ".run"), "Resume");
  await page.keyboard.press("Control+y");
  await page.waitForSelector(".view .owner-note");
  const step = await state(page, (state) => state.run.metrics.step);
  await page.getByRole("button", { name: "Go on with it" }).click();
  await until(page, (state, step) => state.run.metrics.step > step, 60_000, step);
  await page.getByRole("button", { name: "Pause it" }).click();
  await until(page, (state) => state.run.phase === "paused");
  assert.deepEqual(await state(page, (state) => [state.runs.length, state.run.label.name]), [0, "kiwi"]);
  await page.click(".run");
  await until(page, (state) => state.network.title === "ResNet-8" && state.run.metrics?.step > 0, 120_000);
  assert.deepEqual(await state(page, (state) => state.runs.map(({ name, title }) => `${name} ${title}`)), ["kiwi LeNet-5"]);
  assert.equal(await page.locator(".owner-note").count(), 0);
  assert.equal(await text(page, ".run"), "Pause");
  assert.deepEqual(page.problems, []);
});

test("a blank network answers nothing, and after a reload the run that is recalled stays marked", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=ru", { viewport: { width: 390, height: 844 } });
  await trained(page);
  await intend(page, { type: "open_network", title: "Пустая", spec: { version: 1, input: [1, 28, 28], layers: [] } });
  await until(page, (state) => state.document.examined);
  await page.locator(".panes button").last().click();
  assert.match(await text(page, ".verdict"), /^Показанная сеть не закончена/u);
  assert.deepEqual(
    (await page.locator(".bars .share").allTextContents()).filter((share) => share !== ""),
    [],
  );
  assert.ok(await page.isDisabled(".run"));
  assert.ok(await page.isEnabled(".dock-second"));
  await open(page, "resnet8");
  await page.waitForTimeout(800);
  await page.reload();
  await until(page, (state) => state.run.label?.name === "kiwi" && state.document.present.title === "ResNet-8", 120_000);
  await page.waitForSelector(".view .owner-note");
  assert.match(await text(page, ".dock-status"), /^LeNet-5, запуск kiwi: Пауза на шаге \d+\.$/u);
  assert.equal(await text(page, ".run"), "Обучить новую сеть");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(page.problems, []);
});

test("on a phone no field has letters under 16 px", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await trained(page);
  const small = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("input:not([type=checkbox], [type=radio], [type=range], [type=file]), select, textarea")]
        .filter((field) => Number.parseFloat(getComputedStyle(field).fontSize) < 16)
        .map((field) => field.outerHTML.slice(0, 90)),
    );
  const fields = () => page.locator("input, select, textarea").count();
  await page.click(".settings-button");
  assert.ok((await fields()) > 12);
  assert.deepEqual(await small(), []);
  await page.click("#sheet-columns-layer");
  await intend(page, { type: "select", selection: { path: "layers[0]", node: "conv1" } });
  await page.locator("layer-inspector input").first().waitFor();
  assert.deepEqual(await small(), []);
  await page.locator("dialog.sheet .icon-button").first().click();
  await page.locator(".panes button").first().click();
  await page.locator(".outline-head button").click();
  await page.locator("true-size-dialog dialog[open] select").first().waitFor();
  assert.deepEqual(await small(), []);
  await page.keyboard.press("Escape");
  await page.locator(".preset").click();
  await page.locator("choice-popup input").waitFor();
  assert.deepEqual(await small(), []);
  assert.deepEqual(page.problems, []);
});
