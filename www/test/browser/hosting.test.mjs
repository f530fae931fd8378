// Where the page is served and framed: the headers and rights that README.md names, pages without https, frames, translation, private
// windows, odd languages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { serve } from "../../tools/static-server.mjs";
import { eventually, openSite, ready, says, state, until } from "../support/site.mjs";

/** The lines to copy, block by block. */
const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const header = (line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)];
const blocks = [...readme.matchAll(/```http\n([\s\S]*?)```/gu)].map(([, lines]) =>
  Object.fromEntries(lines.trim().split("\n").map(header)),
);
const [strict, opaque, framed, alone] = blocks;

/** Only here is a page served over plain http: elsewhere localhost counts as safe. */
const PLAIN = "plain.example";

let site;
before(async () => {
  assert.equal(blocks.length, 4);
  site = await openSite({ flags: [`--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`] });
});
after(() => site?.close());

const has = (page, code) => until(page, (state, code) => state.notices.some((notice) => notice.code === code), 60_000, code);

/** Trains until there are curves. */
async function trained(page, steps = 10) {
  await ready(page);
  await page.click(".run");
  await until(page, (state, steps) => state.run.metrics?.step >= steps, 120_000, steps);
}

async function paused(page) {
  await page.click(".run");
  await until(page, (state) => state.run.phase === "paused");
  await until(page, (state) => state.checkpoints.get(state.run.label.key) >= state.run.metrics.step);
}

/** Another site, with `headers`, for as long as `work` takes. */
async function served(headers, work) {
  const other = await openSite({ headers });
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

/** A course page with the trainer in a frame that has these attributes. */
const course = (attributes, origin = "") =>
  `${origin}/host/frame.html?${new URLSearchParams({ src: "/course/receptive/?backend=cpu&lang=en", ...attributes })}`;

async function frameOf(page) {
  const element = await page.waitForSelector("iframe");
  const frame = await element.contentFrame();
  await frame.waitForFunction(() => document.querySelector("receptive-app")?.state, null, { timeout: 60_000 });
  return frame;
}

// ---- policies and headers ----

test("a strict policy: it trains, and everything drawn has its colours and sizes", { timeout: 180_000 }, () =>
  served(strict, async ({ open, origin }) => {
    const page = await open("?backend=cpu&lang=en");
    await trained(page);
    await page.waitForSelector("metric-chart .uplot canvas");
    const width = (selector) => page.$eval(selector, (element) => element.getBoundingClientRect().width);
    await page.getByRole("button", { name: "Random test digit" }).click();
    await until(page, (state) => state.trying.sample !== null);
    const bars = () => new Set([...document.querySelectorAll(".bars .track > span")].map((bar) => bar.getBoundingClientRect().width)).size;
    await eventually(page, `() => (${bars})() > 2`);
    await page.locator("#views-diagram").click();
    await page.waitForSelector(".drawing .cell .box");
    const fill = await page.$eval(".drawing .cell .box", (box) => getComputedStyle(box).fill);
    assert.notEqual(fill, "rgb(0, 0, 0)");
    assert.equal(await page.$eval(".drawing .link", (link) => getComputedStyle(link).fill), "none");
    await page.locator("#views-maps").click();
    await page.waitForSelector(".map-picture canvas");
    assert.ok((await width(".map-picture")) > 20);
    assert.notEqual(await page.$eval("[data-path='layers[1]']", (row) => getComputedStyle(row).getPropertyValue("--depth")), "");
    await page.goto(`${origin}/course/receptive/operators/en.html`);
    assert.equal(await page.$eval("math", (math) => getComputedStyle(math).display), "block math");
    await page.goto(`${origin}/course/receptive/check/index.html`);
    await page.waitForSelector("check-page button");
    assert.deepEqual(page.problems, []);
  }),
);

test("a policy without 'wasm-unsafe-eval' is named, with what to set", { timeout: 60_000 }, () => {
  const policy = strict["content-security-policy"].replace(" 'wasm-unsafe-eval'", "");
  assert.notEqual(policy, strict["content-security-policy"]);
  return served({ "content-security-policy": policy }, async ({ open }) => {
    const page = await open("?backend=cpu&lang=en", { expected: [/WebAssembly|wasm/u] });
    await has(page, "crashed");
    await eventually(page, () => /script-src 'self' 'wasm-unsafe-eval'/u.test(document.querySelector("[data-code=crashed]").textContent));
    await page.getByRole("button", { name: "RU Русский" }).click();
    await eventually(page, () => /запрещает WebAssembly/u.test(document.querySelector("[data-code=crashed]").textContent));
    assert.deepEqual(page.problems, []);
  });
});

test("a sandbox without an origin, with its headers", { timeout: 120_000 }, () =>
  served(opaque, async ({ open }) => {
    const page = await open("", { path: course({ sandbox: "allow-scripts" }), expected: [/script-src|inline|style-src/u] });
    const frame = await frameOf(page);
    await trained(frame);
    assert.deepEqual(page.problems, []);
  }),
);

test("a frame in an isolated page, with its headers; alone, the page shares memory", { timeout: 180_000 }, async () => {
  const host = await serve({ "/host/": new URL("host", import.meta.url).pathname }, { isolated: true });
  try {
    await served(framed, async ({ open, origin }) => {
      const page = await open("about:blank", { path: "/host/index.html" });
      await page.goto(course({ src: `${origin}/course/receptive/?backend=cpu&lang=en`, allow: "cross-origin-isolated" }, host.origin));
      const frame = await frameOf(page);
      assert.deepEqual([await page.evaluate(() => crossOriginIsolated), await frame.evaluate(() => crossOriginIsolated)], [true, true]);
      await trained(frame);
    });
  } finally {
    await host.close();
  }
  await served(alone, async ({ open }) => {
    const page = await open("?backend=cpu&lang=en");
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    await trained(page);
    assert.deepEqual(page.problems, []);
  });
});

test("plain http: the chip says that WebGPU needs https, links are copied, and a run outlives a reload", { timeout: 180_000 }, async () => {
  const page = await site.open("", { path: "/host/index.html", expected: [/request to plain\.example/u] });
  const address = `${site.origin.replace("localhost", PLAIN)}/course/receptive/?lang=en`;
  await page.goto(address);
  assert.deepEqual(await page.evaluate(() => [isSecureContext, "locks" in navigator, "clipboard" in navigator, "gpu" in navigator]), [
    false,
    false,
    false,
    false,
  ]);
  await trained(page);
  await page.click(".chip");
  assert.match(await page.textContent("#backend-menu .reason"), /WebGPU needs https/u);
  await page.keyboard.press("Escape");
  await page.click("#share-button");
  await page.getByRole("menuitem", { name: "Copy link" }).click();
  await page.waitForFunction(() => document.querySelector(".share-told").textContent.includes("Link copied"));
  await paused(page);
  const before = await state(page, (state) => ({ step: state.checkpoints.get(state.run.label.key), name: state.run.label.name }));
  await page.waitForTimeout(300);
  await page.reload();
  await has(page, "went_on");
  assert.deepEqual(await state(page, (state) => ({ step: state.run.metrics.step, name: state.run.label.name })), before);
  assert.equal(await state(page, (state) => state.notices.some(({ code }) => code === "not_stored")), false);
  assert.deepEqual(page.problems, []);
});

// ---- frames ----

test("a frame that may not save files says so, and shows the text; one that may not open tabs shows the address", {
  timeout: 180_000,
}, async () => {
  const page = await site.open("", {
    path: course({ sandbox: "allow-scripts allow-same-origin" }),
    expected: [/sandbox|Download|popup/iu],
  });
  const frame = await frameOf(page);
  await trained(frame);
  await frame.click("#share-button");
  await frame.getByRole("menuitem", { name: "Save network" }).click();
  await frame.waitForSelector("dialog.by-hand[open]");
  assert.match(await frame.textContent("dialog.by-hand"), /may not save files/u);
  assert.equal(JSON.parse(await frame.inputValue("dialog.by-hand textarea")).name, "LeNet-5");
  await frame.locator("dialog.by-hand").getByRole("button", { name: "Open in a tab" }).click();
  await frame.waitForFunction(() => /may not open tabs/u.test(document.querySelector("dialog.by-hand").textContent));
  assert.match(await frame.inputValue("dialog.by-hand textarea"), /^http.*\/course\/receptive\//u);
  await frame.locator("dialog.by-hand").getByRole("button", { name: "Close" }).click();
  await frame.locator("#views-diagram").click();
  await frame.waitForSelector(".drawing .cell");
  await frame.locator(".save:enabled").click();
  await frame.waitForFunction(() => document.querySelector("dialog.by-hand[open] textarea")?.value.startsWith("<?xml"));
  await frame.locator("dialog.by-hand").getByRole("button", { name: "Close" }).click();
  await frame.click("#share-button");
  await frame.getByRole("menuitem", { name: "Save run" }).click();
  await frame.waitForSelector("[data-code=frame_saves]");
  await says(frame, "[data-code=frame_saves]", /sandbox lacks allow-downloads/u);
  await frame.getByRole("link", { name: "All operators" }).click();
  await frame.waitForFunction(() => /operators\/en\.html/u.test(document.querySelector("dialog.by-hand[open] textarea")?.value ?? ""));
  assert.deepEqual(page.problems, []);
});

test("a tab that is opened from a frame has the frame's run", { timeout: 180_000 }, async () => {
  const page = await site.open("", {
    path: course({ sandbox: "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox" }),
    expected: [/sandbox|Download/iu],
  });
  const frame = await frameOf(page);
  await trained(frame);
  await paused(frame);
  const step = await frame.evaluate(() => [...document.querySelector("receptive-app").state.checkpoints.values()][0]);
  await frame.click("#share-button");
  await frame.getByRole("menuitem", { name: "Save run" }).click();
  const [tab] = await Promise.all([
    page.waitForEvent("popup"),
    frame.locator("[data-code=frame_saves]").getByRole("button", { name: "Open in a tab" }).click(),
  ]);
  await has(tab, "went_on");
  assert.equal(await state(tab, (state) => state.run.metrics.step), step);
});

for (const [what, address] of [
  ["selects a layer", "?backend=cpu&lang=en#select=layers[9]&view=diagram"],
  ["opens the networks at true size", "?backend=cpu&lang=en&view=true-size"],
]) {
  test(`a frame whose address ${what} neither scrolls its page nor takes the focus`, { timeout: 120_000 }, async () => {
    const page = await site.open("", { path: course({ src: `/course/receptive/${address}` }) });
    const frame = await frameOf(page);
    await ready(frame);
    if (address.includes("true-size")) await frame.waitForSelector("dialog.true-size[open] .top-five, dialog.true-size[open] .run-network");
    else await frame.waitForSelector("[data-path='layers[9]'][aria-selected=true]");
    await frame.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.deepEqual(await page.evaluate(() => [scrollY, document.activeElement === document.body]), [0, true]);
    if (!address.includes("true-size")) return;
    assert.equal(await frame.evaluate(() => document.querySelector("dialog.true-size").matches(":modal")), false);
    await page.locator("iframe").scrollIntoViewIfNeeded();
    await frame.locator("dialog.true-size h2").click();
    assert.equal(await frame.evaluate(() => document.querySelector("dialog.true-size").matches(":modal")), true);
    assert.deepEqual(page.problems, []);
  });
}

const placed = (page) => page.$eval(".drawing > g", (world) => world.getAttribute("transform"));
const framesPast = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

test("the wheel over a framed diagram scrolls the page; with Ctrl it zooms", { timeout: 120_000 }, async () => {
  const page = await site.open("", {
    path: course({ "data-first": "", height: "1600", src: "/course/receptive/?backend=cpu&lang=en#view=diagram" }),
  });
  const frame = await frameOf(page);
  await frame.waitForSelector(".drawing .cell");
  await frame.waitForFunction(() => document.querySelector(".drawing > g")?.hasAttribute("transform"));
  await framesPast(frame);
  const before = await placed(frame);
  await frame.locator(".drawing").hover({ position: { x: 100, y: 100 } });
  const scrolled = async () => (await page.evaluate(() => scrollY)) + (await frame.evaluate(() => scrollY));
  const from = await scrolled();
  await page.mouse.wheel(0, 200);
  for (let frames = 0; (await scrolled()) <= from; frames += 1) {
    assert.ok(frames < 200, "nothing scrolls");
    await framesPast(page);
  }
  assert.equal(await placed(frame), before);
  await frame.locator(".drawing").hover({ position: { x: 100, y: 200 } });
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await frame.waitForFunction((before) => document.querySelector(".drawing > g").getAttribute("transform") !== before, before);
  assert.deepEqual(page.problems, []);
});

test("a finger scrolls past diagram and pad; after a tap it moves the drawing, and so do two", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en#view=diagram", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await ready(page);
  await page.getByRole("button", { name: /Look/u }).last().tap();
  await page.waitForSelector(".drawing .cell");
  await page.waitForFunction(() => document.querySelector(".drawing > g")?.hasAttribute("transform"));
  const touch = await page.context().newCDPSession(page);
  const swipe = async (fingers, dy) => {
    const points = (offset) => fingers.map(([x, y], id) => ({ x, y: y + offset, id }));
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points(0) });
    for (let part = 1; part <= 10; part += 1)
      await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: points((dy * part) / 10) });
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await framesPast(page);
  };
  const { x, y, width } = await page.locator(".drawing").boundingBox();
  const middle = [x + width / 2, y + 150];
  const scrolled = () => page.evaluate(() => scrollY);
  const before = await placed(page);
  const top = await scrolled();
  await swipe([middle], -120);
  await page.waitForFunction((top) => scrollY > top, top);
  assert.equal(await placed(page), before, "one finger scrolls");
  await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
  await swipe(
    [
      [middle[0] - 60, middle[1]],
      [middle[0] + 60, middle[1]],
    ],
    -60,
  );
  const moved = await placed(page);
  assert.notEqual(moved, before, "two fingers move the drawing");
  assert.equal(await scrolled(), 0);
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x: x + 12, y: y + 12 }] });
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForSelector(".drawing.held");
  await swipe([middle], 40);
  assert.notEqual(await placed(page), moved, "after a tap one does");
  assert.equal(await scrolled(), 0);
  // Beside the pad.
  await page.getByRole("button", { name: /Try/u }).last().tap();
  const pad = await page.locator(".pad").boundingBox();
  assert.ok(pad.x >= 32, `${pad.x} pixels beside the pad`);
  assert.deepEqual(page.problems, []);
});

// ---- what changes the page, or is not as it should be ----

/** What translators do to a page: font elements take the place of text nodes, with the nodes in them or with new ones. */
function translate(keeps) {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
    node.data.trim() === "" || node.parentElement.closest("script, style, textarea, font")
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT,
  );
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const outer = document.createElement("font");
    const inner = outer.appendChild(document.createElement("font"));
    text.replaceWith(outer);
    inner.append(keeps ? text : document.createTextNode(text.data));
  }
  return texts.length;
}

for (const keeps of [true, false]) {
  test(`translated ${keeps ? "around" : "in place of"} its text nodes, the page goes on`, { timeout: 180_000 }, async () => {
    const page = await site.open("?backend=cpu&lang=en");
    await ready(page);
    await page.waitForFunction(() => customElements.get("share-menu"));
    const again = () => page.evaluate(`(${translate})(${keeps})`);
    assert.ok((await again()) > 50);
    const word = await page.textContent(".run");
    await page.click(".run");
    await page.waitForFunction((word) => document.querySelector(".run").textContent !== word, word);
    await until(page, (state) => state.run.metrics?.step > 10, 120_000);
    await again();
    const told = () =>
      page.evaluate(() => [
        document.querySelector("metric-chart .readout .train dd").textContent,
        document.querySelector("run-dock").textContent,
      ]);
    const first = await told();
    await page.waitForFunction(
      ([loss, dock]) =>
        document.querySelector("metric-chart .readout .train dd").textContent !== loss &&
        document.querySelector("run-dock").textContent !== dock,
      first,
      { timeout: 60_000 },
    );
    // Nothing is there twice.
    assert.match((await told())[0], /^[\d.,]+$/u);
    for (const view of ["diagram", "maps", "errors", "training"]) {
      await page.click(`#views-${view}`);
      await page.waitForFunction((view) => document.querySelector(".view").dataset.view === view, view);
      await again();
    }
    await page.evaluate(() =>
      document.querySelector("receptive-app").intend({ type: "select", selection: { path: "layers[1]", node: null } }),
    );
    await page.click("#columns-layer");
    await again();
    await page.evaluate(() =>
      document.querySelector("receptive-app").intend({ type: "select", selection: { path: "layers[0]", node: null } }),
    );
    await page.getByRole("button", { name: "RU Русский" }).click();
    await page.waitForFunction(
      () => document.documentElement.lang === "ru" && /Пауза|паузу/u.test(document.querySelector(".run").textContent),
    );
    // Every text is in the language that was chosen: none was left behind.
    await framesPast(page);
    assert.doesNotMatch(await page.textContent("run-dock"), /step|epoch|images/iu);
    assert.deepEqual(page.problems, []);
  });
}

test("where storage takes no blobs, as in a private window of WebKit, a run outlives a reload", { timeout: 180_000 }, async () => {
  const refuse = () => {
    const holds = (value) =>
      value instanceof Blob ||
      (typeof value === "object" &&
        value !== null &&
        !ArrayBuffer.isView(value) &&
        !(value instanceof ArrayBuffer) &&
        Object.values(value).some(holds));
    for (const method of ["put", "add"]) {
      const own = IDBObjectStore.prototype[method];
      IDBObjectStore.prototype[method] = function (value, ...key) {
        if (holds(value)) throw new DOMException("Error preparing Blob/File data to be stored in object store", "UnknownError");
        return own.call(this, value, ...key);
      };
    }
  };
  const page = await site.open("?backend=cpu&lang=en", { before: { "main.js": `(${refuse})();` } });
  await trained(page);
  await paused(page);
  const step = await state(page, (state) => state.checkpoints.get(state.run.label.key));
  await page.waitForTimeout(300);
  await page.reload();
  await has(page, "went_on");
  assert.equal(await state(page, (state) => state.run.metrics.step), step);
  assert.deepEqual(page.problems, []);
});

test("weights that an earlier version stored as blobs are gone on from", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await trained(page);
  await paused(page);
  const step = await state(page, (state) => state.checkpoints.get(state.run.label.key));
  await page.waitForTimeout(300);
  const turned = await page.evaluate(async () => {
    const done = (request) =>
      new Promise((resolve, reject) =>
        Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }),
      );
    const db = await done(indexedDB.open("receptive"));
    const all = await done(db.transaction("weights").objectStore("weights").getAll());
    const store = db.transaction("weights", "readwrite").objectStore("weights");
    for (const { tab, key, bytes } of all) await done(store.put({ tab, key, blob: new Blob([bytes]) }));
    return all.length;
  });
  assert.ok(turned > 0);
  await page.reload();
  await has(page, "went_on");
  assert.equal(await state(page, (state) => state.run.metrics.step), step);
});

test("a browser whose language is none draws the charts", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", {
    before: { "main.js": 'Object.defineProperty(navigator, "language", { value: "C", configurable: true });' },
  });
  await trained(page);
  await page.waitForSelector("metric-chart .uplot canvas");
  assert.deepEqual(page.problems, []);
});

test("a part of the page that does not load says so, in both languages", { timeout: 120_000 }, async () => {
  const page = await site.open("", { path: "/host/index.html", expected: [/Failed to load|dynamically imported|ERR_FAILED/u] });
  await page.context().route("**/part-chart-plot-*.js", (route) => route.abort());
  await page.goto(`${site.origin}/course/receptive/?backend=cpu&lang=en`);
  await trained(page);
  await has(page, "page_failed");
  await says(page, "[data-code=page_failed]", /A part of the page failed.*reload the page/su);
  await page.getByRole("button", { name: "RU Русский" }).click();
  await page.waitForFunction(() => /Часть страницы не работает/u.test(document.querySelector("[data-code=page_failed]").textContent));
  const { step } = await state(page, (state) => state.run.metrics);
  await until(page, (state, step) => state.run.metrics.step > step, 60_000, step);
  assert.deepEqual(page.problems, []);
});
