// IDX files of one's own, larger than MNIST's and of more classes: opened, the network fitted to them, trained, and looked at.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openOwnFiles, openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const [SIDE, CLASSES, EACH] = [32, 26, 40];

function idx(magic, dimensions, bytes) {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(magic);
  dimensions.forEach((size, at) => header.writeUInt32BE(size, 4 + 4 * at));
  return Buffer.concat([header, bytes]);
}

/** Every class is a bright square at a place of its own, over some grey. */
function files(side, classes, each, { first = 0, spoiled = false } = {}) {
  const count = classes * each;
  const labels = Buffer.from(Array.from({ length: count }, (_, n) => first + (n % classes)));
  const pixels = Buffer.alloc(count * side * side);
  const across = Math.floor(side / 5);
  for (let n = 0; n < count; n++) {
    // A few images have another class's square: there are mistakes to see.
    const shown = spoiled && n % 19 === 0 ? (n + 1) % classes : n % classes;
    const [top, left] = [Math.floor(shown / across) * 5, (shown % across) * 5];
    for (let at = 0; at < side * side; at++) {
      const [y, x] = [Math.floor(at / side), at % side];
      const inside = y >= top && y < top + 4 && x >= left && x < left + 4;
      pixels[n * side * side + at] = inside ? 250 : (at * 13 + n * 7) % 40;
    }
  }
  const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });
  return (name) => [file(`${name}-images`, idx(2051, [count, side, side], pixels)), file(`${name}-labels`, idx(2049, [count], labels))];
}

for (const language of ["en", "ru"]) {
  test(`26 classes of 32 by 32 pixels: opened, fitted, trained, shown (${language})`, { timeout: 240_000 }, async () => {
    const page = await site.open(`?backend=cpu&lang=${language}`);
    await ready(page);
    await openOwnFiles(page, [...files(SIDE, CLASSES, EACH)("train"), ...files(SIDE, CLASSES, 8, { spoiled: true })("test")]);
    await page.locator("data-dialog dialog[open] [data-fix=fit_data]").waitFor();
    assert.match(await page.textContent("data-dialog dialog"), /32×32/u);
    assert.match(await page.textContent("data-dialog .error-text"), language === "en" ? /28 × 28|28×28/u : /28/u);
    assert.equal(await state(page, (state) => state.network), null);
    assert.deepEqual(await violationsInBothThemes(page), []);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/dialog-${language}.png` });
    await page.fill("#class-names", Array.from({ length: CLASSES }, (_, n) => String.fromCharCode(97 + n)).join("\n"));
    await page.click("data-dialog [data-fix=fit_data]");
    await until(page, (state) => state.network?.spec.data?.classes === 26 && state.network.spec.input[1] === 32);
    await page.locator(".data-fits").waitFor();
    const { mean, std } = await state(page, (state) => state.data.own);
    const own = await state(page, (state) => state.network.spec.data);
    assert.deepEqual([own.mean, own.std], [mean, std]);
    assert.match(
      await page.textContent("data-dialog dialog"),
      new RegExp(language === "en" ? `${mean}` : String(mean).replace(".", ","), "u"),
    );
    await page.keyboard.press("Escape");

    await page.fill("#settings-learning_rate", "0.03");
    await page.fill("#settings-epochs", "8");
    await page.click(".run");
    await until(page, (state) => state.run.phase === "done", 120_000);
    // The first step had what was typed just before.
    assert.deepEqual(await state(page, (state) => state.run.history.changes), []);
    assert.ok((await state(page, (state) => state.run.epochs.at(-1).test_top1)) > 0.6);
    assert.equal(await state(page, (state) => state.run.evaluation.confusion.length), CLASSES);

    await page.click("[data-view=errors], [role=tab][id$=errors]");
    await page.locator(".confusion").waitFor();
    assert.equal(await page.locator(".confusion tbody tr").count(), CLASSES);
    assert.equal(await page.locator(".scores tbody tr").count(), CLASSES);
    assert.equal(await page.locator(".confusion tbody th").nth(25).textContent(), "z");
    assert.ok((await page.locator(".digits li").count()) > 0);
    await until(page, (state) => state.mistakes.samples.size > 0);
    const ink = await page.evaluate(() => {
      const canvas = document.querySelector(".digits canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return [canvas.width, canvas.height, data.some((value, at) => at % 4 === 3 && value > 200)];
    });
    assert.deepEqual(ink, [32, 32, true]);
    assert.deepEqual(await violationsInBothThemes(page), []);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/errors-${language}.png` });

    await page.keyboard.press("t");
    await until(page, (state) => state.trying.sample !== null && state.trying.probabilities?.length === 26);
    assert.equal(await page.locator(".bars li").count(), 12);
    const { label } = await state(page, (state) => state.trying.sample);
    assert.match(await page.textContent(".verdict"), new RegExp(` ${String.fromCharCode(97 + label)}`, "u"));
    const box = await page.locator(".pad").boundingBox();
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 150, box.y + 150, { steps: 6 });
    await page.mouse.up();
    await until(page, (state) => state.trying.sample === null && state.trying.probabilities?.length === 26);
    assert.equal(await page.locator("canvas.preview[role=img]").getAttribute("width"), "32");
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/pad-${language}.png` });

    await page.click("[data-view=maps], [role=tab][id$=maps]");
    await until(page, (state) => state.look.answer !== null);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/maps-${language}.png` });
    assert.deepEqual(page.problems, []);
  });
}

test("a run on one's own images waits for them after a reload, and goes on when they are opened", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  const chosen = files(16, 12, 40)("train");
  await openOwnFiles(page, chosen);
  await page.click("data-dialog [data-fix=fit_data]");
  await until(page, (state) => state.network?.spec.data?.classes === 12);
  await page.keyboard.press("Escape");
  await page.fill("#settings-epochs", "8");
  await page.click(".run");
  await until(page, (state) => state.run.phase === "done" && state.checkpoints.get(state.run.label.key) === state.run.metrics.step, 60_000);
  const step = await state(page, (state) => state.run.metrics.step);
  // On its way to storage.
  await page.waitForTimeout(1500);
  await page.reload();
  await until(page, (state) => state.runs.length === 1 && state.document?.examined === true, 60_000);
  // MNIST is loaded: nothing is computed with it, and the page says what is missing.
  assert.deepEqual(await state(page, (state) => [state.network, state.runs[0].metrics.step]), [null, step]);
  assert.match(await page.textContent("outline-editor .error-text"), /images of one's own.*MNIST is loaded/su);
  await openOwnFiles(page, chosen);
  await until(page, (state) => state.network?.spec.data?.classes === 12, 60_000);
  await page
    .locator("runs-panel tbody tr")
    .getByRole("button", { name: /^Branch/u })
    .first()
    .click();
  await until(page, (state, step) => state.run.metrics?.step === step, 60_000, step);
});

test("EMNIST's letters are recognised, turned and named", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await openOwnFiles(page, files(28, 26, 10, { first: 1 })("train"));
  await page.locator("data-dialog .turn-letters").click();
  await until(page, (state) => state.data.own?.classes === 26);
  assert.equal(await page.inputValue("#class-names"), Array.from({ length: 26 }, (_, n) => String.fromCharCode(65 + n)).join("\n"));
  await page.click("data-dialog [data-fix=fit_data]");
  await until(page, (state) => state.network?.spec.data?.classes === 26);
  await page.click(".use-mnist");
  await until(page, (state) => state.data.own === null && state.data.images.test === 10_000, 60_000);
  await page.click("outline-editor [data-fix=fit_data]");
  await until(page, (state) => state.network?.spec.data === undefined && state.network?.spec.layers.at(-1).out_features === 10);
  assert.deepEqual(page.problems, []);
});
