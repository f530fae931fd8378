// The lab and its first instrument, as a person uses them: the lesion by mouse and by keyboard, in both languages, on a desk and on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const lesion = (page, read) => state(page, `({ instruments: { lesion } }) => lesion && (${read})(lesion)`);
const idle = (page, timeout = 120_000) => until(page, ({ instruments: { lesion } }) => lesion?.about && lesion.busy === null, timeout);

/** ResNet-8 on images of 7 by 7 pixels: all test images are computed in a moment. */
async function shrink(page) {
  await page.evaluate(() => {
    const app = document.querySelector("receptive-app");
    const { spec } = app.state.document.present;
    app.intend({ type: "open_network", title: "small", spec: { ...spec, layers: [{ op: "avg_pool2d", kernel_size: 4 }, ...spec.layers] } });
  });
  await until(page, ({ network }) => network?.spec.layers[0].op === "avg_pool2d");
}

async function train(page, steps) {
  await page.locator(".run").click();
  await until(page, (state, steps) => state.run.metrics?.step >= steps, 120_000, steps);
}

test("a block is switched off while the run waits, by mouse; the run goes on as it was", async () => {
  const page = await site.open("#preset=resnet8");
  await ready(page);
  await shrink(page);
  await page.locator("#views-lab").click();
  await page.getByRole("button", { name: /^Lesion/u }).click();
  await page.getByRole("heading", { name: "Lesion" }).waitFor();
  await page.getByText("This network has random weights.").waitFor();
  await train(page, 40);
  const block = page.getByRole("switch", { name: "Leave out group1.block1", exact: true });
  await block.click();
  await until(page, ({ run, instruments: { lesion } }) => run.phase === "paused" || lesion.of !== null, 20_000);
  // The steps since the last metrics are not among theirs.
  const before = await state(page, ({ run }) => run.metrics.step);
  await idle(page);
  // The first answer was of the first thousand images.
  assert.ok(await lesion(page, ({ found }) => [...found.values()].every(({ first }) => first.images === 1000)));
  await page.getByText("on all 10,000 test images").waitFor();
  await until(page, ({ run }) => run.phase === "running", 20_000);
  const [at, cut] = await lesion(page, ({ of, cut }) => [of.step, cut]);
  assert.deepEqual(cut, ["residual:group1.block1.residual1"]);
  assert.ok(Math.abs(at - before) < 200, `${at}, paused after ${before}`);
  assert.match(await page.locator(".lesion-value").textContent(), /^Without group1\.block1: \d+\.\d\d% \([−+]?[\d.]+ points\)$/u);
  assert.match(page.url(), /lab=lesion%2Cresidual/u);
  // The intact network is what the page's own evaluation says of these weights, to the image.
  await page.locator(".run").click();
  await until(page, ({ run }) => run.phase === "paused", 20_000);
  await page.getByRole("button", { name: "Put all back" }).click();
  await block.click();
  await idle(page);
  await page.locator("#views-errors").click();
  await until(page, ({ mistakes, instruments: { lesion } }) => mistakes.predictions?.step === lesion.of.step, 60_000);
  const [right, said] = await state(page, ({ mistakes: { predictions }, instruments: { lesion } }) => [
    predictions.labels.filter((label, at) => label === predictions.first[at]).length,
    lesion.found.get("stored").count.right,
  ]);
  assert.equal(said, right);
  assert.deepEqual(page.problems, []);
});

test("each in turn and at random, with statistics anew, by keyboard; it can be stopped, and saved", async () => {
  const page = await site.open("#preset=resnet8&view=lab&lab=lesion");
  await ready(page);
  await shrink(page);
  await train(page, 30);
  await page.locator(".run").click();
  await until(page, ({ run }) => run.phase === "paused", 20_000);
  await idle(page);
  const each = page.getByRole("button", { name: "Each in turn" });
  await each.press("Enter");
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  await stop.press("Enter");
  assert.equal(await lesion(page, ({ busy }) => busy), null, "at once");
  await each.press("Enter");
  await page.locator("lesion-panel progress").waitFor();
  await idle(page);
  assert.match(await page.locator(".lesion-summary").textContent(), /is worth most/u);
  const anew = page.getByRole("checkbox", { name: "Estimate batch norm’s statistics anew" });
  await anew.press("Space");
  await each.press("Enter");
  await idle(page);
  await page.getByRole("columnheader", { name: "With statistics anew" }).waitFor();
  assert.match(await page.locator(".lesion-summary").textContent(), /Statistics estimated anew/u);
  assert.equal(await page.locator(".lesion-table tbody tr").count(), 3);
  await page.getByRole("button", { name: "k at random" }).press("Enter");
  await idle(page);
  assert.equal(await page.locator(".lesion-dot").count(), 1 + 3 + 3 + 1);
  const seen = await violationsInBothThemes(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save CSV" }).press("Enter")]);
  assert.equal(download.suggestedFilename(), "lesion.csv");
  const text = await (await import("node:fs/promises")).readFile(await download.path(), "utf8");
  const lines = text.trim().split("\r\n");
  assert.equal(lines[0], "left_out,statistics,step,test_images,top1,loss,mean_iou");
  assert.ok(
    lines.some((line) => /^residual:group1\.block1\.residual1,anew,\d+,10000,0\.\d+,/u.test(line)),
    text,
  );
  // Layers, by the arrow of no key but Tab and Enter.
  await page.getByRole("button", { name: /^Layers/u }).press("Enter");
  await page.getByRole("switch", { name: "Leave out relu0" }).press("Space");
  await until(page, ({ instruments: { lesion } }) => lesion.cut.includes("layer:relu0"));
  await stop.press("Enter");
  await page.setViewportSize({ width: 390, height: 844 });
  seen.push(...(await violationsInBothThemes(page)));
  assert.deepEqual(seen, []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "nothing is wider than a phone");
  assert.deepEqual(page.problems, []);
});

test("the list, in Russian and on a phone; a network that it is not for says why", async () => {
  const page = await site.open("?lang=ru#view=lab", { viewport: { width: 390, height: 844 }, locale: "ru-RU" });
  await ready(page);
  const entry = page.getByRole("button", { name: /^Удаление частей/u });
  await entry.waitFor();
  assert.equal(await entry.getAttribute("aria-disabled"), "false");
  const seen = await violationsInBothThemes(page);
  await entry.click();
  await page.getByRole("switch").first().waitFor();
  await page.getByText("У этой сети случайные веса.").waitFor();
  seen.push(...(await violationsInBothThemes(page)));
  await page.getByRole("button", { name: "Все инструменты" }).click();
  const bare = {
    version: 1,
    name: "bare",
    input: [1, 28, 28],
    layers: [{ op: "flatten" }, { op: "linear", out_features: 10 }],
  };
  await page.evaluate((spec) => document.querySelector("receptive-app").intend({ type: "open_network", title: "bare", spec }), bare);
  await until(page, ({ network }) => network.spec.layers.length === 2);
  await page.getByText("Не для этой сети: каждый её слой меняет форму").waitFor();
  assert.equal(await entry.getAttribute("aria-disabled"), "true");
  await entry.press("Enter");
  assert.equal(await state(page, ({ lab }) => lab), null);
  seen.push(...(await violationsInBothThemes(page)));
  assert.deepEqual(seen, []);
  assert.deepEqual(page.problems, []);
});

test("a U-Net’s long skips are measured by mean IoU", async () => {
  const page = await site.open("#preset=unet&view=lab&lab=lesion,skip:join1.concat");
  await ready(page);
  await train(page, 2);
  await page.locator(".run").click();
  await until(page, ({ run }) => run.phase === "paused", 60_000);
  await idle(page);
  assert.deepEqual(await lesion(page, ({ cut }) => cut), ["skip:join1.concat"]);
  await page.getByRole("button", { name: "Long skips (2)" }).click();
  await page.getByRole("button", { name: "Measure", exact: true }).click();
  await until(page, ({ instruments: { lesion } }) => [...lesion.found.values()].filter(({ first }) => first).length === 2, 120_000);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByText(/^Mean IoU on the first 1,000 test images/u).waitFor();
  const iou = await lesion(page, ({ found }) => found.get("stored\nskip:join1.concat").first.iou);
  assert.ok(iou > 0 && iou < 1, String(iou));
  assert.deepEqual(page.problems, []);
});
