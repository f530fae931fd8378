// The page's own numbers, from the built page: `npm run measure`, after `cargo xtask build`; with names of MEASURES, those only. Medians of several; nothing else should run beside it.
import { readFileSync } from "node:fs";

import { openSite, ready, state, until } from "../support/site.mjs";

const REPEATS = 5;
const WINDOW_MS = 4000;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value) => `${Math.round(value)} ms`;
const site = await openSite();

/** From the request to a page that shows a network and can be trained. */
async function firstView() {
  const times = [];
  for (let i = 0; i < REPEATS; i += 1) {
    const page = await site.open("?backend=cpu&lang=en");
    await page.waitForFunction(
      () => document.querySelector("receptive-app")?.state?.network && !document.querySelector(".run")?.disabled,
      undefined,
      { polling: 10 },
    );
    times.push(await page.evaluate(() => performance.now()));
    await page.context().close();
  }
  return `first view usable: ${ms(median(times))} (${times.map(Math.round).join(", ")})`;
}

/** From a keystroke in a field to the new shapes in the outline. */
async function keystroke() {
  const page = await site.open("?backend=cpu&lang=en&preset=resnet110");
  await ready(page);
  await page.locator("[role=treeitem]").nth(1).click();
  await page.locator("#layer-kernel_size").waitFor();
  // Nobody types before the page is there: what it still loads is another measure.
  await until(page, (state) => state.data.phase === "ready", 120_000);
  const times = await page.evaluate(async () => {
    const app = document.querySelector("receptive-app");
    const field = document.querySelector("#layer-kernel_size");
    const times = [];
    for (let i = 0; i < 11; i += 1) {
      const began = performance.now();
      field.value = i % 2 ? "3" : "5";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      while (!app.state.document.examined) await new Promise((done) => setTimeout(done));
      await document.querySelector("outline-editor").updateComplete;
      times.push(performance.now() - began);
    }
    return times;
  });
  await page.context().close();
  return `keystroke to new shapes, ResNet-110: ${ms(median(times))} (${times.map(Math.round).join(", ")})`;
}

const steps = (page) => state(page, (state) => state.run.metrics.step);

/** Images a second in a window of time. */
async function rate(page, batch) {
  const [from, began] = [await steps(page), Date.now()];
  await page.waitForTimeout(WINDOW_MS);
  return (((await steps(page)) - from) * batch * 1000) / (Date.now() - began);
}

/** Training with the maps open and closed, in turns. */
async function maps(preset) {
  const page = await site.open(`?backend=cpu&lang=en&preset=${preset}`);
  await ready(page);
  await until(page, (state) => state.data.phase === "ready", 120_000);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 20, 120_000);
  const batch = await state(page, (state) => state.settings.applied.batch_size);
  const [open, closed] = [[], []];
  for (let i = 0; i < REPEATS; i += 1) {
    await page.click("#views-training");
    closed.push(await rate(page, batch));
    await page.click("#views-maps");
    await until(page, (state) => state.look.answer !== null);
    await page.waitForTimeout(500);
    await page.evaluate(() => (globalThis.longTasks.length = 0));
    open.push(await rate(page, batch));
  }
  const tasks = await page.evaluate(() => globalThis.longTasks.map(({ duration }) => Math.round(duration)));
  const answered = await state(page, (state) => state.look.answer.maps.step);
  await page.context().close();
  const cost = 100 * (1 - median(open) / median(closed));
  return `${preset}, maps open: ${Math.round(median(open))} of ${Math.round(median(closed))} images/s (${cost.toFixed(1)} % less), tasks over 50 ms: ${tasks.join(", ") || "none"}, maps of step ${answered}`;
}

/** The largest network of the literature in the diagram, all of it unfolded. */
async function diagram() {
  const { networks } = JSON.parse(readFileSync(new URL("../../architectures.json", import.meta.url), "utf8"));
  const { spec, title } = networks.find(({ name }) => name === "torchvision/resnet152");
  const page = await site.open("?backend=cpu&lang=en", { viewport: { width: 2560, height: 1300 } });
  await ready(page);
  await page.evaluate(
    ({ spec, title }) => {
      globalThis.longTasks.length = 0;
      const app = document.querySelector("receptive-app");
      app.intend({ type: "open_network", title, spec });
      app.intend({ type: "show_view", view: "diagram" });
    },
    { spec, title },
  );
  await page.waitForFunction(() => document.querySelectorAll(".drawing .cell").length > 500);
  const taken = () =>
    page.evaluate(
      () =>
        globalThis.longTasks
          .splice(0)
          .map(({ duration }) => Math.round(duration))
          .join(", ") || "none",
    );
  const drawing = await taken();
  const field = await page.locator(".drawing").boundingBox();
  await page.mouse.move(field.x + field.width / 2, field.y + field.height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 40; i += 1) await page.mouse.move(field.x + field.width / 2, field.y + field.height / 2 - 5 * i);
  await page.mouse.up();
  await page.keyboard.down("Control");
  for (let i = 0; i < 20; i += 1) await page.mouse.wheel(0, i < 10 ? 120 : -120);
  await page.keyboard.up("Control");
  await page.waitForTimeout(500);
  const moving = await taken();
  await page.context().close();
  return `ResNet-152 in the diagram, tasks over 50 ms: drawing ${drawing}; moving and zooming ${moving}`;
}

/** From the click on a block's switch to the first answer and to that of all test images, on weights of the first steps. */
async function lesion() {
  const page = await site.open("?backend=cpu&lang=en#preset=resnet20&view=lab&lab=lesion");
  await ready(page);
  await until(page, (state) => state.data.phase === "ready" && state.instruments.lesion?.about, 120_000);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 20, 120_000);
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused", 60_000);
  const [first, all] = [[], []];
  for (const name of ["group1.block2", "group2.block1", "group3.block2"]) {
    const times = await page.evaluate(async (name) => {
      const app = document.querySelector("receptive-app");
      const known = () => [...app.state.instruments.lesion.found].find(([key]) => key === `stored\nresidual:${name}.residual1`)?.[1];
      const began = performance.now();
      document.querySelector(`lesion-panel [aria-label="Leave out ${name}"]`).click();
      const after = async (of) => {
        while (!known()?.[of]) await new Promise((done) => setTimeout(done));
        return performance.now() - began;
      };
      // What it is compared with is measured in between, once.
      return [await after("first"), await after("all"), app.intend({ type: "stop_lesion" }), app.intend({ type: "mend_parts" })].slice(
        0,
        2,
      );
    }, name);
    first.push(times[0]);
    all.push(times[1]);
  }
  await page.context().close();
  const list = (times) => `${ms(median(times))} (${times.map(Math.round).join(", ")})`;
  return `ResNet-20 without a block: first answer, of 1,000 images, ${list(first)}; of all 10,000 ${list(all)}`;
}

const MEASURES = { firstView, keystroke, maps: () => maps("lenet5"), "maps-resnet8": () => maps("resnet8"), diagram, lesion };
const wanted = process.argv.slice(2);

try {
  for (const [name, measure] of Object.entries(MEASURES)) if (wanted.length === 0 || wanted.includes(name)) console.log(await measure());
} finally {
  await site.close();
}
