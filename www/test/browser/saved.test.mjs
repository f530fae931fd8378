// What is never lost: the network and the run over a reload, a closed tab and a stopped engine; and what is said where nothing may be stored.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, says, state, until, violations } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const has = (page, code) => until(page, (state, code) => state.notices.some((notice) => notice.code === code), 60_000, code);
const kept = (page) => until(page, (state) => state.run.label !== null && state.checkpoints.has(state.run.label.key), 60_000);

async function trained(page, steps = 40) {
  await ready(page);
  await page.click(".run");
  await until(page, (state, steps) => state.run.metrics?.step > steps, 120_000, steps);
}

async function paused(page) {
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused");
  await until(page, (state) => state.checkpoints.get(state.run.label.key) >= state.run.metrics.step);
}

/** An edit, as any editor of the page makes it. */
const widen = (page, channels) =>
  page.evaluate((channels) => {
    const app = document.querySelector("receptive-app");
    const { spec } = app.state.document.present;
    const layers = spec.layers.map((layer) => (layer.name === "conv1" ? { ...layer, out_channels: channels } : layer));
    app.intend({ type: "edit_network", spec: { ...spec, layers } });
  }, channels);

test("a reload in the middle of training loses neither the run nor its curves, and training goes on to its end", {
  timeout: 300_000,
}, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await trained(page);
  await kept(page);
  const step = await state(page, (state) => state.checkpoints.get(state.run.label.key));
  // On its way to storage.
  await page.waitForTimeout(1500);
  await page.reload();
  await has(page, "went_on");
  const after = await state(page, (state) => ({
    phase: state.run.phase,
    step: state.run.metrics.step,
    points: state.run.history.train.points.length,
    name: state.run.label.name,
    epochs: state.run.metrics.epochs,
  }));
  assert.equal(after.phase, "paused");
  assert.ok(after.step >= step, `${after.step} after ${step}`);
  assert.ok(after.points > 1);
  assert.match(
    await page.textContent("[data-code=went_on]"),
    new RegExp(`Your run ${after.name} is back, paused at step ${after.step.toLocaleString("en")}`, "u"),
  );
  await ready(page);
  await page.click(".run");
  await until(page, (state, step) => state.run.phase === "running" && state.run.metrics.step > step, 120_000, after.step);
  assert.equal(await state(page, (state) => state.run.metrics.epochs), after.epochs);
  const steps = await state(page, (state) => state.run.history.train.points.map(({ step }) => step));
  assert.deepEqual(
    steps,
    [...steps].sort((a, b) => a - b),
  );
  assert.deepEqual(page.problems, []);
});

/** Keeps the devices that the engine opens, so that one can be taken from it. */
const KEEP_DEVICES = `
const request = GPUAdapter.prototype.requestDevice;
globalThis.devices = [];
GPUAdapter.prototype.requestDevice = async function (...options) {
  const device = await request.apply(this, options);
  globalThis.devices.push(device);
  return device;
};`;

test("a lost GPU: the run goes on on the CPU from its checkpoint, says so, and is kept as before", { timeout: 300_000 }, async () => {
  const page = await site.open("?backend=webgpu_software&lang=en", { before: { "trainer-worker.js": KEEP_DEVICES } });
  await trained(page, 20);
  assert.equal(await state(page, (state) => state.backend.status.backend), "webgpu");
  await kept(page);
  const [worker] = page.workers().filter((worker) => worker.url().includes("trainer-worker"));
  const lostAt = await state(page, (state) => state.run.metrics.step);
  assert.ok((await worker.evaluate(() => globalThis.devices.map((device) => device.destroy()).length)) > 0);
  await has(page, "device_lost");
  const went = await state(page, ({ notices, backend, run }) => ({
    notice: notices.find(({ code }) => code === "device_lost"),
    status: backend.status,
    phase: run.phase,
  }));
  assert.equal(went.status.backend, "cpu");
  assert.equal(went.phase, "running");
  await says(page, "[data-code=device_lost]", /Continued on CPU from step/u);
  // What is lost is what came since the last checkpoint: two seconds of training or so.
  assert.ok(went.notice.step > 0 && went.notice.step <= lostAt + 30, `${went.notice.step} of ${lostAt}`);
  await until(page, (state, step) => state.run.metrics.step > step + 200, 120_000, lostAt);
  const steps = await state(page, (state) => state.run.history.train.points.map(({ step }) => step));
  assert.deepEqual(
    steps,
    [...steps].sort((a, b) => a - b),
  );
  await paused(page);
  const step = await state(page, (state) => state.checkpoints.get(state.run.label.key));
  await page.waitForTimeout(1500);
  await page.reload();
  await has(page, "went_on");
  assert.equal(await state(page, (state) => state.run.metrics.step), step);
  assert.deepEqual(page.problems, []);
});

test("a closed tab's network and run are there in the next one", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await widen(page, 9);
  await until(page, (state) => state.network.spec.layers.some(({ out_channels }) => out_channels === 9));
  await trained(page);
  await paused(page);
  // The engine may have taken some steps since it was last measured.
  const step = await state(page, (state) => state.checkpoints.get(state.run.label.key));
  await page.waitForTimeout(1000);
  const next = await page.context().newPage();
  await page.close();
  await next.goto(`${site.origin}/course/receptive/?backend=cpu&lang=en`);
  await has(next, "went_on");
  assert.equal(await state(next, (state) => state.run.metrics.step), step);
  assert.equal(await state(next, (state) => state.network.spec.layers.find(({ name }) => name === "conv1").out_channels), 9);
});

test("two tabs keep what is theirs", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await widen(page, 5);
  await page.waitForTimeout(1200);
  const other = await page.context().newPage();
  await other.goto(`${site.origin}/course/receptive/?backend=cpu&lang=en`);
  await ready(other);
  await widen(other, 7);
  await other.waitForTimeout(1200);
  const channels = (one) => state(one, (state) => state.document.present.spec.layers.find(({ name }) => name === "conv1").out_channels);
  await Promise.all([page.reload(), other.reload()]);
  await Promise.all([ready(page), ready(other)]);
  assert.deepEqual([await channels(page), await channels(other)], [5, 7]);
});

test("an engine that stops in the middle of training goes on from its last checkpoint", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await trained(page);
  await kept(page);
  const step = await state(page, (state) => state.checkpoints.get(state.run.label.key));
  const worker = page.workers().find((one) => one.url().includes("trainer-worker"));
  await worker.evaluate(() => void setTimeout(() => Promise.reject(new Error("the engine is gone"))));
  await has(page, "crashed");
  await page.getByRole("button", { name: "Restart from the last checkpoint" }).click();
  await until(page, (state, step) => state.run.phase === "running" && state.run.metrics.step > step, 120_000, step);
  assert.equal(await state(page, (state) => state.runs.length), 0);
  assert.equal(await state(page, (state) => state.run.label.name), "kiwi");
});

test("a link to another network opens it, and what was here is an undo away", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await widen(page, 11);
  await page.waitForTimeout(1200);
  // From another page: within this one it would be a step in its history.
  await page.goto("about:blank");
  await page.goto(`${site.origin}/course/receptive/?backend=cpu&lang=en#preset=resnet8`);
  await ready(page);
  assert.match(await state(page, (state) => state.network.title), /ResNet-8/u);
  // What was kept comes after the first view.
  await until(page, (state) => state.document.past.length > 0);
  await page.evaluate(() => document.querySelector("receptive-app").intend({ type: "undo" }));
  await until(page, (state) => state.document.present.spec.layers.some(({ out_channels }) => out_channels === 11));
});

test("a page that may not store data says so, and saves to a file", { timeout: 240_000 }, async () => {
  const page = await site.open("", { path: "/host/" });
  const frame = page.frames().at(-1);
  await frame.waitForFunction(
    () => document.querySelector("receptive-app")?.state?.data.images.test > 0 && document.querySelector("receptive-app").state.network,
    null,
    { timeout: 120_000 },
  );
  await frame.click(".run");
  await frame.waitForFunction(() => document.querySelector("receptive-app").state.checkpoints.size > 0, null, { timeout: 120_000 });
  await frame.waitForSelector("[data-code=not_stored]");
  await says(frame, "[data-code=not_stored]", /may not store data.*Save to a file/su);
  const worker = page.workers().find((one) => one.url().startsWith("blob:"));
  assert.ok(worker);
  assert.deepEqual(page.problems, []);
});

test("storage that refuses in the middle stops nothing", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await trained(page);
  await has(page, "not_stored");
  await says(page, "[data-code=not_stored]", /no room left/u);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save to a file" }).click()]);
  assert.match(download.suggestedFilename(), /^LeNet-5-kiwi\.safetensors$/u);
  const step = await state(page, (state) => state.run.metrics.step);
  await until(page, (state, step) => state.run.metrics.step > step, 60_000, step);
  assert.deepEqual(await violations(page), []);
});
