// The diagram: what is drawn of a network, right or wrong, and how it is folded, walked through, edited and saved.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

/** A page with the diagram of a preset, all of it drawn. */
async function diagramOf(preset, { lang = "en", ...options } = {}) {
  const page = await site.open(`?backend=cpu&lang=${lang}&preset=${preset}`, options);
  await ready(page);
  await page.click("#views-diagram");
  await drawn(page);
  return page;
}

const drawn = (page) => page.waitForSelector(".diagram-tools .save:enabled", { timeout: 60_000 });
const box = (page, id) => page.locator(`.drawing [data-box="${id}"]`);
const names = (page) => page.evaluate(() => [...document.querySelectorAll(".drawing .cell")].map(({ dataset }) => dataset.box));
const shapes = (page) => page.evaluate(() => [...document.querySelectorAll(".drawing .shape")].map(({ textContent }) => textContent));
const transform = (page) => page.getAttribute(".drawing > g", "transform");

/** A new version of the network, as an editor would make it. */
const edit = (page, change) =>
  page.evaluate((source) => {
    const diagram = document.querySelector("network-diagram");
    const spec = structuredClone(diagram.state.document.present.spec);
    new Function("spec", `(${source})(spec)`)(spec);
    diagram.intend({ type: "edit_network", spec });
  }, change.toString());

test("LeNet: every node, every shape, a click selects", { timeout: 120_000 }, async () => {
  const page = await diagramOf("lenet5");
  const nodes = await state(page, (state) => state.document.examination.network.nodes.map(({ name }) => name));
  assert.deepEqual((await names(page)).sort(), nodes.sort());
  assert.deepEqual((await shapes(page)).slice(0, 3), ["1×28×28", "6×28×28", "6×14×14"]);
  assert.match(await box(page, "conv1").getAttribute("aria-label"), /conv1, convolution 5×5, output 6×28×28, 156 parameters/u);
  assert.match(await page.textContent("network-diagram figcaption"), /LeNet-5.*12 layers.*1×28×28 → 10.*61,706 parameters/su);
  assert.match(await page.textContent("#diagram-summary"), /12 layers, from 1×28×28 to 10\./u);
  await box(page, "relu2").click();
  await until(page, (state) => state.selection?.node === "relu2" && state.selection.path === "layers[4]");
  assert.equal(await box(page, "relu2").getAttribute("aria-pressed"), "true");
  assert.equal(await page.locator(".drawing .mark").count(), 1);
  assert.deepEqual(page.problems, []);
});

test("Inception: branches side by side, frames that fold", { timeout: 120_000 }, async () => {
  const page = await diagramOf("inception");
  const middles = [];
  for (const name of ["i3a.b1", "i3a.b2", "i3a.b3", "i3a.b4"]) middles.push((await box(page, name).locator(".box").boundingBox()).x);
  assert.deepEqual(
    middles,
    middles.toSorted((one, other) => one - other),
  );
  const before = (await names(page)).length;
  await page.getByRole("button", { name: "Fold i3a · branches" }).click();
  await page.waitForSelector(`.drawing .fold`);
  await drawn(page);
  assert.equal((await names(page)).length, before - 20);
  // What is selected elsewhere on the page is unfolded here.
  const { path } = await state(page, (state) => state.document.examination.network.nodes.find(({ name }) => name === "i3a.b1"));
  await page.evaluate(
    (path) => document.querySelector("network-diagram").intend({ type: "select", selection: { path, node: "i3a.b1" } }),
    path,
  );
  await page.waitForSelector(`.drawing [data-box="i3a.b1"][aria-pressed=true]`);
  await page.getByRole("button", { name: "Fold i3a · branches" }).click();
  await page.waitForSelector(`.drawing .fold`);
  await drawn(page);
  await page.getByRole("button", { name: "Unfold i3a · branches" }).click();
  await page.waitForSelector(`.drawing .fold`, { state: "detached" });
  await drawn(page);
  assert.equal((await names(page)).length, before);
  assert.deepEqual(page.problems, []);
});

test("U-Net: what is kept goes around", { timeout: 120_000 }, async () => {
  const page = await diagramOf("unet");
  const skips = await page.evaluate(() =>
    [...document.querySelectorAll(".drawing .link.skip")].map(({ dataset }) => `${dataset.from} ${dataset.to}`),
  );
  assert.deepEqual(skips.sort(), ["down1.conv2 join1.concat", "down2.conv2 join2.concat"]);
  assert.match(
    await page.textContent("#diagram-summary"),
    /Skip connections: down2\.conv2 to join2\.concat; down1\.conv2 to join1\.concat\./u,
  );
});

test("ResNet-110: folded into its first rounds, unfolded without a standstill", { timeout: 240_000 }, async (t) => {
  const page = await diagramOf("resnet110");
  const folded = (await names(page)).length;
  assert.ok(folded < 60, `${folded} boxes`);
  assert.equal(await page.getByText("block1 · residual ×18").count(), 1);
  await page.waitForTimeout(500);
  await page.evaluate(() => (globalThis.longTasks.length = 0));
  await page.getByRole("button", { name: "Unfold all" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".drawing .cell").length > 380, undefined, { timeout: 60_000 });
  await drawn(page);
  assert.equal((await names(page)).length, await state(page, (state) => state.document.examination.network.nodes.length));
  const longest = async () => Math.max(0, ...(await page.evaluate(() => globalThis.longTasks.map(({ duration }) => duration))));
  const unfolding = await longest();
  t.diagnostic(`longest main-thread task while unfolding: ${unfolding ? `${unfolding} ms` : "under 50 ms"}`);
  await page.evaluate(() => (globalThis.longTasks.length = 0));
  const field = await page.locator(".drawing").boundingBox();
  await page.mouse.move(field.x + field.width / 2, field.y + field.height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 20; i += 1) await page.mouse.move(field.x + field.width / 2, field.y + field.height / 2 - 10 * i);
  await page.mouse.up();
  await page.keyboard.down("Control");
  for (let i = 0; i < 10; i += 1) await page.mouse.wheel(0, i < 5 ? 120 : -120);
  await page.keyboard.up("Control");
  await page.waitForTimeout(500);
  const moving = await longest();
  t.diagnostic(`longest while moving and zooming: ${moving ? `${moving} ms` : "under 50 ms"}`);
  assert.equal(await state(page, (state) => state.selection), null, "a drag selects nothing");
  // A layer of a later round is shown where it stands.
  await page.evaluate(() =>
    document.querySelector("network-diagram").intend({
      type: "select",
      selection: { path: "layers[3].stage.body[0].repeat.body[0].residual.body[0]", node: "group1.block9.conv1" },
    }),
  );
  await page.waitForSelector(`.drawing [data-box="group1.block9.conv1"][aria-pressed=true]`);
  await page.waitForTimeout(200);
  const at = await box(page, "group1.block9.conv1").boundingBox();
  assert.ok(at.y >= field.y && at.y + at.height <= field.y + field.height, "scrolled into view");
  assert.deepEqual(page.problems, []);
});

test("by keyboard: along the links, into a frame, selecting, folding, zooming", { timeout: 120_000 }, async () => {
  const page = await diagramOf("resnet20");
  const focused = () => page.evaluate(() => document.activeElement?.dataset.box);
  await page.locator(".diagram-tools .save").focus();
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "conv0");
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), "group1.block1.conv1");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.selection?.node === "group1.block1.conv1");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(), "group1.block1/");
  await page.keyboard.press("Space");
  await box(page, "group1.block3.conv1").waitFor();
  assert.equal(await state(page, (state) => state.run.phase), "idle", "space is the diagram's here");
  await drawn(page);
  assert.equal(await focused(), "group1.block1/");
  const before = await transform(page);
  await page.keyboard.press("+");
  await page.waitForFunction((before) => document.querySelector(".drawing > g").getAttribute("transform") !== before, before);
  await page.keyboard.press("0");
  await page.waitForFunction(() => {
    const [field, last] = [document.querySelector(".drawing"), document.querySelector('.drawing [data-box="/output"]')].map((element) =>
      element.getBoundingClientRect(),
    );
    return last.bottom <= field.bottom && last.top >= field.top;
  });
  assert.deepEqual(page.problems, []);
});

test("actions on a box: wrapped, duplicated, deleted, undone", { timeout: 120_000 }, async () => {
  const page = await diagramOf("lenet5");
  await box(page, "relu1").click();
  await page.getByRole("button", { name: "Actions on the selected layer" }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await box(page, "relu2").or(box(page, "relu5")).first().waitFor();
  await until(page, (state) => state.document.present.spec.layers.length === 13 && state.document.examined);
  await box(page, "conv2").focus();
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await until(page, (state) => !state.document.present.spec.layers.some(({ name }) => name === "conv2"));
  await box(page, "conv2").waitFor({ state: "detached" });
  assert.deepEqual(page.problems, []);
});

test("the menu of a box acts on the box that was asked, also while an edit before it is still being drawn", {
  timeout: 120_000,
}, async () => {
  const page = await diagramOf("lenet5");
  // The edit and the question come in the same task: the drawing is still that of before, in which conv2 has another path.
  await page.evaluate(() => {
    const diagram = document.querySelector("network-diagram");
    const spec = structuredClone(diagram.state.document.present.spec);
    spec.layers.splice(1, 0, { op: "relu", name: "extra" });
    diagram.intend({ type: "edit_network", spec });
    const asked = diagram.querySelector('[data-box="conv2"]');
    asked.dispatchEvent(new KeyboardEvent("keydown", { key: "F10", shiftKey: true, bubbles: true, cancelable: true }));
  });
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await until(page, (state) => state.document.present.spec.layers.length === 12 && state.document.examined);
  const left = await state(page, (state) => state.document.present.spec.layers.map(({ name }) => name));
  assert.ok(!left.includes("conv2") && left.includes("extra"), left.join());
  assert.deepEqual(page.problems, []);
});

test("a click on a box of the last drawing selects nothing while the network cannot be read", { timeout: 120_000 }, async () => {
  const page = await diagramOf("lenet5");
  await box(page, "relu2").click();
  await until(page, (state) => state.selection?.node === "relu2");
  await edit(page, (spec) => {
    spec.layers.splice(0, 1);
    spec.layers[0].kernel = 3;
  });
  await page.waitForSelector(".drawing.stale");
  const before = await state(page, (state) => state.selection?.path ?? null);
  await box(page, "conv2").click();
  await box(page, "conv2").focus();
  await page.keyboard.press("Shift+F10");
  await page.waitForTimeout(300);
  assert.equal(await state(page, (state) => state.selection?.path ?? null), before);
  assert.equal(await page.getByRole("menuitem").count(), 0);
  assert.deepEqual(page.problems, []);
});

test("a network that does not fit: the link in red, what is wrong beside it, no shapes behind", { timeout: 120_000 }, async () => {
  const page = await diagramOf("resnet20");
  await edit(page, (spec) => {
    spec.layers[3].stage.body[0].repeat.body[0].residual.body[3].out_channels = 17;
  });
  await page.waitForSelector(".drawing .callout");
  await drawn(page);
  assert.match(await page.textContent(".drawing .callout"), /group1\.block1\.add1/u);
  const wrong = await page.evaluate(() =>
    [...document.querySelectorAll(".drawing .link.wrong")].map((link) => ({
      to: link.dataset.to,
      dash: getComputedStyle(link).strokeDasharray,
    })),
  );
  assert.ok(wrong.some(({ to }) => to === "group1.block1.add1") && wrong.every(({ dash }) => dash !== "none"));
  assert.ok((await shapes(page)).includes("?"));
  assert.ok((await page.locator(".drawing .cell.unknown").count()) > 10);
  assert.match(await page.textContent(".diagram-problem"), /cannot be added/u);
  await page.locator(".diagram-problem [data-fix]").first().click();
  await until(page, (state) => state.document.examined && state.document.examination.error === null);
  await page.waitForSelector(".drawing .callout", { state: "detached" });
  assert.deepEqual(page.problems, []);
});

test("a network that cannot be read leaves the last drawing, pale", { timeout: 120_000 }, async () => {
  const page = await diagramOf("lenet5");
  await edit(page, (spec) => {
    spec.layers[0].kernel = 3;
  });
  await page.waitForSelector(".drawing.stale");
  assert.match(await page.textContent(".diagram-problem"), /kernel.*does not belong.*how it was before/su);
  assert.equal((await names(page)).length, 12);
  await edit(page, (spec) => {
    delete spec.layers[0].kernel;
    spec.layers[3].kernel_size = 40;
  });
  await page.waitForSelector(`.drawing .link.wrong[data-to="conv2"]`, { state: "attached" });
  assert.equal(await page.locator(".drawing.stale").count(), 0);
});

test("saved as SVG: it parses, has every node, and needs no page around it", { timeout: 120_000 }, async () => {
  const page = await diagramOf("inception", { colorScheme: "dark" });
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as SVG" }).click()]);
  assert.match(download.suggestedFilename(), /^[\w-]+\.svg$/u);
  const file = await readFile(await download.path(), "utf8");
  assert.doesNotMatch(file, /var\(|<!--|tabindex|data-box/u);
  const read = await page.evaluate((file) => {
    const { documentElement } = new DOMParser().parseFromString(file, "image/svg+xml");
    const titles = [...documentElement.querySelectorAll(".cell > title")].map(({ textContent }) => textContent);
    return {
      root: documentElement.localName,
      title: documentElement.querySelector(":scope > title")?.textContent,
      description: documentElement.querySelector(":scope > desc")?.textContent,
      titles,
      paper: documentElement.querySelector(":scope > rect")?.getAttribute("fill"),
    };
  }, file);
  assert.equal(read.root, "svg");
  assert.match(read.title, /Inception/u);
  assert.match(read.description, /91 layers/u);
  assert.equal(read.paper, "#fcfcfa", "light, whatever the page is");
  assert.deepEqual(
    read.titles.sort(),
    (await state(page, (state) => state.document.examination.network.nodes.map(({ name }) => name))).sort(),
  );
});

test("axe finds nothing in the diagram, in both themes", { timeout: 180_000 }, async () => {
  const page = await diagramOf("resnet8", { reducedMotion: "reduce" });
  await box(page, "conv0").click();
  assert.deepEqual(await violationsInBothThemes(page), []);
  await edit(page, (spec) => {
    spec.layers[0].kernel_size = 99;
  });
  await page.waitForSelector(".drawing .callout");
  assert.deepEqual(await violationsInBothThemes(page), []);
});
