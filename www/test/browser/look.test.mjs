// Looking inside: maps of every node, one unit with its field, one number with its arithmetic; and mistakes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const pick = (page, name) => page.locator(".look-node").selectOption(name);
const depth = (page, name) => page.getByRole("group", { name: "Depth" }).getByRole("button", { name }).click();

async function openMaps(page) {
  await page.getByRole("tab", { name: "Maps" }).click();
  await until(page, (state) => state.look.answer !== null, 60_000);
}

/** The answer that is shown is about this node, at this depth. */
const looked = (page, node, number = false) =>
  until(
    page,
    (state, { node, number }) => {
      const { answer, error } = state.look;
      if (error) throw new Error(error.message);
      return (
        answer?.wish.nodes[0] === node &&
        answer.maps.maps.some((maps) => maps.node === node) &&
        (!number || (answer.weights?.node === node && answer.wish.field?.node === node))
      );
    },
    60_000,
    { node, number },
  );

for (const preset of ["lenet5", "lenet5_1998", "inception", "resnet8", "unet"]) {
  test(`${preset}: every kind of node has its maps, and its numbers add up to the engine's`, { timeout: 400_000 }, async () => {
    const page = await site.open(`?backend=cpu&lang=en&preset=${preset}`);
    await ready(page);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await until(page, (state) => state.run.metrics !== null, 120_000);
    await openMaps(page);
    assert.ok(!(await page.locator("maps-panel .badge").isVisible()));
    const nodes = await state(page, (state) =>
      state.network.description.nodes.filter(({ head }) => head === null).map(({ name, op, output_shape }) => ({ name, op, output_shape })),
    );
    const kinds = new Map(nodes.map((node) => [node.op, node]));
    for (const {
      name,
      op,
      output_shape: [channels, rows = 1],
    } of kinds.values()) {
      await depth(page, "All maps");
      await pick(page, name);
      await looked(page, name);
      await page.locator("map-grid canvas").waitFor();
      const drawn = await page.evaluate(() => {
        const { width, height } = document.querySelector("map-grid canvas");
        return { width, height, stack: document.querySelector("map-grid").stack };
      });
      assert.ok(
        drawn.width > 0 && drawn.height > 0 && drawn.stack.count === channels && drawn.stack.rows === rows,
        `${name}: ${JSON.stringify(drawn)}`.slice(0, 200),
      );
      await depth(page, "One number");
      await looked(page, name, true);
      await page.locator("number-view .number-result .right").waitFor({ timeout: 30_000 });
      assert.match(await page.textContent("number-view .number-result"), /the same, within rounding/u, `${name} (${op})`);
      assert.match(await page.textContent(".unit-field"), /depend on/u);
    }
    assert.deepEqual(page.problems, []);
  });
}

test("the inspector shows how a layer's values and weights are spread, in every view, while training", { timeout: 200_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  const summary = (name) => page.locator(".layer-spread figure", { hasText: name }).locator("figcaption").textContent();
  const rows = page.getByRole("tree").getByRole("treeitem");
  await rows.filter({ hasText: "conv1" }).click();
  await page.locator(".layer-spread figure").nth(2).waitFor();
  const untrained = await summary("weight");
  assert.match(untrained, /150 values/u);
  assert.match(await summary("Activations"), /4,704 values/u);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 60 && state.look.answer?.maps.step > 40);
  assert.notEqual(await summary("weight"), untrained);
  await page.getByRole("tab", { name: "Diagram" }).click();
  await rows.filter({ hasText: "fc2" }).click();
  await page.locator(".layer-spread figcaption", { hasText: "10,080 values" }).waitFor();
  await page.getByRole("tab", { name: "Maps" }).click();
  await looked(page, "fc2");
  await page.locator("maps-panel layer-histograms figcaption", { hasText: "10,080 values" }).waitFor();
  assert.match(await summary("weight"), /10,080 values/u);
  await page.getByRole("tab", { name: "Curves", exact: true }).first().click();
  await page.locator(".layer-spread summary").click();
  await until(page, (state) => state.run.metrics?.step > 100);
  const step = await state(page, (state) => state.look.answer?.maps.step);
  await until(page, (state, step) => state.run.metrics?.step > step + 100, 60_000, step);
  assert.ok((await state(page, (state) => state.look.answer?.maps.step)) <= step + 30, "nothing is asked while it is closed");
  assert.deepEqual(page.problems, []);
});

test("before training: the weights are called random; gradients, filters and scales", { timeout: 200_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await openMaps(page);
  assert.match(await page.textContent("maps-panel .badge"), /random weights/u);
  const ink = () =>
    page.evaluate(() => [...document.querySelector("map-grid canvas").getContext("2d").getImageData(0, 0, 40, 20).data].join());
  const local = await ink();
  await page.getByRole("button", { name: "per network" }).click();
  await page.waitForFunction(
    (before) => [...document.querySelector("map-grid canvas").getContext("2d").getImageData(0, 0, 40, 20).data].join() !== before,
    local,
  );
  assert.match(await page.textContent(".look-legend"), /from/u);
  await page.getByRole("button", { name: "Gradients" }).click();
  await until(page, (state) => state.look.answer?.wish.what === "gradients");
  assert.match(await page.textContent(".looked-at"), /if the image is a 7/u);
  await page.getByRole("button", { name: "Filters" }).click();
  await page.locator(".tensor").first().waitFor();
  assert.match(await page.locator(".tensor").first().textContent(), /weight.*6×1×5×5/su);
  await pick(page, "conv2");
  await page.getByLabel("Input channels").selectOption("their mean");
  await page.waitForFunction(() => document.querySelector("map-grid")?.stack.count === 16);
  await pick(page, "relu1");
  await page.getByText("This layer has no weights").waitFor();
  assert.ok((await page.locator("layer-histograms .histogram").count()) >= 1);
  assert.deepEqual(page.problems, []);
});

test("by keyboard: from a map to a value, to its arithmetic, step by step, to where a factor comes from", {
  timeout: 200_000,
}, async () => {
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  await ready(page);
  await openMaps(page);
  await pick(page, "conv2");
  await looked(page, "conv2");
  await page.locator("map-grid canvas").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.match(await page.textContent("map-grid .map-caption"), /Map [12]: from/u);
  await page.keyboard.press("Enter");
  await page.locator("unit-view canvas.look-maps").waitFor();
  await until(page, (state) => state.look.answer?.field !== null && state.look.answer?.wish.field?.node === "conv2");
  const place = () => page.textContent("unit-view .unit-value");
  assert.match(await place(), /row 5, column 5/u);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  assert.match(await place(), /row 6, column 4/u);
  await page.keyboard.press("]");
  await until(page, (state) => state.look.answer?.field && state.look.answer.wish.field?.unit.join() === "3,6,4");
  assert.match(await page.textContent(".unit-field"), /14×14 pixels: rows 10–23, columns 6–19/u);
  const { rows, columns } = await state(page, (state) => state.look.answer.field);
  assert.deepEqual(
    [rows, columns],
    [
      [10, 23],
      [6, 19],
    ],
  );
  await page.keyboard.press("Enter");
  await page.locator("number-view .number-grid").first().waitFor();
  assert.ok(!(await page.getByRole("button", { name: "Play" }).isVisible()), "with reduced motion there are steps only");
  await page.getByRole("group", { name: "Step by step" }).getByRole("button", { name: "Step", exact: true }).click();
  assert.match(await page.textContent(".number-player"), /2 of 150/u);
  assert.equal(await page.locator("number-view .number-grid .here").count(), 2, "both grids mark the same cell");
  const cell = page.locator("number-view .number-grid").first().locator("button").nth(7);
  await cell.hover();
  assert.match(await page.textContent(".number-player"), /8 of 150/u);
  await cell.click();
  await until(page, (state) => state.selection?.node === "pool1");
  await looked(page, "pool1", true);
  await page.locator("number-view .chosen").waitFor();
  await page.locator("unit-view canvas.look-maps").focus();
  await page.keyboard.press("Escape");
  await page.locator("map-grid canvas").waitFor();
  assert.deepEqual(page.problems, []);
});

test("maps follow training, stop when nobody looks, and leave the page fluent", { timeout: 300_000 }, async (t) => {
  const page = await site.open("?backend=cpu&lang=en&preset=resnet8");
  await ready(page);
  await openMaps(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 3, 120_000);
  await page.evaluate(() => (globalThis.longTasks.length = 0));
  const first = await state(page, (state) => state.look.answer.maps.step);
  await until(page, (state, before) => state.look.answer.maps.step > before + 4, 120_000, first);
  t.diagnostic(`long tasks: ${(await page.evaluate(() => globalThis.longTasks.map(({ duration }) => Math.round(duration)))).join(" ")}`);
  await page.click("#views-training");
  const [left, at] = await state(page, (state) => [state.look.answer.maps.step, state.run.metrics.step]);
  await until(page, (state, before) => state.run.metrics.step > before + 4, 120_000, at);
  assert.equal(await state(page, (state) => state.look.answer.maps.step), left);
  assert.deepEqual(page.problems, []);
});

test("from a cell of the confusion matrix to its images, and from one of them into the maps", { timeout: 300_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await until(page, (state) => state.data.images.test >= 10_000, 120_000);
  await page.getByRole("tab", { name: "Mistakes" }).click();
  await until(page, (state) => state.mistakes.predictions !== null, 120_000);
  const predictions = await state(page, ({ mistakes: { predictions } }) => ({
    labels: [...predictions.labels],
    first: [...predictions.first],
  }));
  const sum = await page.evaluate(() =>
    document
      .querySelector("confusion-grid")
      .counts.flat()
      .reduce((a, b) => a + b, 0),
  );
  assert.equal(sum, predictions.labels.length);
  // A network that has learned nothing says one class of most: the cell with most mistakes has more than a page.
  const said = predictions.first[0];
  const label = (said + 1) % 10;
  const count = predictions.labels.filter((one, at) => one === label && predictions.first[at] === said).length;
  await page.locator(`[data-cell="0 0"]`).focus();
  for (let down = 0; down < label; down++) await page.keyboard.press("ArrowDown");
  for (let on = 0; on < said; on++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.locator(".cell-images h3").waitFor();
  assert.ok((await page.textContent(".cell-images h3")).replaceAll(",", "").startsWith(String(count)));
  if (count > 60) {
    await page.getByRole("button", { name: /^More/u }).click();
    assert.ok((await page.locator(".cell-images .digits li").count()) > 60);
  }
  const image = page.locator(".cell-images .digits button").first();
  const index = Number(await image.locator("canvas").getAttribute("data-index"));
  assert.equal(predictions.labels[index], label);
  await until(page, (state, index) => state.mistakes.samples.has(index), 60_000, index);
  await image.click();
  await until(
    page,
    (state, index) => state.view === "maps" && state.trying.sample?.index === index && state.look.answer?.digit.index === index,
    60_000,
    index,
  );
  await page.getByRole("tab", { name: "Mistakes" }).click();
  await page.getByRole("heading", { name: "Worst mistakes" }).waitFor();
  assert.ok((await page.locator("errors-panel > section:last-child .digits li").count()) === 20);
  assert.deepEqual(page.problems, []);
});

test("a network of pixels has the confusion of its evaluation, and says what it has not", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en&preset=unet");
  await ready(page);
  await page.getByRole("tab", { name: "Mistakes" }).click();
  await page.getByText("the matrix counts pixels").waitFor();
  await page.click(".run");
  await until(page, (state) => state.run.evaluation?.confusion, 180_000);
  assert.equal(await page.locator("confusion-grid tbody tr").count(), 11);
  assert.deepEqual(page.problems, []);
});

test("any test image by its number, and a picture from a file", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.fill("#try-number", "12");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.trying.sample?.index === 12);
  await page.fill("#try-number", "-3");
  assert.equal(await page.getAttribute("#try-number", "aria-invalid"), "true");
  const png = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(300, 200);
    const context = canvas.getContext("2d");
    context.fillStyle = "#eee";
    context.fillRect(0, 0, 300, 200);
    context.fillStyle = "#123";
    context.fillRect(140, 30, 24, 140);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  const file = (buffer) => ({ name: "one.png", mimeType: "image/png", buffer });
  await page.setInputFiles(".try-pad input[type=file]", file(Buffer.from(png)));
  await until(page, (state) => state.trying.sample === null && state.trying.picture !== null && state.trying.probabilities !== null);
  const { pixels } = await state(page, (state) => ({ pixels: [...state.trying.picture.pixels] }));
  assert.ok(pixels.filter((ink) => ink > 128).length > 30 && pixels[0] === 0);
  await page.setInputFiles(".try-pad input[type=file]", file(Buffer.from("no picture")));
  await page.getByText("cannot open that file as an image").waitFor();
  assert.deepEqual(page.problems, []);
});

test("axe finds nothing in both themes: maps at every depth, mistakes", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  await ready(page);
  await openMaps(page);
  await pick(page, "conv2");
  await looked(page, "conv2");
  assert.deepEqual(await violationsInBothThemes(page), []);
  await depth(page, "One number");
  await looked(page, "conv2", true);
  await page.locator("number-view .number-grid").first().waitFor();
  assert.deepEqual(await violationsInBothThemes(page), []);
  await depth(page, "All maps");
  await page.getByRole("button", { name: "Filters" }).click();
  await page.locator(".tensor").first().waitFor();
  assert.deepEqual(await violationsInBothThemes(page), []);
  await page.getByRole("tab", { name: "Mistakes" }).click();
  await until(page, (state) => state.mistakes.predictions !== null, 120_000);
  await page.locator('[data-cell="3 3"]').click();
  assert.deepEqual(await violationsInBothThemes(page), []);
});
