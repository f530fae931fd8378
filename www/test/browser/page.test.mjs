// The page around the training: languages, themes, keyboard, access, small screens, frames.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { openSite, ready, state, until, violations, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

test("the language can be switched, is remembered, and a link's language wins", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  assert.equal(await page.textContent(".run"), (await page.textContent(".run")).replace(/Пуск/u, ""));
  await page.getByRole("button", { name: "Русский" }).click();
  await page.locator(".run", { hasText: "Пуск" }).waitFor();
  assert.equal(await page.getAttribute("html", "lang"), "ru");
  assert.match(await page.title(), /свёрточная/u);
  await page.reload();
  await page.waitForSelector(".run");
  assert.match(await page.textContent(".run"), /Пуск/u);
  await page.goto(`${page.url()}&lang=en`);
  await page.waitForSelector(".run");
  assert.match(await page.textContent(".run"), /Run/u);
  // What the address says is what is shown, so that a reload and a copied address show it too.
  await page.getByRole("button", { name: "Русский" }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get("lang") === "ru");
  await page.reload();
  await page.locator(".run", { hasText: "Пуск" }).waitFor();
  assert.deepEqual(page.problems, []);
});

test("a first view loads at most 170 kB of scripts and styles, in one language", { timeout: 120_000 }, async () => {
  for (const locale of ["ru-RU", "en-US"]) {
    // A server of its own, on which no other page still loads.
    const site = await openSite();
    // The images take their time: what comes with them is not of the first view.
    const page = await site.open("?backend=cpu", { locale, unanswered: /\.bin$/u });
    await until(page, (state) => state.network !== null);
    const loaded = [...new Set(site.sent.filter((file) => /\.(js|css)$/u.test(file)))];
    const sizes = loaded.map((file) => gzipSync(readFileSync(file), { level: 9 }).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`${locale}: ${(total / 1000).toFixed(1)} kB in ${loaded.length} files`);
    assert.ok(loaded.some((file) => file.endsWith("trainer-worker.js")) && loaded.some((file) => file.endsWith("receptive.js")));
    assert.ok(total <= 170_000, `${total} bytes: ${loaded.map((file, i) => `${basename(file)} ${sizes[i]}`).join(", ")}`);
    await site.close();
  }
});

test("before the first paint at most 90 kB of scripts and styles are asked for, in either language", () => {
  const dist = process.env.RECEPTIVE_DIST ?? fileURLToPath(new URL("../../../dist/", import.meta.url));
  const closure = (name, found = new Set()) => {
    if (found.has(name)) return found;
    found.add(name);
    const script = readFileSync(join(dist, name), "utf8");
    for (const [, part] of script.matchAll(/(?:import|from)\s*"\.\/(part-[\w-]+\.js)"/gu)) closure(part, found);
    return found;
  };
  // The texts of a language are asked for by their export.
  const texts = (language) =>
    readdirSync(dist).find(
      (name) =>
        name.startsWith(`part-${language}-`) &&
        name.endsWith(".js") &&
        new RegExp(`export\\{[^}]*\\b${language}\\b`, "u").test(readFileSync(join(dist, name), "utf8")),
    );
  for (const language of ["ru", "en"]) {
    const own = texts(language);
    assert.ok(own, `the texts in ${language}`);
    const files = [...closure("main.js"), ...closure(own), "page.css", "boot.js"];
    const total = [...new Set(files)].reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
    console.log(`${language}: ${(total / 1000).toFixed(1)} kB before the first paint`);
    assert.ok(total <= 90_000, `${total} bytes: ${files.join(", ")}`);
  }
});

test("a Russian browser gets Russian", { timeout: 60_000 }, async () => {
  const page = await site.open("", { locale: "ru-RU" });
  await page.waitForSelector(".run");
  assert.match(await page.textContent(".run"), /Пуск/u);
});

test("after a reload the page trains again", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 10);
  await page.reload();
  await ready(page);
  const step = await state(page, (state) => state.run.metrics?.step ?? 0);
  await page.click(".run");
  await until(page, (state, step) => state.run.phase === "running" && state.run.metrics.step > step + 10, 60_000, step);
  assert.deepEqual(page.problems, []);
});

test("Run pressed before anything has loaded starts as soon as it can", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await page.click(".run", { noWaitAfter: true });
  assert.notEqual(await state(page, (state) => state.run.phase), "idle");
  await until(page, (state) => state.run.metrics?.step > 5);
  assert.deepEqual(page.problems, []);
});

test("single keys run, pause, reset and help, but not inside a field", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.keyboard.press("Space");
  await until(page, (state) => state.run.metrics?.step > 5);
  await page.keyboard.press("Space");
  await until(page, (state) => state.run.phase === "paused");
  await page.locator("#settings-learning_rate").focus();
  await page.keyboard.press("r");
  assert.ok(await state(page, (state) => state.run.metrics));
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("r");
  await until(page, (state) => state.run.metrics === null);
  await page.keyboard.press("?");
  await page.locator("dialog.help").waitFor();
  await page.getByRole("checkbox", { name: /Single-key/u }).uncheck();
  await page.keyboard.press("Escape");
  assert.ok(!(await page.isVisible("dialog.help")));
  await page.keyboard.press("Space");
  await page.waitForTimeout(300);
  assert.equal(await state(page, (state) => state.run.phase), "idle");
  assert.deepEqual(page.problems, []);
});

test("an impossible setting stays in its field with what would be possible", { timeout: 60_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.fill("#settings-momentum", "7");
  assert.equal(await page.getAttribute("#settings-momentum", "aria-invalid"), "true");
  assert.match(await page.textContent("#settings-momentum-fix"), /from 0 to 0\.999/u);
  assert.equal(await state(page, (state) => state.settings.edited.momentum), 0.9);
  await page.fill("#settings-momentum", "0.5");
  await until(page, (state) => state.settings.applied.momentum === 0.5);
  await page.locator("#settings-learning_rate").focus();
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.inputValue("#settings-learning_rate"), "0.05");
  assert.deepEqual(page.problems, []);
});

test("charts can be read as tables", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu");
  await ready(page);
  await page.click(".run");
  await until(page, (state) => state.run.history.train.points.length > 3);
  const chart = page.locator("metric-chart[metric=accuracy]");
  await chart.getByRole("button", { name: "Table" }).click();
  assert.ok((await chart.locator("tbody tr").count()) > 2);
  assert.match(await chart.locator("tbody tr td").first().textContent(), /%|–/u);
  assert.match(await page.locator("#chart-loss-summary").textContent(), /Loss at step \d+/u);
  assert.deepEqual(page.problems, []);
});

test("axe finds nothing in both themes: idle, training, menu, help", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu", { reducedMotion: "reduce" });
  await ready(page);
  assert.deepEqual(await violationsInBothThemes(page), []);
  await page.click(".run");
  await until(page, (state) => state.run.metrics?.step > 30);
  await page.keyboard.press("t");
  await page.fill("#settings-batch_size", "32");
  await page.fill("#settings-momentum", "x");
  await page.click(".chip");
  await page.locator("metric-chart[metric=loss]").getByRole("button", { name: "Table" }).click();
  assert.deepEqual(await violationsInBothThemes(page), []);
  await page.click(".help-button");
  assert.deepEqual(await violationsInBothThemes(page), []);
});

test("the theme can be set by hand", { timeout: 60_000 }, async () => {
  const page = await site.open("?backend=cpu", { colorScheme: "light" });
  await page.waitForSelector(".run");
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  const theme = page.getByRole("button", { name: /^Colours/u });
  await theme.click();
  assert.equal(await paper(), light);
  await theme.click();
  assert.notEqual(await paper(), light);
  await page.reload();
  await page.waitForSelector(".run");
  assert.notEqual(await paper(), light, "remembered");
});

test("a phone: one part at a time, by touch", { timeout: 180_000 }, async () => {
  const page = await site.open("?backend=cpu", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  });
  await ready(page);
  await page.tap(".run");
  await until(page, (state) => state.run.metrics?.step > 10);
  await page.waitForSelector("metric-chart[metric=loss]", { state: "visible" });
  assert.ok(!(await page.isVisible("outline-editor")));
  await page.getByRole("button", { name: "Net", exact: true }).tap();
  await page.waitForSelector("outline-editor", { state: "visible" });
  await page.getByRole("button", { name: "Try", exact: true }).tap();
  await page.waitForSelector(".pad", { state: "visible" });
  // A finger draws: the page must not scroll instead.
  const box = await page.locator(".pad").boundingBox();
  const touch = await page.context().newCDPSession(page);
  const point = (x, y) => [{ x: box.x + x, y: box.y + y }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: point(140, 40) });
  for (let y = 40; y <= 240; y += 20) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: point(140, y) });
  // It rests before it lifts: a flick would go on as a fling, and a browser takes the next tap as the end of that.
  for (let rest = 0; rest < 4; rest += 1) {
    await page.waitForTimeout(60);
    await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: point(140, 241 + rest) });
  }
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await until(page, (state) => state.trying.probabilities !== null);
  await page.tap(".settings-button");
  await page.waitForSelector("#sheet-learning_rate", { state: "visible" });
  assert.deepEqual(await violations(page), []);
  await page.locator("dialog.sheet").getByRole("button", { name: "Close" }).tap();
  const [width, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(width <= inner, `${width} wide in ${inner}`);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, select, summary, input:not([type=radio], [type=checkbox], [type=file])")]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(({ element, box }) => `${element.className || element.id} ${box.width}x${box.height}`),
  );
  assert.deepEqual(small, [], "targets under 24 px");
  assert.deepEqual(page.problems, []);
});

test("in a frame that may only run scripts: no storage, an origin of its own, and it trains", { timeout: 120_000 }, async () => {
  const page = await site.open("", { path: "/host/" });
  const frame = page.frames().find((frame) => frame.url().includes("/course/receptive/"));
  assert.ok(frame);
  await frame.waitForSelector(".run:enabled");
  assert.equal(await frame.evaluate(() => globalThis.origin), "null");
  await frame.click(".run");
  await frame.waitForFunction(() => document.querySelector("receptive-app").state.run.metrics?.step > 20, undefined, { timeout: 100_000 });
  await frame.getByRole("button", { name: "Русский" }).click();
  // The language's texts are fetched first.
  await frame.locator(".run", { hasText: "Пауза" }).waitFor();
  assert.deepEqual(page.problems, []);
});
