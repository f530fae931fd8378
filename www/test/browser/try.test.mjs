// The digit pad: by mouse, by keyboard, and with images that are refused.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openOwnFiles, openSite, ready, state, until } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

async function drawSeven(page) {
  const box = await page.locator(".pad").boundingBox();
  const at = (x, y) => [box.x + x, box.y + y];
  await page.mouse.move(...at(80, 60));
  await page.mouse.down();
  await page.mouse.move(...at(200, 60), { steps: 8 });
  await page.mouse.move(...at(120, 230), { steps: 8 });
  await page.mouse.up();
}

test("a drawn digit is centred, shown as the network sees it, and answered", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await drawSeven(page);
  await until(page, (state) => state.trying.probabilities !== null);
  const probabilities = await state(page, (state) => [...state.trying.probabilities]);
  assert.equal(probabilities.length, 10);
  assert.ok(Math.abs(probabilities.reduce((a, b) => a + b, 0) - 1) < 1e-3);
  assert.match(await page.textContent(".verdict"), /Random weights/u);
  const ink = await page.evaluate(() => {
    const canvas = document.querySelector(".preview");
    return canvas
      .getContext("2d")
      .getImageData(0, 0, 28, 28)
      .data.filter((value, at) => at % 4 === 3 && value > 0).length;
  });
  assert.ok(ink > 20 && ink < 200, `${ink} pixels of ink`);
  await page.getByRole("button", { name: "Clear" }).click();
  await until(page, (state) => state.trying.probabilities === null);
  assert.match(await page.textContent(".verdict"), /Nothing drawn/u);
  assert.deepEqual(page.problems, []);
});

test("a trained network reads a drawn seven", { timeout: 240_000 }, async (t) => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 600, 200_000);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused");
  await drawSeven(page);
  await until(page, (state) => state.trying.probabilities !== null && !state.trying.untrained);
  const [best, share] = await state(page, (state) => {
    const share = Math.max(...state.trying.probabilities);
    return [state.trying.probabilities.indexOf(share), share];
  });
  t.diagnostic(`it says ${best} with ${(share * 100).toFixed(1)} %`);
  assert.equal(best, 7);
});

test("by keyboard alone: a random test digit, moved, cleared", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.getByRole("button", { name: "Random test digit" }).focus();
  await page.keyboard.press("Enter");
  await until(page, (state) => state.trying.sample !== null && state.trying.probabilities !== null);
  const { index, label } = await state(page, (state) => state.trying.sample);
  const shown = await page.textContent(".verdict");
  assert.ok(shown.includes(`labelled ${label}`) && shown.replaceAll(",", "").includes(String(index)), shown);
  assert.match(shown, /right|wrong/u);
  const seen = () =>
    page.evaluate(() =>
      [...document.querySelector(".preview").getContext("2d").getImageData(0, 0, 28, 28).data].filter((_, at) => at % 4 === 3),
    );
  const before = await seen();
  await page.locator(".pad").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const after = await seen();
  for (let y = 1; y < 28; y++) for (let x = 1; x < 28; x++) assert.equal(after[y * 28 + x], before[(y - 1) * 28 + x - 1]);
  await page.keyboard.press("Delete");
  await until(page, (state) => state.trying.sample === null && state.trying.probabilities === null);
  assert.deepEqual(page.problems, []);
});

test("a network of pixels shows what it got, where the digit is, and what it says of each pixel", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&preset=unet");
  await ready(page);
  assert.equal(await page.locator(".bars").count(), 0, "there is no one answer for the image");
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 30 && state.run.evaluation?.mean_iou > 0, 120_000);
  assert.equal(await page.locator("metric-chart").count(), 3);
  await page.getByRole("heading", { name: "Pixel accuracy" }).waitFor();
  assert.match(await page.textContent("metric-chart[metric=iou] .readout .test"), /%/u);
  await page.keyboard.press("t");
  await until(page, (state) => state.trying.sample !== null && state.trying.scene !== null);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused");
  const scene = () =>
    state(page, ({ trying: { scene, sample } }) => ({
      picture: [...scene.picture],
      digit: [...scene.digit],
      mask: [...scene.mask],
      pixels: [...sample.pixels],
    }));
  const own = await scene();
  own.pixels.forEach((ink, at) => assert.equal(own.digit[at], ink >= 128 ? 1 : 0));
  assert.ok(
    own.pixels.every((ink, at) => own.picture[at] >= ink - 53),
    "the digit lies over its clutter",
  );
  await page.getByRole("button", { name: "Other strokes and noise" }).focus();
  await page.keyboard.press("Enter");
  await until(page, (state, before) => state.trying.scene.picture.some((value, at) => value !== before[at]), 30_000, own.picture);
  assert.deepEqual((await scene()).digit, own.digit, "the digit stays where it is");
  // The legend names the digits of the answer; one of them can be seen alone.
  const named = await page.locator(".classes .swatch").allTextContents();
  const said = await state(page, (state) =>
    [...new Set(state.trying.scene.mask)].filter((value) => value > 0).map((value) => String(value - 1)),
  );
  assert.deepEqual([...named].sort(), [...said].sort());
  if (named.length > 1) {
    const opaque = () =>
      page.evaluate(
        () =>
          document
            .querySelector(".mask.said")
            .getContext("2d")
            .getImageData(0, 0, 28, 28)
            .data.filter((value, at) => at % 4 === 3 && value === 255).length,
      );
    const all = await opaque();
    await page.locator(".class").first().click();
    assert.equal(await page.locator(".class").first().getAttribute("aria-pressed"), "true");
    assert.ok((await opaque()) < all);
  }
  await page.getByRole("button", { name: "Clear" }).click();
  await until(page, (state) => state.trying.sample === null && state.trying.scene === null);
  await drawSeven(page);
  await until(page, (state) => state.trying.scene !== null && state.trying.sample === null);
  assert.deepEqual(page.problems, []);
});

function idx(magic, dimensions, bytes) {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(magic);
  dimensions.forEach((size, at) => header.writeUInt32BE(size, 4 + 4 * at));
  return Buffer.concat([header, bytes]);
}
const images = (count, magic = 2051) => idx(magic, [count, 28, 28], Buffer.alloc(count * 784, 100));
const labels = (count, value = 3) => idx(2049, [count], Buffer.alloc(count, value));
const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });

for (const [what, files, pattern] of [
  ["the wrong magic number", [file("train-images", images(4, 1234)), file("train-labels", labels(4))], /train-images.*0x000004d2/u],
  ["a truncated file", [file("train-images", images(4).subarray(0, 1000)), file("train-labels", labels(4))], /train-images.*1,000/u],
  ["more labels than images", [file("train-images", images(4)), file("train-labels", labels(5))], /4 images.*5 labels/u],
  ["a label past a hundred classes", [file("train-images", images(4)), file("train-labels", labels(4, 100))], /train-labels.*100/u],
  ["a lone file", [file("train-images", images(4))], /together/u],
]) {
  test(`${what} is refused by name, and the run goes on`, { timeout: 120_000 }, async () => {
    const page = await site.open("?backend=cpu");
    await ready(page);
    await page.click(".run");
    await until(page, (state) => state.run.metrics?.step > 5);
    await openOwnFiles(page, files);
    await until(page, (state) => state.notices.some(({ code }) => code === "files_refused"));
    assert.match(await page.textContent("notice-list [data-code=files_refused]"), pattern);
    const step = await state(page, (state) => state.run.metrics.step);
    await until(page, (state, before) => state.run.phase === "running" && state.run.metrics.step > before, 30_000, step);
    assert.deepEqual(page.problems, []);
  });
}

test("sound IDX files take MNIST's place", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await openOwnFiles(page, [file("train-images", images(640)), file("train-labels", labels(640))]);
  await until(page, (state) => state.notices.some(({ code }) => code === "files_loaded"));
  assert.deepEqual(await state(page, (state) => state.data.images.train), 640);
  await page.click(".run");
  await until(page, (state) => state.run.metrics !== null && state.run.metrics.images_total === 640);
  assert.deepEqual(page.problems, []);
});
