// The workbench as a whole: a network of the literature built from nothing by keyboard, an engine that is killed, a tab that nobody sees.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const focused = (page) => page.evaluate(() => document.activeElement?.dataset.path ?? document.activeElement?.id ?? "");
const fits = (page) => until(page, (state) => state.document.examined && state.document.examination.error === null);

/** By arrow keys, from wherever in the tree the focus is. */
async function goTo(page, path) {
  await page.keyboard.press("Home");
  for (let i = 0; i < 100; i += 1) {
    const at = await focused(page);
    if (at === path) return;
    if (path.startsWith(`${at}.`) && (await page.evaluate(() => document.activeElement.getAttribute("aria-expanded"))) === "false")
      await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
  }
  assert.fail(`no arrow key leads to ${path}`);
}

/** By Tab, from where the focus is. */
async function tabTo(page, selector) {
  for (let i = 0; i < 60; i += 1) {
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not lead to ${selector}`);
}

async function add(page, letters) {
  await page.keyboard.press("Insert");
  await page.locator("choice-popup input").waitFor();
  await page.keyboard.type(letters);
  await page.keyboard.press("Enter");
  await page.locator("choice-popup input").waitFor({ state: "detached" });
}

/** Opens a layer's fields, changes some of them and goes back to the tree. */
async function change(page, path, fields) {
  await goTo(page, path);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id.startsWith("layer-"));
  for (const [field, value] of Object.entries(fields)) {
    await tabTo(page, `#layer-${field}`);
    if (typeof value === "boolean") {
      if ((await page.evaluate(() => document.activeElement.checked)) !== value) await page.keyboard.press("Space");
    } else {
      await page.keyboard.press("Control+a");
      await page.keyboard.type(String(value));
    }
  }
  await page.keyboard.press("Enter");
  await page.waitForFunction((path) => document.activeElement.dataset.path === path, path);
  await until(page, (state) => state.document.examined);
}

/** A block with twice the channels at half the size: its sum does not fit, and the offered projection mends it. */
async function widen(page, block, channels) {
  await change(page, `${block}.residual.body[0]`, { out_channels: channels, stride: 2 });
  await change(page, `${block}.residual.body[3]`, { out_channels: channels });
  await until(page, (state) => state.document.examination.error?.kind === "summands_differ");
  await goTo(page, block);
  await tabTo(page, "[data-fix=projection]");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.document.examined);
  assert.equal(await focused(page), block);
}

test("ResNet-8 from blank by keyboard alone: the preset's parameters, the preset's cost, and it trains", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await tabTo(page, ".preset");
  await page.keyboard.press("Enter");
  await page.locator("choice-popup input").waitFor();
  await page.keyboard.type("blank");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.document.present.spec.layers.length === 0);
  for (const letters of ["conv", "bn", "relu", "res", "res", "res", "gap", "flat", "fc"]) await add(page, letters);
  await fits(page);
  await change(page, "layers[0]", { bias: false });
  // The last one first: those before it fit all the time.
  await widen(page, "layers[5]", 64);
  await widen(page, "layers[4]", 32);
  await until(page, (state) => state.document.examined);
  // The last block's projection read 16 channels and reads 32 now; it takes what comes.
  await fits(page);
  const built = await state(page, (state) => state.document.examination.network.totals);
  const preset = await state(page, (state) => state.presets.find(({ name }) => name === "resnet8").spec);
  const wanted = await page.evaluate(async (spec) => {
    const pack = await import(new URL("pkg/receptive.js", location.href).href);
    await pack.default();
    return pack.examine(spec).network.totals;
  }, preset);
  assert.deepEqual([built.params, built.macs], [wanted.params, wanted.macs]);
  await until(page, (state) => state.network.description.totals.params === state.document.examination.network.totals.params);
  await page.keyboard.press("Space");
  await until(page, (state) => state.run.metrics?.step >= 3, 120_000);
  assert.deepEqual(page.problems, []);
});

test("a killed worker is missed after ten seconds, and the run goes on from its last checkpoint", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.click(".run");
  await until(
    page,
    (state) => state.run.metrics?.step > 40 && state.run.label !== null && state.checkpoints.has(state.run.label.key),
    120_000,
  );
  const step = await state(page, (state) => state.checkpoints.get(state.run.label.key));
  const worker = page.workers().find((one) => one.url().includes("trainer-worker"));
  // It ends itself, without a word, as a browser ends one that takes too much memory.
  worker.evaluate(() => globalThis.close()).catch(() => undefined);
  const began = Date.now();
  await until(page, (state) => state.notices.some(({ code }) => code === "silent"), 60_000);
  const missed = Date.now() - began;
  assert.ok(missed > 8_000 && missed < 20_000, `${missed} ms`);
  await page
    .locator("[data-code=silent]")
    .getByRole("button", { name: /^Restart/u })
    .click();
  await until(page, (state, step) => state.run.phase === "running" && state.run.metrics.step > step + 10, 120_000, step);
  assert.deepEqual(await state(page, (state) => [state.run.label.name, state.runs.length]), ["kiwi", 0]);
  assert.deepEqual(page.problems, []);
});

test("a tab that nobody sees keeps training, and shows all of it when it is looked at again", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 20, 120_000);
  // A storage that is slow: when the page is hidden, a checkpoint of an earlier step is still under way.
  await page.evaluate(() => {
    indexedDB.open("receptive").onsuccess = ({ target: { result: db } }) => {
      const checkpoints = db.transaction("checkpoints", "readwrite").objectStore("checkpoints");
      const hold = () => globalThis.stored ?? (checkpoints.count().onsuccess = hold);
      hold();
      globalThis.earlier = document.querySelector("receptive-app").state.run.metrics.step;
    };
  });
  await until(page, (state) => state.checkpoints.get(state.run.label.key) > globalThis.earlier);
  await until(page, (state) => state.run.metrics.step > state.checkpoints.get(state.run.label.key));
  // As in a tab behind another one: hidden, and without frames.
  await page.evaluate(() => {
    setTimeout(() => (globalThis.stored = true), 100);
    globalThis.frames = { real: requestAnimationFrame, waiting: [] };
    globalThis.requestAnimationFrame = (call) => globalThis.frames.waiting.push(call);
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  const before = await state(page, (state) => state.run.metrics.step);
  await page.waitForTimeout(6000);
  const { phase, step, kept } = await state(page, (state) => ({
    phase: state.run.phase,
    step: state.run.metrics.step,
    kept: state.checkpoints.get(state.run.label.key),
  }));
  assert.equal(phase, "running");
  assert.ok(step > before + 50, `${before} to ${step}`);
  assert.ok(kept >= before, "it is kept when it is hidden");
  await page.evaluate(() => {
    delete document.visibilityState;
    delete document.hidden;
    globalThis.requestAnimationFrame = globalThis.frames.real;
    for (const call of globalThis.frames.waiting) requestAnimationFrame(call);
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.waitForFunction(
    (step) => Number(/step ([\d,]+)/u.exec(document.querySelector("run-dock").textContent)[1].replaceAll(",", "")) > step,
    step,
  );
  assert.deepEqual(page.problems, []);
});

test("auxiliary heads are drawn beside the network they belong to", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en&preset=googlenet");
  await ready(page);
  const heads = await state(page, (state) => [
    ...new Set(state.network.description.nodes.map(({ head }) => head).filter((head) => head !== null)),
  ]);
  assert.ok(heads.length > 0);
  await page.getByRole("tab", { name: "Diagram" }).click();
  await page.locator(".drawing .cell").first().waitFor();
  for (const head of heads) assert.ok((await page.locator(".drawing").textContent()).includes(head), head);
  assert.deepEqual(page.problems, []);
});

test("a network that cannot be read keeps the shapes of the layers before, and a blank one is drawn as nothing", {
  timeout: 120_000,
}, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.getByRole("tab", { name: "Diagram" }).click();
  await page.locator(".drawing .cell").first().waitFor();
  await page.evaluate(() => {
    const app = document.querySelector("receptive-app");
    const spec = structuredClone(app.state.document.present.spec);
    spec.layers[3].kernel = 3;
    app.intend({ type: "edit_network", spec });
  });
  await until(page, (state) => state.document.examined && state.document.examination.network === null);
  const shapes = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("[role=treeitem]")].map(
        (row) => /[\d×]+×[\d×]+$|\d+$/u.exec(row.querySelector(".row-shape")?.textContent.trim() ?? "")?.[0] ?? "",
      ),
    );
  assert.deepEqual((await shapes()).slice(0, 6), ["1×28×28", "6×28×28", "6×28×28", "6×14×14", "", ""]);
  assert.match(await page.locator('[data-path="layers[3]"]').textContent(), /kernel/u);
  assert.equal(await page.locator(".drawing.stale").count(), 1);
  await page.evaluate(() =>
    document.querySelector("receptive-app").intend({ type: "open_network", title: "network", spec: { version: 1, layers: [] } }),
  );
  await page.locator(".drawing").waitFor({ state: "detached" });
  assert.match(await page.textContent(".diagram-problem"), /Add a layer/u);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await page.locator(".drawing .cell").first().waitFor();
  assert.equal(await page.locator(".drawing.stale").count(), 0);
  assert.deepEqual(page.problems, []);
});
