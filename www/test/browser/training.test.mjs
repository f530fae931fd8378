// The product itself: press Run and a network learns, on each backend.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

test("Run trains at once, on the first images, and the page stays smooth", { timeout: 180_000 }, async (t) => {
  const page = await site.open("?backend=cpu");
  await page.waitForSelector(".run:enabled");
  const pressed = Date.now();
  await page.click(".run");
  await until(page, (state) => state.run.metrics !== null);
  t.diagnostic(`first metrics ${Date.now() - pressed} ms after Run, pressed as soon as the page was there`);
  await until(page, (state) => state.run.metrics.step >= 300);
  const tasks = await page.evaluate(() => globalThis.longTasks);
  const since = await page.evaluate(() => performance.now());
  await page.evaluate(() => {
    globalThis.longTasks.length = 0;
  });
  await page.waitForTimeout(3000);
  const training = await page.evaluate(() => globalThis.longTasks);
  const longest = Math.max(0, ...training.map(({ duration }) => duration));
  t.diagnostic(
    `longest main-thread task in 3 s of training: ${longest ? `${longest} ms` : "under 50 ms"}; while starting: ${Math.max(0, ...tasks.map(({ duration }) => duration))} ms in ${Math.round(since)} ms`,
  );
  assert.equal(await page.textContent(".chip-name"), "CPU");
  assert.match(await page.textContent(".dock-rate"), /[\d,]+ images\/s/u);
  await until(page, (state) => state.run.evaluation !== null && state.run.evaluation.top1 > 0.8, 120_000);
  assert.deepEqual(page.problems, []);
});

test("pause, step, resume, reset", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 20);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused");
  const paused = await state(page, (state) => state.run.metrics.step);
  await page.waitForTimeout(700);
  assert.equal(await state(page, (state) => state.run.metrics.step), paused, "a paused run does not move");
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await until(page, (state, before) => state.run.metrics.step > before, 20_000, paused);
  const stepped = await state(page, (state) => state.run.metrics.step);
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await until(page, (state, before) => state.run.metrics.step > before + 20, 60_000, stepped);
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await until(page, (state) => state.run.phase === "idle" && state.run.metrics === null);
  assert.equal(await state(page, (state) => state.run.history.empty), true);
  assert.deepEqual(page.problems, []);
});

test("an epoch ends in an announcement and a full test", { timeout: 300_000 }, async (t) => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.fill("#settings-epochs", "1");
  await page.click(".run");
  await until(page, (state) => state.run.phase === "done", 280_000);
  const [epoch] = await state(page, (state) => state.run.epochs);
  t.diagnostic(`one epoch: test accuracy ${(epoch.test_top1 * 100).toFixed(2)} %, ${Math.round(epoch.images_per_second)} images/s`);
  assert.ok(epoch.test_top1 > 0.9, `${epoch.test_top1}`);
  assert.match(await page.textContent("receptive-app > .visually-hidden[role=status]"), /finished/u);
  assert.match(await page.textContent(".dock-status"), /^Finished: 1 epoch\. Run trains 1 more\.$/u);
  assert.deepEqual(page.problems, []);
});

test("WebGPU in software trains when it is chosen, and the page says what it is", { timeout: 240_000 }, async (t) => {
  const page = await site.open("?backend=webgpu_software");
  await ready(page);
  assert.equal(
    await state(page, (state) => state.backend.status.backend),
    "webgpu",
    await state(page, (state) => JSON.stringify(state.backend.status)),
  );
  assert.equal(await page.textContent(".chip-name"), "WebGPU (software)");
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step >= 20, 180_000);
  t.diagnostic(`${Math.round(await state(page, (state) => state.run.metrics.images_per_second))} images/s`);
  const [first, last] = await state(page, (state) => [state.run.history.train.points[0].loss, state.run.history.train.last.loss]);
  assert.ok(Number.isFinite(last) && last < first + 0.5, `${first} to ${last}`);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused", 30_000);
  assert.deepEqual(page.problems, []);
});

test("without a graphics card the automatic choice is the CPU, and says why", { timeout: 120_000 }, async () => {
  const page = await site.open("");
  await ready(page);
  const status = await state(page, (state) => state.backend.status);
  assert.equal(status.backend, "cpu");
  assert.ok(status.reason, "no reason given");
  await page.click(".chip");
  assert.ok((await page.textContent(".menu .reason")).length > 20);
  assert.deepEqual(page.problems, []);
});

test("changing the backend in the middle of a run keeps the page and starts the weights anew", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 20);
  await page.evaluate(() => {
    const status = document.querySelector(".dock-status");
    globalThis.said = [];
    new MutationObserver(() => globalThis.said.push(status.textContent)).observe(status, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  await page.click(".chip");
  await page.getByRole("radio", { name: "WebGPU in software" }).check();
  await until(page, (state) => state.backend.status?.backend === "webgpu" && !state.backend.switching, 90_000);
  const counted = (await page.evaluate(() => globalThis.said))
    .map((text) => /^Compiling shaders: (\d+) of (\d+)$/u.exec(text))
    .filter(Boolean);
  assert.ok(
    counted.length > 3 && counted.every(([, done, total]) => Number(done) <= Number(total)),
    "the shaders are counted while they are compiled",
  );
  assert.equal(await state(page, (state) => state.run.metrics), null);
  assert.match(await page.textContent("notice-list"), /weights start anew/u);
  assert.deepEqual(page.problems, []);
});

test("a backend that is not to be had is refused, and the run goes on where it was", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  // The adapter of this browser is a program, which `webgpu` does not take; without any it is refused all the same.
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 20);
  await page.click(".chip");
  await page.locator("input[value=webgpu]").click();
  await until(page, (state) => state.notices.some(({ code }) => code === "refused") || state.backend.status.backend === "webgpu", 90_000);
  if ((await state(page, (state) => state.backend.status.backend)) === "cpu") {
    assert.equal(await page.isChecked("input[value=cpu]"), true);
    const step = await state(page, (state) => state.run.metrics.step);
    await until(page, (state, before) => state.run.phase === "running" && state.run.metrics.step > before, 30_000, step);
  }
  assert.deepEqual(page.problems, []);
});

test("a changed rate reaches the run that is under way; a changed batch waits for a fresh start", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 10);
  await page.fill("#settings-learning_rate", "0,005");
  // The schedule bends it down from there.
  await until(page, (state) => state.run.metrics.learning_rate <= 0.005 && state.run.metrics.learning_rate > 0.004);
  await page.fill("#settings-batch_size", "32");
  assert.match(await page.textContent(".dock-note"), /batch size/u);
  await page.click(".apply");
  // It was training, so it trains again: from step 0, in the new batches.
  await until(page, (state) => state.settings.applied.batch_size === 32 && state.run.metrics?.images_seen === state.run.metrics?.step * 32);
  assert.deepEqual(page.problems, []);
});

test("another optimizer and schedule are taken in by the first run, and wait for a fresh start in a later one", {
  timeout: 120_000,
}, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.selectOption("#settings-optimizer", "adamw");
  await page.selectOption("#settings-schedule", "warmup_cosine");
  assert.equal(await page.inputValue("#settings-learning_rate"), "0.001");
  assert.equal(await page.locator("#settings-momentum").count(), 0);
  await page.click(".run");
  await until(page, (state) => state.settings.applied.optimizer === "adamw" && state.run.metrics?.step > 10);
  // It is still warming up.
  assert.ok(await state(page, (state) => state.run.history.train.points[0] && state.network.spec.training.schedule.warmup > 0));
  await page.fill("#settings-weight_decay", "0.05");
  await until(page, (state) => state.settings.applied.weight_decay === 0.05);
  await page.selectOption("#settings-optimizer", "rmsprop");
  assert.match(await page.textContent(".dock-note"), /optimizer/u);
  assert.equal(await page.locator("#settings-momentum").count(), 1);
  assert.equal(await state(page, (state) => state.run.phase), "running");
  await page.click(".apply");
  await until(page, (state) => state.settings.applied.optimizer === "rmsprop" && state.run.metrics?.step > 10);
  assert.deepEqual(page.problems, []);
});

test("a rate that is far too high ends in a message with a way out", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.fill("#settings-learning_rate", "10");
  await page.click(".run");
  await until(page, (state) => state.notices.some(({ code }) => code === "diverged" || code === "guessing"), 100_000);
  if (await state(page, (state) => state.run.phase === "failed")) {
    await page.getByRole("button", { name: /Start anew at 1/u }).click();
    await until(page, (state) => state.settings.applied.learning_rate === 1);
  }
  assert.deepEqual(page.problems, []);
});

test("two workers share a batch, the dock says what that brings, and one that dies is replaced", { timeout: 180_000 }, async () => {
  // The first worker's first replica ends without a word when the page says so.
  const dies = `const Started = self.Worker;
    const end = new BroadcastChannel("end");
    self.Worker = class extends Started {
      constructor(...options) {
        super(...options);
        end.onmessage ??= () => this.terminate();
      }
    };`;
  const page = await site.open("?backend=cpu&workers=2&lang=en", { before: { "trainer-worker.js": dies } });
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 40 && state.run.metrics.speed_up !== null);
  assert.equal(await state(page, (state) => state.backend.sharing), 2);
  assert.match(await page.textContent(".dock-speed-up"), /^\d\.\d × one$/u);
  assert.equal(await page.locator(".dock-workers").inputValue(), "2");
  await page.evaluate(() => new BroadcastChannel("end").postMessage(null));
  const steps = () => state(page, (state) => state.run.metrics.step);
  let last = { step: await steps(), at: Date.now() };
  // It stands until the silence is noticed, and goes on.
  for (let stood = false; ; await page.waitForTimeout(500)) {
    const step = await steps();
    if (step > last.step && stood) break;
    if (step > last.step) last = { step, at: Date.now() };
    stood ||= Date.now() - last.at > 5000;
    assert.ok(Date.now() - last.at < 60_000, "training goes on");
  }
  assert.equal(await state(page, (state) => state.backend.sharing), 2);
  await page.locator(".dock-workers").selectOption("1");
  await page.waitForFunction(() => document.querySelector("#dock-note").textContent.includes("workers"));
  assert.deepEqual(page.problems, []);
});

test("where memory may be shared, workers share it, to the same bits", { timeout: 240_000 }, async () => {
  const trained = async (page) => {
    await page.goto("about:blank");
    await page.goto(page.host);
    return page.evaluate(async () => {
      const shares = new Promise((resolve) => {
        new BroadcastChannel("shares").onmessage = resolve;
      });
      const worker = new Worker("/course/receptive/trainer-worker.js", { type: "module", name: "trainer" });
      const request = (body) =>
        new Promise((resolve, reject) => {
          worker.addEventListener(
            "message",
            ({ data }) => data.id === body.type && (data.type === "error" ? reject(new Error(JSON.stringify(data.error))) : resolve(data)),
          );
          worker.postMessage({ id: body.type, ...body });
        });
      await request({ type: "load_data" });
      const { presets } = await request({ type: "presets" });
      const { spec } = presets.find(({ name }) => name === "resnet8");
      spec.training.batch_size = 32;
      const { workers } = await request({ type: "compile", run: "two", spec, backend: "cpu", workers: 2 });
      // What a reading of the sums, a message, comes between goes on as it was.
      for (let step = 0; step < 6; step += 1) await request({ type: "step", count: 1 });
      const { bytes } = await request({ type: "checkpoint" });
      const shared = await Promise.race([shares.then(() => true), new Promise((resolve) => setTimeout(resolve, 500, false))]);
      worker.terminate();
      return { workers, shared, isolated: crossOriginIsolated, bytes: Array.from(bytes) };
    });
  };
  const says = `const Memory = self.SharedArrayBuffer;
    if (Memory) self.SharedArrayBuffer = class extends Memory {
      constructor(...options) {
        super(...options);
        const channel = new BroadcastChannel("shares");
        setTimeout(() => channel.postMessage(null), 100);
      }
    };`;
  const isolated = await openSite({ isolated: true });
  try {
    const pages = [site, isolated].map(async ({ open, origin }) =>
      Object.assign(await open("", { path: "/host/", before: { "trainer-worker.js": says } }), { host: `${origin}/host/` }),
    );
    const [byMessages, byMemory] = [await trained(await pages[0]), await trained(await pages[1])];
    assert.deepEqual([byMessages.workers, byMessages.isolated, byMessages.shared], [2, false, false]);
    assert.deepEqual([byMemory.workers, byMemory.isolated, byMemory.shared], [2, true, true]);
    assert.ok(byMessages.bytes.length > 100_000);
    assert.deepEqual(byMemory.bytes, byMessages.bytes);
  } finally {
    await isolated.close();
  }
});

test("where both backends work, the automatic choice is measured on the network, once", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=auto_software&lang=en");
  await until(page, (state) => state.backend.status !== null && !state.backend.switching, 120_000);
  const raced = await state(page, (state) => state.backend.status);
  assert.ok(raced.race.cpu_ms > 0 && raced.race.webgpu_ms > 0);
  assert.equal(raced.backend, raced.race.cpu_ms <= raced.race.webgpu_ms ? "cpu" : "webgpu");
  await page.click(".chip");
  assert.match(await page.textContent("#backend-menu"), /tried on both: CPU [\d.,]+ ms, WebGPU [\d.,]+ ms/u);
  await page.reload();
  await until(page, (state) => state.backend.status !== null && !state.backend.switching, 120_000);
  assert.deepEqual((await state(page, (state) => state.backend.status)).race, raced.race, "what was measured once decides");
  assert.deepEqual(page.problems, []);
});
