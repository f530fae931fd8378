// A network of another program comes in: by dropping and by choosing, with its weights; a damaged one changes nothing.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const stored = (name) => readFile(new URL(`../fixtures/imports/${name}`, import.meta.url));

const drop = (page, name, content) =>
  page.evaluate(
    async ({ name, content }) => {
      await customElements.whenDefined("share-menu");
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(content)], name));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    },
    { name, content: [...content] },
  );

const layersOf = (page) => state(page, (state) => state.network.spec.layers.map(({ op }) => op).join(" "));

test("an ONNX file is dropped: the network opens with its weights and answers; damaged ones say why and change nothing", {
  timeout: 300_000,
}, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  const bytes = await stored("torch_lenet.onnx");
  await drop(page, "lenet.onnx", bytes);
  await until(page, (state) => state.document.present.title === "lenet" && state.network.title === "lenet");
  assert.match(await layersOf(page), /^conv2d relu max_pool2d conv2d tanh max_pool2d flatten linear sigmoid linear$/u);
  // Weights are the file's: eight tensors, none drawn anew.
  const taken = await state(page, (state) => state.notices.find(({ code }) => code === "weights_taken"));
  assert.deepEqual([taken.kept, taken.fresh], [8, 0]);
  const report = page.locator("import-report");
  await report.locator("section").waitFor();
  assert.match(await report.textContent(), /lenet is open[\s\S]*does not normalize/u);
  assert.deepEqual(await violationsInBothThemes(page), []);

  // It answers, and trains on.
  await page.evaluate(() => document.querySelector("receptive-app").intend({ type: "step" }));
  await until(page, (state) => state.run.metrics?.step === 1);
  const before = await state(page, (state) => [state.document.present.title, state.run.id, state.document.past.length]);

  const broken = [
    ["cut.onnx", bytes.subarray(0, 9000), /cut\.onnx is not a whole ONNX file.*cut off/u],
    ["text.onnx", Buffer.from("no network at all"), /text\.onnx is not a whole ONNX file/u],
    ["excited.onnx", await stored("torch_excited.onnx"), /Mul.*has no form here.*only a constant/u],
    ["relu6.onnx", await stored("torch_relu6.onnx"), /Clip.*not with these attributes/u],
    ["model-00001-of-00002.safetensors", Buffer.from("??"), /model-00002-of-00002\.safetensors is missing/u],
  ];
  for (const [name, content, reason] of broken) {
    await drop(page, name, content);
    await page
      .waitForFunction(
        (source) => new RegExp(source, "u").test(document.querySelector("[data-code=files_refused]")?.textContent ?? ""),
        reason.source,
        { timeout: 20_000 },
      )
      .catch(async () => assert.fail(`${name}: ${await page.textContent("notice-list")}`));
    await page.evaluate(() => document.querySelector("receptive-app").intend({ type: "dismiss", code: "files_refused" }));
  }
  assert.deepEqual(await state(page, (state) => [state.document.present.title, state.run.id, state.document.past.length]), before);
  assert.deepEqual(page.problems, []);
  await page.close();
});

test("a file is chosen in Russian, its remarks are closed by keyboard; what the page exports comes back as it was", {
  timeout: 300_000,
}, async () => {
  const page = await site.open("?backend=cpu&lang=ru");
  await ready(page);
  // LeNet-5 goes out, with the weights of one step.
  await page.evaluate(() => document.querySelector("receptive-app").intend({ type: "step" }));
  await until(page, (state) => state.run.metrics?.step === 1);
  const spec = await state(page, (state) => state.document.present.spec);
  await page.evaluate(() => document.querySelector("receptive-app").intend({ type: "open_dialog", name: "exports" }));
  await page.locator("dialog.export[open]").waitFor();
  await page.locator("dialog.export .export-targets label", { hasText: "ONNX" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("dialog.export .primary").click()]);
  const bytes = await readFile(await download.path());
  await page.keyboard.press("Escape");

  const choose = (name, buffer) => page.setInputFiles("share-menu input[type=file]", { name, mimeType: "", buffer });
  await choose("средние.onnx", await stored("torch_means.onnx"));
  await until(page, (state) => state.network?.title === "средние");
  const report = page.locator("import-report");
  await report.locator("section").waitFor();
  const text = await report.textContent();
  assert.match(text, /Открыта сеть средние[\s\S]*channel_affine[\s\S]*softmax/u);
  await report.locator("button").press("Enter");
  await report.locator("section").waitFor({ state: "detached" });

  await choose("lenet5.onnx", bytes);
  await until(page, (state) => state.network.title === "LeNet-5");
  // With its settings, those that were defaults written out.
  const { training, ...rest } = await state(page, (state) => state.document.present.spec);
  const { training: before, ...network } = spec;
  assert.deepEqual([rest, training.epochs, training.schedule], [network, before.epochs, before.schedule]);
  assert.equal(await report.locator("section").count(), 0);
  assert.deepEqual(page.problems, []);
  await page.close();
});
