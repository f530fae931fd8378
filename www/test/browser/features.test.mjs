// One more feature, in a folder of its own (test/features/sample): the page is bundled with it, and nothing else is changed. And what does not change is not drawn.
import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { bundle } from "../../tools/bundle.mjs";
import { eventually, openSite, ready, until } from "../support/site.mjs";

const www = fileURLToPath(new URL("../../", import.meta.url));
const dist = process.env.RECEPTIVE_DIST ?? join(www, "../dist");
const folder = join(www, "build/features");
let site;
before(async () => {
  await rm(folder, { recursive: true, force: true });
  await cp(dist, folder, { recursive: true });
  await bundle(folder, [join(www, "test/features")]);
  site = await openSite({ dist: folder });
});
after(() => site?.close());

test("a feature that is added has its tab, key, texts, style and field of the address", async () => {
  const page = await site.open("?lang=en");
  await ready(page);
  await page.getByRole("tab", { name: "Sample" }).click();
  await page.getByText("Counted: 0").waitFor();
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector("sample-panel")).paddingTop), "7px");
  await page.keyboard.press("x");
  await page.getByText("Counted: 1").waitFor();
  await eventually(page, () => location.hash.includes("sampled=1"));
  await page.getByRole("button", { name: "RU Русский" }).click();
  await page.getByText("Сосчитано: 1").waitFor();
  await page.getByRole("tab", { name: "Образец" }).waitFor();
  await page.reload();
  await until(page, (state) => state.sampled === 1 && state.view === "sample");
  await page.evaluate(() => (location.hash = "#view=sample&sampled=41"));
  await page.getByText("Сосчитано: 41").waitFor();
  assert.deepEqual(page.problems, []);
});

test("while training, only what shows something of it is drawn", async () => {
  const page = await site.open("?lang=en&backend=cpu#view=sample");
  await ready(page);
  await page.getByText("Counted: 0").waitFor();
  await page.keyboard.press("Space");
  await until(page, (state) => (state.run.metrics?.step ?? 0) > 10);
  const tags = ["receptive-app", "notice-list", "outline-editor", "try-panel", "share-menu", "backend-chip", "sample-panel", "run-dock"];
  await page.evaluate((tags) => {
    globalThis.drawn = Object.fromEntries(tags.map((tag) => [tag, 0]));
    for (const tag of tags) {
      const prototype = customElements.get(tag).prototype;
      const render = prototype.render;
      prototype.render = function () {
        globalThis.drawn[tag]++;
        return render.call(this);
      };
    }
    globalThis.heard = 0;
  }, tags);
  const step = await page.evaluate(() => document.querySelector("receptive-app").state.run.metrics.step);
  await until(page, (state, step) => state.run.metrics.step > step + 200, 120_000, step);
  const drawn = await page.evaluate(() => globalThis.drawn);
  assert.ok(drawn["run-dock"] >= 3, `the dock follows: ${JSON.stringify(drawn)}`);
  const { "run-dock": _, ...others } = drawn;
  assert.deepEqual(others, Object.fromEntries(tags.filter((tag) => tag !== "run-dock").map((tag) => [tag, 0])));
  assert.deepEqual(page.problems, []);
});
