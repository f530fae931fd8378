// What the real worker says, held against the page's own description of it: a field that serialisation loses shows here and nowhere else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { openSite, ready, until } from "../support/site.mjs";

async function schema() {
  const source = fileURLToPath(new URL("../../src/engine/protocol-schema.ts", import.meta.url));
  const { outputFiles } = await build({ entryPoints: [source], bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

test("every message of a run is well formed, in both directions", { timeout: 180_000 }, async (t) => {
  const { faults } = await schema();
  const site = await openSite();
  try {
    const page = await site.open("about:blank", { path: "/host/" });
    await page.addInitScript(() => {
      globalThis.heard = [];
      const note = (direction, data) => globalThis.heard.length < 4000 && globalThis.heard.push({ direction, data });
      globalThis.Worker = class extends Worker {
        constructor(...args) {
          super(...args);
          this.trainer = args[1]?.name === "trainer";
          this.addEventListener("message", ({ data }) => this.trainer && note("id" in data ? "reply" : "event", data));
        }
        postMessage(data, transfer) {
          // Before the buffers are transferred.
          if (this.trainer) note("request", structuredClone(data));
          super.postMessage(data, transfer);
        }
      };
    });
    await page.goto(`${site.origin}/course/receptive/?backend=cpu`);
    await ready(page);
    await page.fill("#settings-epochs", "1");
    await page.click(".run");
    await until(page, (state) => state.run.evaluation !== null);
    await page.keyboard.press("t");
    await until(page, (state) => state.trying.probabilities !== null);
    await page.fill("#settings-learning_rate", "0.01");
    await page.keyboard.press("Escape");
    await page.click(".run");
    await until(page, (state) => state.run.phase === "paused");
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await until(page, (state) => state.run.phase === "done", 150_000);
    await page.getByRole("button", { name: "Reset", exact: true }).click();
    await until(page, (state) => state.run.phase === "idle");
    const heard = await page.evaluate(() =>
      globalThis.heard.map(({ direction, data }) => ({
        direction,
        data: JSON.parse(
          JSON.stringify(data, (_, value) =>
            value instanceof Uint8Array || value instanceof Float32Array
              ? [...value.subarray(0, 1000)]
              : value === undefined
                ? "<undefined>"
                : value,
          ),
        ),
      })),
    );
    for (const { direction, data } of heard) assert.deepEqual(faults(direction, data), [], JSON.stringify(data).slice(0, 300));
    const kinds = [...new Set(heard.map(({ direction, data }) => `${direction} ${data.type}`))].sort();
    t.diagnostic(`${heard.length} messages of ${kinds.length} kinds`);
    for (const kind of [
      "reply compiled",
      "reply started",
      "reply paused",
      "reply stepped",
      "reply resumed",
      "reply reset",
      "reply set",
      "reply predicted",
      "reply sample",
      "reply data_loaded",
      "event metrics",
      "event evaluation",
      "event epoch",
      "event done",
      "event data",
    ]) {
      assert.ok(kinds.includes(kind), `never heard: ${kind}`);
    }
  } finally {
    await site.close();
  }
});
