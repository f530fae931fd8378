// A network leaves for another program: the dialog of the Share menu, by keyboard too; what is saved is what was trained.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { openSite, ready, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

/** Opens the dialog as a person with a keyboard does. */
async function openDialog(page) {
  await page.locator("#share-button").press("Enter");
  await page.locator("#share-items").waitFor();
  await page.keyboard.press("f");
  await page.keyboard.press("Enter");
  await page.locator("dialog.export[open]").waitFor();
}

async function saved(page) {
  const files = [];
  page.on("download", (download) => files.push(download));
  await page.locator("dialog.export .primary").click();
  await page.waitForTimeout(2000);
  return Promise.all(files.map(async (file) => ({ name: file.suggestedFilename(), bytes: await readFile(await file.path()) })));
}

const choose = (page, label) => page.locator("dialog.export .export-targets label", { hasText: label }).click();

test("a network becomes a script, a graph and a table", { timeout: 300_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await openDialog(page);
  const preview = page.locator(".export-preview");
  await preview.waitFor();
  const script = await preview.textContent();
  assert.match(script, /class Network\(nn\.Module\):[\s\S]*self\.conv1 = nn\.Conv2d\(1, 6, 5, padding=2\)/u);
  await choose(page, "Keras 3");
  await page.waitForFunction(() => document.querySelector(".export-preview code")?.textContent.includes("keras.Input"));
  assert.deepEqual(await violationsInBothThemes(page), []);
  await choose(page, "Curves");
  assert.match(await page.locator("dialog.export [role=alert]").textContent(), /no curves/u);
  await choose(page, "ONNX");
  const [file] = await saved(page);
  assert.equal(file.name, "lenet_5.onnx");
  assert.ok(file.bytes.includes("conv1.weight") && file.bytes.length < 20_000, `${file.bytes.length} bytes without weights`);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog.export[open]").count(), 0);
  await page.close();
});

test("the weights of the run go along, and a wrong file is refused", { timeout: 300_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.evaluate(() => document.querySelector("receptive-app").intend({ type: "step" }));
  await until(page, (state) => state.run.metrics?.step > 0);
  await openDialog(page);
  await page.locator(".export-preview").waitFor();
  await choose(page, "Weights");
  await page.waitForFunction(() => document.querySelector(".export-actions")?.textContent.includes("lenet_5.safetensors"));
  const [file] = await saved(page);
  const length = Number(file.bytes.readBigUInt64LE(0));
  const header = JSON.parse(file.bytes.subarray(8, 8 + length).toString());
  assert.deepEqual(header["conv1.weight"].shape, [6, 1, 5, 5]);
  assert.equal(header.__metadata__.step, "1");
  assert.equal(JSON.parse(header.__metadata__.spec).layers[0].name, "conv1");
  const wrong = { name: "wrong.safetensors", mimeType: "application/octet-stream", buffer: Buffer.from("no weights at all") };
  await page.locator("dialog.export input[type=file]").setInputFiles(wrong);
  await page.locator("dialog.export [role=alert]").waitFor();
  assert.match(await page.locator("dialog.export [role=alert]").textContent(), /no safetensors file/u);
  await page.close();
});
