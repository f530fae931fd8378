// The address holds the state: links to any network, back and forward, and links that are damaged. What leaves the page, and what is opened.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { presets } from "../../../src/network/zoo/presets.js";
import { openSite, ready, says, state, until, violations, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const intend = (page, intent) => page.evaluate((intent) => document.querySelector("receptive-app").intend(intent), intent);
const hash = (page) => page.evaluate(() => location.hash);
const has = (page, code) => until(page, (state, code) => state.notices.some((notice) => notice.code === code), 60_000, code);
const hashed = (page, test) =>
  page.waitForFunction((source) => new Function("hash", `return (${source})(hash)`)(location.hash), test.toString());

const withChannels = (spec, channels) => ({
  ...spec,
  layers: spec.layers.map((layer) => (layer.name === "conv1" ? { ...layer, out_channels: channels } : layer)),
});
const widen = async (page, channels) =>
  intend(page, { type: "edit_network", spec: withChannels(await state(page, (state) => state.document.present.spec), channels) });

test("every preset goes through a link and comes back the same", { timeout: 300_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  for (const { name, title, spec } of presets()) {
    await intend(page, { type: "open_network", title, spec });
    const code = name === "lenet5" ? "" : `#preset=${name}`;
    await hashed(page, new Function("hash", `return hash === ${JSON.stringify(code)}`));
  }
  // A seed makes it no preset: it is written out.
  for (const { name, title, spec } of presets()) {
    const other = { ...spec, name: `${spec.name} !`, training: { ...spec.training, seed: 4_294_967_295, batch_size: 96 } };
    await intend(page, { type: "open_network", title, spec: other });
    await page.waitForFunction((title) => document.querySelector("receptive-app").state.document.present.title === title, title);
    const before = await state(page, (state) => state.document.present.spec);
    await page.waitForFunction(
      (past) => location.hash.startsWith("#g=") && location.hash !== past,
      await page.evaluate(() => (globalThis.past = globalThis.past ?? "")),
    );
    const link = await hash(page);
    await page.evaluate((link) => (globalThis.past = link), link);
    if (name === "resnet20") assert.ok(link.length < 600, `${link.length} characters for ${name}`);
    await intend(page, { type: "open_network", title: "LeNet-5", spec: presets().find(({ name }) => name === "lenet5").spec });
    await hashed(page, (hash) => hash === "");
    await page.evaluate((link) => (location.hash = link), link);
    await page.waitForFunction((name) => document.querySelector("receptive-app").state.document.present.spec.name === name, before.name);
    assert.deepEqual(await state(page, (state) => state.document.present.spec), before, name);
  }
  assert.deepEqual(page.problems, []);
});

test("edits stay in one entry of the history; networks and views have their own; back and forward go between them", {
  timeout: 180_000,
}, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  const length = () => page.evaluate(() => history.length);
  const first = await length();
  for (const channels of [7, 8, 9]) await widen(page, channels);
  await hashed(page, (hash) => hash.startsWith("#g="));
  assert.equal(await length(), first);
  const edited = await hash(page);
  const resnet = presets().find(({ name }) => name === "resnet8");
  await intend(page, { type: "open_network", title: resnet.title, spec: resnet.spec });
  await hashed(page, (hash) => hash === "#preset=resnet8");
  assert.equal(await length(), first + 1);
  await page.getByRole("tab", { name: "Diagram" }).click();
  await hashed(page, (hash) => hash === "#preset=resnet8&view=diagram");
  assert.equal(await length(), first + 2);
  await intend(page, { type: "select", selection: { path: "layers[0]", node: null } });
  await hashed(page, (hash) => hash.includes("select=layers"));
  assert.equal(await length(), first + 2);
  await page.goBack();
  await until(page, (state) => state.view === "training" && state.selection === null && state.document.present.spec.name === "ResNet-8");
  await page.goBack();
  await until(page, (state) => state.document.present.spec.layers.some(({ out_channels }) => out_channels === 9));
  assert.equal(await hash(page), edited);
  // It was undone, not opened again.
  assert.equal(await state(page, (state) => state.document.future.length), 1);
  await page.goForward();
  await until(page, (state) => state.document.future.length === 0);
  await page.goForward();
  await until(page, (state) => state.view === "diagram" && state.selection?.path === "layers[0]");
  assert.deepEqual(page.problems, []);
});

test("presets by name, in the query and in the hash; a link opens view and selection", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en&preset=resnet8");
  await ready(page);
  assert.equal(await state(page, (state) => state.network.spec.name), "ResNet-8");
  assert.equal(await hash(page), "");
  const other = await site.open("?backend=cpu&lang=en#preset=lenet5_1998&view=errors&select=layers[1]&node=c1");
  await ready(other);
  assert.deepEqual(await state(other, (state) => [state.network.spec.name, state.view, state.selection]), [
    "LeNet-5 (1998)",
    "errors",
    { path: "layers[1]", node: "c1" },
  ]);
  assert.deepEqual([...page.problems, ...other.problems], []);
});

test("a damaged link says what is wrong, and so does one from a later version", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en#g=fZBRboMw");
  await has(page, "link_refused");
  await ready(page);
  await says(page, "[data-code=link_refused]", /cannot be opened; this is LeNet-5.*damaged or not whole/su);
  assert.equal(await state(page, (state) => state.network.title), "LeNet-5");
  await widen(page, 12);
  await hashed(page, (hash) => hash.startsWith("#g=") && hash !== "#g=fZBRboMw");
  const later = await page.evaluate(async () => {
    const stream = new Blob([JSON.stringify({ v: 9, l: ["relu"] })]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  });
  await page.evaluate((later) => (location.hash = `g=${later}`), later);
  await page.waitForFunction(() => document.querySelector("[data-code=link_refused]")?.textContent.includes("version 1, not 9"));
  // What was here is still here.
  assert.ok(await state(page, (state) => state.document.present.spec.layers.some(({ out_channels }) => out_channels === 12)));
  assert.deepEqual(page.problems, []);
});

test("what goes into a link, a frame and a file is chosen by check boxes", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en#view=maps", { permissions: ["clipboard-read", "clipboard-write"] });
  await ready(page);
  await widen(page, 10);
  await page.fill("#settings-batch_size", "32");
  await page.evaluate(() =>
    document.querySelector("receptive-app").intend({ type: "select", selection: { path: "layers[3]", node: "conv2" } }),
  );
  await page.click("#share-button");
  await page.getByRole("menuitem", { name: "Choose what to share" }).press("Enter");
  const dialog = page.locator("share-dialog dialog[open]");
  const made = dialog.locator("textarea");
  await dialog.waitFor();
  const text = async (pattern) => {
    await page.waitForFunction(
      (source) => new RegExp(source, "u").test(document.querySelector(".share-result textarea").value),
      pattern.source,
    );
    return made.inputValue();
  };
  await text(/#g=[\w-]+&view=maps&select=layers%5B3%5D&node=conv2$/u);
  await dialog.getByLabel("The view on show").uncheck();
  await dialog.getByLabel("The selected layer conv2").uncheck();
  const own = await text(/#g=[\w-]+$/u);
  await dialog.getByLabel("Your training settings").uncheck();
  await page.waitForFunction((own) => document.querySelector(".share-result textarea").value !== own, own);
  assert.deepEqual(await violationsInBothThemes(page), []);
  await dialog.getByRole("button", { name: "Copy" }).click();
  await dialog.getByText("Copied").waitFor();
  const plain = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(plain, await made.inputValue());
  // The network comes without the batch size of this page.
  const [batch, channels] = await page.evaluate(async (address) => {
    const app = document.querySelector("receptive-app");
    const batch = app.state.settings.edited.batch_size;
    location.hash = new URL(address).hash;
    while (app.state.settings.edited.batch_size === batch) await new Promise((resolve) => setTimeout(resolve, 50));
    return [app.state.settings.edited.batch_size, app.state.document.present.spec.layers[0].out_channels];
  }, plain);
  assert.deepEqual([batch, channels], [64, 10]);
  await dialog.getByLabel("Frame on a course page").check({ force: true });
  await dialog.getByLabel("Only the view").check();
  assert.match(await made.inputValue(), /^<iframe src="[^"]+embed=view[^"]*#g=[\w-]+" .*height="480"/u);
  await dialog.getByLabel("File", { exact: true }).check({ force: true });
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Save" }).click()]);
  assert.match(download.suggestedFilename(), /\.json$/u);
  assert.deepEqual(page.problems, []);
});

test("the menu: by keyboard, to the clipboard, and by hand where there is none", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { permissions: ["clipboard-read", "clipboard-write"] });
  await ready(page);
  await widen(page, 10);
  await page.locator("#share-button").focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Copy link");
  await page.keyboard.press("End");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Open file/u);
  await page.keyboard.press("s");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Save network/u);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.id), "share-button");
  await page.keyboard.press("Enter");
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".share-told").textContent.includes("Link copied"));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /\?backend=cpu&lang=en#g=[\w-]+$/u);
  await page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new DOMException("denied", "NotAllowedError"))));
  await page.click("#share-button");
  await page.getByRole("menuitem", { name: "Copy snippet for a course page" }).click();
  await page.waitForSelector("dialog.by-hand[open]");
  const selected = await page.evaluate(() => {
    const field = document.activeElement;
    return field.value.slice(field.selectionStart, field.selectionEnd);
  });
  assert.match(
    selected,
    /^<iframe src="http[^"]+&amp;lang=en#g=[\w-]+" .*sandbox="allow-scripts allow-same-origin allow-downloads allow-popups" title="LeNet-5"><\/iframe>$/u,
  );
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.problems, []);
});

const drop = (page, name, content) =>
  page.evaluate(
    async ({ name, content }) => {
      // It comes with the first images.
      await customElements.whenDefined("share-menu");
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(content)], name));
      document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true }));
      const hint = document
        .querySelector("share-menu")
        .updateComplete.then(() => document.querySelector(".drop-cover")?.textContent.trim());
      return hint.then((hint) => {
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        return hint;
      });
    },
    { name, content: [...content] },
  );

test("a file dropped before the page has all of its parts is opened when it has", { timeout: 120_000 }, async () => {
  const drop = async () => {
    await customElements.whenDefined("receptive-app");
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(
      new File(
        [
          JSON.stringify({
            version: 1,
            name: "Early",
            input: [1, 28, 28],
            layers: [{ op: "flatten" }, { op: "linear", out_features: 10 }],
          }),
        ],
        "early.json",
      ),
    );
    globalThis.early = customElements.get("share-menu") === undefined;
    globalThis.stayed = !document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  };
  const page = await site.open("?backend=cpu&lang=en", { before: { "main.js": `void (${drop})();` } });
  await until(page, (state) => state.document?.present.title === "Early");
  assert.deepEqual(await page.evaluate(() => [globalThis.early, globalThis.stayed]), [true, true]);
  assert.deepEqual(page.problems, []);
});

test("a network and a run are saved, and opened again by choosing and by dropping", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await widen(page, 13);
  await until(page, (state) => state.network.spec.layers.some(({ out_channels }) => out_channels === 13));
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 30, 120_000);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused");
  const saved = async (name) => {
    await page.click("#share-button");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name }).click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const network = await saved("Save network");
  assert.equal(network.name, "LeNet-5.json");
  assert.equal(JSON.parse(network.bytes).layers.find(({ name }) => name === "conv1").out_channels, 13);
  const run = await saved("Save run");
  assert.equal(run.name, "LeNet-5-kiwi.safetensors");
  const step = await state(page, (state) => state.checkpoints.get("r1"));

  const other = await site.open("?backend=cpu&lang=en");
  await ready(other);
  assert.match(await drop(other, network.name, network.bytes), /Drop to open/u);
  await until(other, (state) => state.document.present.spec.layers.some(({ out_channels }) => out_channels === 13));
  await intend(other, { type: "undo" });
  await other.setInputFiles("share-menu input[type=file]", { name: run.name, mimeType: "", buffer: run.bytes });
  await has(other, "went_on");
  const there = await state(other, (state) => ({
    step: state.run.metrics.step,
    name: state.run.label.name,
    points: state.run.history.train.points.length,
    wide: state.network.spec.layers.some(({ out_channels }) => out_channels === 13),
  }));
  assert.equal(there.step, step);
  assert.ok(there.points > 1 && there.wide);

  for (const [name, content, reason] of [
    ["cat.png", Buffer.from("\x89PNG not really"), /neither a network.*nor a run/u],
    ["broken.json", Buffer.from('{"version": 1,'), /not valid JSON/u],
    ["list.json", Buffer.from("[1, 2]"), /neither a network/u],
    ["later.json", Buffer.from('{"version": 7, "layers": []}'), /version 1, not 7/u],
    ["wrong.json", Buffer.from('{"version": 1, "layers": [{"op": "conv2d"}]}'), /out_channels/u],
    ["cut.safetensors", run.bytes.subarray(0, 300), /not a safetensors file/u],
    ["short.safetensors", run.bytes.subarray(0, run.bytes.length - 4), /is the file cut off\?/u],
    ["longer.safetensors", Buffer.concat([run.bytes, Buffer.alloc(4)]), /belongs to none/u],
    [
      "other.safetensors",
      Buffer.concat([
        Buffer.from([0x3a, 0, 0, 0, 0, 0, 0, 0]),
        Buffer.from('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(0x3a)),
        Buffer.alloc(4),
      ]),
      /another network.*The file has w F32/u,
    ],
    ["model.pth", Buffer.from("PK\x03\x04\0\0\x08\x08archive/data.pkl"), /PyTorch file.*import torch/su],
  ]) {
    await drop(other, name, content);
    await other
      .waitForFunction(
        (source) => new RegExp(source, "u").test(document.querySelector("[data-code=files_refused]")?.textContent ?? ""),
        reason.source,
        { timeout: 20_000 },
      )
      .catch(async () => assert.fail(`${name}: ${await other.textContent("notice-list")}`));
    await intend(other, { type: "dismiss", code: "files_refused" });
  }
  assert.deepEqual(await state(other, (state) => [state.run.metrics.step, state.run.label.name, state.run.phase, state.runs.length]), [
    step,
    there.name,
    "paused",
    0,
  ]);
  assert.deepEqual([...page.problems, ...other.problems], []);
});

test("how the maps look at a layer is in the address", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en#view=maps&select=layers%5B3%5D&node=conv2&maps=gradients&depth=unit&unit=3.6.4");
  await until(page, (state) => state.look.answer?.wish.field?.unit.join() === "3,6,4");
  assert.equal(await state(page, (state) => state.look.answer.wish.what), "gradients");
  await page.getByRole("button", { name: "One number", exact: true }).click();
  await hashed(page, (hash) => /depth=number/u.test(hash) && /unit=3\.6\.4/u.test(hash));
  await page.getByRole("button", { name: "per network", exact: true }).click();
  await hashed(page, (hash) => /scale=global/u.test(hash));
  await page.reload();
  await until(page, (state) => state.looking.depth === "number" && state.looking.unit.join() === "3,6,4");
  await page.locator("number-view").waitFor();
  assert.deepEqual(page.problems, []);
});
