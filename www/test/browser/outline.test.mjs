// The network as a tree that is edited, and the inspector of its layers, with the real engine.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violations } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

async function open(query, options) {
  const page = await site.open(query, options);
  await ready(page);
  await until(page, (state) => state.document?.examined);
  return page;
}

/** The engine has looked at the last edit. */
const examined = (page) => until(page, (state) => state.document.examined);
const ops = (page) => state(page, (state) => state.document.present.spec.layers.map((item) => item.op ?? Object.keys(item)[0]));
const row = (page, path) => page.locator(`[data-path="${path}"]`);
const focused = (page) => page.evaluate(() => document.activeElement?.dataset?.path ?? document.activeElement?.id ?? "");

async function add(page, letters) {
  await page.keyboard.press("Insert");
  await page.locator("choice-popup input").waitFor();
  await page.keyboard.type(letters);
  await page.keyboard.press("Enter");
  await page.locator("choice-popup input").waitFor({ state: "detached" });
}

async function blank(page) {
  await page.locator(".preset").focus();
  await page.keyboard.press("Enter");
  await page.locator("choice-popup input").waitFor();
  await page.keyboard.type("blank");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.document.present.spec.layers.length === 0);
}

test("by keyboard alone: a residual network from nothing, a shape error mended by its fix, and it trains", {
  timeout: 180_000,
}, async () => {
  const page = await open("?backend=cpu&lang=en");
  await blank(page);
  assert.equal(await focused(page), "input");
  assert.match(await page.textContent(".outline-empty"), /Add a layer, or start from LeNet-5/u);
  await until(page, (state) => state.document.examination.error?.kind === "empty_network");
  assert.ok(await page.isDisabled(".run"));
  for (const letters of ["conv", "bn", "relu", "res", "res", "res", "gap", "flat", "fc"]) await add(page, letters);
  assert.deepEqual(await ops(page), [
    "conv2d",
    "batch_norm2d",
    "relu",
    "residual",
    "residual",
    "residual",
    "global_avg_pool2d",
    "flatten",
    "linear",
  ]);
  assert.equal(await focused(page), "layers[8]");
  await until(page, (state) => state.document.examined && state.document.examination.error === null);
  assert.equal(
    await row(page, "layers[4]").locator(".row-spoken").textContent(),
    "Residual block 2, output 16 by 28 by 28, 4,672 parameters",
  );
  assert.equal(await row(page, "layers[4]").getAttribute("aria-expanded"), "true");
  assert.ok(await page.isEnabled(".run"));

  // The second block: 32 channels, half the size.
  await row(page, "layers[4]").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "layers[4].residual.body[0]");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "layer-out_channels");
  await page.keyboard.type("32");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.dataset.path === "layers[4].residual.body[0]");
  assert.deepEqual(await state(page, (state) => state.document.present.spec.layers[4].residual.body[0]), {
    op: "conv2d",
    out_channels: 32,
    kernel_size: 3,
    bias: false,
    padding: 1,
    stride: 2,
  });
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "layer-out_channels");
  await page.keyboard.type("32");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.document.examined && state.document.examination.error?.kind === "summands_differ");
  assert.match(await row(page, "layers[4]").locator(".row-spoken").textContent(), /does not fit/u);
  assert.match(await row(page, "layers[4]").textContent(), /32×14×14 and 16×28×28 cannot be added/u);
  assert.ok(await page.isDisabled(".run"));
  assert.match(await page.textContent(".dock-note"), /does not fit/u);
  await page.keyboard.press("Space");
  assert.equal(await state(page, (state) => state.run.phase), "idle");
  // Projection is the first fix that Tab comes to.
  await row(page, "layers[4]").focus();
  await row(page, "layers[4]").locator("[data-fix=projection]").focus();
  await page.keyboard.press("Enter");
  await until(
    page,
    (state) =>
      state.document.examined &&
      state.document.examination.error === null &&
      Array.isArray(state.document.present.spec.layers[4].residual.shortcut),
  );
  assert.equal(await focused(page), "layers[4]");
  assert.deepEqual(await state(page, (state) => state.document.examination.network.nodes.at(-1).output_shape), [10]);
  await until(page, (state) => state.network.description.totals.params === state.document.examination.network.totals.params);
  await page.keyboard.press("Space");
  await until(page, (state) => state.run.metrics?.step >= 4, 120_000);
  assert.deepEqual(page.problems, []);
});

test("keys walk, fold, move, copy, delete; undo and redo give each version back; the focus is never lost", {
  timeout: 120_000,
}, async () => {
  const page = await open("?backend=cpu&lang=en");
  const specs = [];
  const spec = () => state(page, (state) => JSON.stringify(state.document.present.spec.layers));
  const does = async (key, path) => {
    specs.push(await spec());
    await page.keyboard.press(key);
    await until(page, (state, before) => JSON.stringify(state.document.present.spec.layers) !== before, 10_000, specs.at(-1));
    await examined(page);
    assert.equal(await focused(page), path, key);
  };
  await row(page, "input").focus();
  await page.keyboard.press("End");
  assert.equal(await focused(page), "layers[11]");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "layers[1]");
  await does("Alt+ArrowDown", "layers[2]");
  await does("Alt+ArrowUp", "layers[1]");
  await does("Control+d", "layers[2]");
  await does("Delete", "layers[2]");
  await does("Delete", "layers[2]");
  specs.push(await spec());
  await add(page, "repeat");
  await examined(page);
  assert.equal(await focused(page), "layers[3]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "layers[3].repeat.body[1]");
  await does("Alt+ArrowLeft", "layers[4]");
  await does("Alt+ArrowRight", "layers[3].repeat.body[1]");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(page), "layers[3]");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await row(page, "layers[3]").getAttribute("aria-expanded"), "false");
  assert.equal(await row(page, "layers[3].repeat.body[0]").count(), 0);
  await page.keyboard.press("ArrowRight");
  assert.equal(await row(page, "layers[3].repeat.body[0]").count(), 1);
  const last = await spec();
  for (const before of specs.toReversed()) {
    await page.keyboard.press("Control+z");
    await until(page, (state, before) => JSON.stringify(state.document.present.spec.layers) === before, 10_000, before);
    assert.notEqual(await focused(page), "");
  }
  for (let i = 0; i < specs.length; i += 1) await page.keyboard.press(i % 2 === 0 ? "Control+y" : "Control+Shift+z");
  await until(page, (state, last) => JSON.stringify(state.document.present.spec.layers) === last, 10_000, last);
  assert.deepEqual(page.problems, []);
});

test("what is typed is applied at once and undone at once; what is not possible stays in its field", { timeout: 120_000 }, async () => {
  const page = await open("?backend=cpu&lang=en");
  await row(page, "layers[0]").click();
  const field = page.locator("#layer-out_channels");
  await field.fill("1");
  await field.pressSequentially("2");
  await until(page, (state) => state.document.examined && state.document.examination.network.nodes[0].output_shape[0] === 12);
  await field.fill("0");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.match(await page.textContent("#layer-out_channels-fix"), /A whole number from 1 on/u);
  assert.equal(await state(page, (state) => state.document.present.spec.layers[0].out_channels), 12);
  assert.equal(await focused(page), "layer-out_channels");
  await page.keyboard.press("Escape");
  assert.equal(await field.inputValue(), "12");
  await page.locator(".undo").click();
  await until(page, (state) => state.document.present.spec.layers[0].out_channels === 6);
  assert.equal(await field.inputValue(), "6");
  await row(page, "layers[0]").focus();
  assert.match(await page.textContent(".layer-cost"), /1·5·5·6 \+ 6 = 156|5·5·1·6 \+ 6 = 156/u);
  assert.deepEqual(page.problems, []);
});

test("an edit while training makes another network: the curves say whose they are, and the first button trains the edited one", {
  timeout: 120_000,
}, async () => {
  const page = await open("?backend=cpu&lang=en");
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 5);
  await row(page, "layers[1]").focus();
  await page.keyboard.press("Control+d");
  await until(page, (state) => state.document.examined && state.document.present.spec.layers.length === 13);
  assert.match(await page.textContent(".dock-status"), /^LeNet-5 before your changes, run kiwi: Epoch 1/u);
  assert.match(await page.textContent(".view .owner-note"), /of LeNet-5 before your changes, run kiwi\./u);
  assert.ok(await state(page, (state) => state.run.metrics.step > 0 && state.network.spec.layers.length === 12));
  await page.getByRole("button", { name: "Train new network" }).first().click();
  await until(page, (state) => state.network.spec.layers.length === 13 && state.run.metrics?.step > 5);
  assert.deepEqual(page.problems, []);
});

test("by mouse: a row is dragged to another place, into a block, and from the menu to any place", { timeout: 120_000 }, async () => {
  const page = await open("?backend=cpu&lang=en&preset=resnet8");
  const middle = async (path, share = 0.5) => {
    const { x, y, width, height } = await row(page, path).boundingBox();
    return [x + width / 2, y + height * share];
  };
  await page.mouse.move(...(await middle("layers[2]")));
  await page.mouse.down();
  await page.mouse.move(...(await middle("layers[1]")));
  await page.mouse.move(...(await middle("layers[0]", 0.2)));
  await page.locator(".drop-mark").waitFor();
  await page.mouse.up();
  await until(page, (state) => state.document.present.spec.layers[0].op === "relu");
  assert.equal(await focused(page), "layers[0]");
  await row(page, "layers[0]").locator(".row-more").click();
  await page.getByRole("menuitem", { name: "Move to…" }).click();
  await page.locator("choice-popup input").fill("bn0");
  await page.keyboard.press("Enter");
  await until(page, (state) => state.document.present.spec.layers[2].op === "relu");
  await row(page, "layers[2]").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Wrap in a residual block" }).click();
  await until(page, (state) => state.document.present.spec.layers[2].residual);
  assert.equal(await focused(page), "layers[2]");
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Dissolve the block" }).click();
  await until(page, (state) => state.document.present.spec.layers[2].op === "relu");
  assert.deepEqual(page.problems, []);
});

test("a long network: ResNet-110 is folded, and an edit is shown without a long task", { timeout: 120_000 }, async (t) => {
  const page = await open("?backend=cpu&lang=en&preset=resnet110");
  assert.ok((await page.locator("[role=treeitem]").count()) < 60);
  assert.match(await page.textContent("[role=tree]"), /×18/u);
  // A layer in a folded block, as an error's link or the Maps view name it.
  const inside = "layers[3].stage.body[0].repeat.body[0].residual.body[0]";
  await page.evaluate(
    (path) => document.querySelector("outline-editor").intend({ type: "select", selection: { path, node: null } }),
    inside,
  );
  await row(page, inside).and(page.locator("[aria-selected=true]")).waitFor();
  await row(page, "layers[0]").click();
  await page.locator("#layer-out_channels").waitFor();
  await page.evaluate(() => (globalThis.longTasks.length = 0));
  const took = await page.evaluate(async () => {
    const app = document.querySelector("receptive-app");
    const field = document.querySelector("#layer-kernel_size");
    const times = [];
    for (const value of ["5", "3", "5", "3", "5"]) {
      const began = performance.now();
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      while (!app.state.document.examined) await new Promise((resolve) => setTimeout(resolve));
      await document.querySelector("outline-editor").updateComplete;
      times.push(performance.now() - began);
    }
    return times;
  });
  const tasks = await page.evaluate(() => globalThis.longTasks.map(({ duration }) => duration));
  t.diagnostic(
    `from a keystroke to new shapes: ${took.map((ms) => Math.round(ms)).join(", ")} ms; long tasks: ${tasks.join(", ") || "none"}`,
  );
  assert.deepEqual(page.problems, []);
});

test("on a phone, by touch: the menu, the fields in their sheet, undo", { timeout: 120_000 }, async () => {
  const page = await open("?backend=cpu&lang=en", phone);
  await page.getByRole("button", { name: "Net", exact: true }).tap();
  await row(page, "layers[0]").locator(".row-more").tap();
  await page.getByRole("menuitem", { name: "Duplicate" }).tap();
  await until(page, (state) => state.document.examined && state.document.present.spec.layers.length === 13);
  await row(page, "layers[1]").locator(".row-edit").tap();
  await page.waitForSelector("dialog.sheet #sheet-layer-out_channels", { state: "visible" });
  await page.fill("#sheet-layer-out_channels", "9");
  await until(page, (state) => state.document.examined && state.document.present.spec.layers[1].out_channels === 9);
  assert.deepEqual(await violations(page), []);
  await page.locator("dialog.sheet").getByRole("button", { name: "Close" }).tap();
  await page.locator(".undo").tap();
  await page.locator(".undo").tap();
  await until(page, (state) => state.document.present.spec.layers.length === 12);
  await page.getByRole("button", { name: "Add layer" }).tap();
  await page.locator("choice-popup").getByRole("option", { name: /^ReLU/u }).tap();
  await until(page, (state) => state.document.present.spec.layers.at(-1).op === "relu");
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("outline-editor button, layer-inspector :is(button, select, input)")]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ element, box }) => element.type !== "checkbox" && box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ element, box }) => `${element.className || element.id} ${box.width}x${box.height}`),
  );
  assert.deepEqual(small, [], "targets under 24 px");
  const [width, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(width <= inner, `${width} wide in ${inner}`);
  assert.deepEqual(page.problems, []);
});

for (const [lang, colorScheme] of [
  ["en", "light"],
  ["ru", "dark"],
]) {
  test(`axe finds nothing: an error with its fixes, the inspector, the menus, an empty network, ${lang}, ${colorScheme}`, {
    timeout: 120_000,
  }, async () => {
    const page = await open(`?backend=cpu&lang=${lang}&preset=resnet8`, { colorScheme, reducedMotion: "reduce" });
    await row(page, "layers[0]").click();
    await page.locator("#layer-out_channels").fill("8");
    await page.locator(".layer-formula math").first().waitFor();
    await page.locator("[data-fix=projection]").first().waitFor();
    await page.locator("#layer-kernel_size").fill("x");
    assert.deepEqual(await violations(page), []);
    await row(page, "layers[1]").focus();
    await page.keyboard.press("Insert");
    await page.locator("choice-popup input").waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Escape");
    assert.equal(await focused(page), "layers[1]");
    await page.keyboard.press("ContextMenu");
    await page.locator("[role=menu]").last().waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Escape");
    await page.locator(".preset").click();
    await page.locator("choice-popup [role=option]").first().click();
    await page.locator(".outline-empty").waitFor();
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(page.problems, []);
  });
}

test("the engine says of the tests' examples what they say it does", { timeout: 60_000 }, async () => {
  const page = await open("?backend=cpu&lang=en");
  const file = new URL("../fixtures/examinations.json", import.meta.url);
  const examples = Object.entries(JSON.parse(readFileSync(file, "utf8")));
  const said = await page.evaluate(
    async (specs) => {
      const pack = await import(new URL("pkg/receptive.js", location.href).href);
      await pack.default();
      return specs.map((spec) => pack.examine(spec));
    },
    examples.map(([, { spec }]) => spec),
  );
  // After a change of the engine: RECEPTIVE_UPDATE=1 writes down what it says now.
  if (process.env.RECEPTIVE_UPDATE)
    writeFileSync(
      file,
      `{\n${examples.map(([name, { spec }], i) => `${JSON.stringify(name)}: ${JSON.stringify({ spec, examination: said[i] })}`).join(",\n")}\n}\n`,
    );
  else examples.forEach(([name, { examination }], i) => assert.deepEqual(said[i], examination, name));
});
