// Small, low and zoomed windows: what gets the focus is seen, content is on the screen, and nothing is too small to hit.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, until } from "../support/site.mjs";

let site;
before(async () => {
  // Scrollbars as Windows and most Linux desktops show them.
  site = await openSite({ flags: ["--disable-features=OverlayScrollbar"] });
});
after(() => site?.close());

const WINDOWS = {
  desktop: [1440, 900],
  tablet: [1024, 768],
  phone: [390, 844],
  frame: [900, 480],
  zoom200: [720, 450],
  sideways: [700, 300],
  zoom400: [360, 225],
};
const VIEWS = ["training", "diagram", "maps", "errors"];

const sized = (page, [width, height]) => page.setViewportSize({ width, height });

/** What the focus is on, and how much of it is covered by the bar or out of the window. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const bar = document.querySelector(".bottom").getBoundingClientRect();
    const { top, bottom, left, right, height } = element.getBoundingClientRect();
    const inBar = element.closest(".bottom, dialog, .skip") !== null;
    // A plot or a table may be higher than a low window.
    const seen = Math.min(bottom, inBar ? innerHeight : bar.top) - Math.max(top, 0);
    return {
      name: `${element.tagName} ${element.id} ${element.className} ${element.getAttribute("aria-label") ?? ""}`,
      covered: seen < Math.min(height, 24) - 1 || right <= 0 || left >= innerWidth,
      at: [Math.round(top), Math.round(bottom), Math.round(bar.top)],
    };
  });

async function covered(page) {
  const found = [];
  const seen = new Set();
  await page.evaluate(() => {
    document.querySelector(".skip").focus();
    scrollTo(0, 0);
  });
  for (let stop = 0; stop < 150; stop++) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (at === null) break;
    seen.add(at.name);
    if (at.covered) found.push(`${at.name} ${at.at.join(" ")}`);
  }
  assert.ok(seen.size > 10, `${seen.size} stops`);
  return found;
}

test("no stop of Tab is under the bar, in any view and window", { timeout: 600_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  await ready(page);
  await page.keyboard.press("t");
  for (const [name, size] of Object.entries(WINDOWS)) {
    await sized(page, size);
    for (const view of name === "desktop" ? VIEWS : ["training", "maps"]) {
      await page.evaluate((view) => document.querySelector("receptive-app").intend({ type: "show_view", view }), view);
      await until(page, (state, view) => state.view === view, 10_000, view);
      // What comes later would move what has the focus.
      if (view === "errors") await until(page, (state) => state.mistakes.predictions !== null, 60_000);
      await page.waitForTimeout(500);
      assert.deepEqual(await covered(page), [], `${name}, ${view}`);
    }
  }
  assert.deepEqual(page.problems, []);
});

test("Run is among the first stops of Tab, and the first link leads to it", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  await until(page, (state) => state.run.metrics !== null, 60_000);
  await page.reload();
  await ready(page);
  let stops = 0;
  do {
    await page.keyboard.press("Tab");
    stops++;
  } while (stops < 40 && !(await page.evaluate(() => document.activeElement?.id === "run")));
  assert.ok(stops <= 12, `${stops} stops`);
});

test("at 400 %, at 200 %, on its side and in a frame, at least half of the window is content", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=ru");
  await ready(page);
  for (const name of ["zoom400", "zoom200", "sideways", "frame", "phone"]) {
    await sized(page, WINDOWS[name]);
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForTimeout(200);
    const [content, height, width] = await page.evaluate(() => {
      const main = document.querySelector(".columns").getBoundingClientRect();
      const bar = document.querySelector(".bottom").getBoundingClientRect();
      return [Math.min(bar.top, main.bottom) - Math.max(0, main.top), innerHeight, document.documentElement.scrollWidth];
    });
    assert.ok(content >= height / 2, `${name}: ${content} of ${height}`);
    assert.ok(width <= WINDOWS[name][0], `${name}: ${width} wide`);
  }
});

test("rows of tabs have no scrollbars", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=ru");
  await ready(page);
  for (const size of Object.values(WINDOWS)) {
    await sized(page, size);
    const bars = await page.evaluate(
      () =>
        [...document.querySelectorAll(".tabs")].filter(
          (tabs) => tabs.offsetHeight - tabs.clientHeight > 1 || tabs.offsetWidth > tabs.clientWidth,
        ).length,
    );
    assert.equal(bars, 0, size.join("x"));
  }
});

test("a link to a view opens that view on a phone, and Train leads to the curves", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en#view=maps", { viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });
  await ready(page);
  await page.waitForSelector('receptive-app[pane="look"]');
  await page.locator("map-grid canvas").waitFor();
  assert.ok(await page.locator("#views-maps").isVisible());
  await page.locator(".panes button").nth(1).tap();
  assert.ok(await page.locator("metric-chart").first().isVisible());
  assert.deepEqual(page.problems, []);
});

test("the bar keeps its height on a phone when training begins", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=ru", { viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });
  await ready(page);
  await until(page, (state) => state.data.images.train === state.data.totals.train, 60_000);
  const height = () => page.evaluate(() => document.querySelector(".bottom").offsetHeight);
  const before = await height();
  await page.tap(".run");
  await until(page, (state) => state.run.metrics?.step > 30, 60_000);
  assert.equal(await height(), before);
});

test("no target is under 24 px, of fingers none under 32 px in the bar and the tools", { timeout: 240_000 }, async () => {
  const small = (page, least) =>
    page.evaluate((least) => {
      const shown = [...document.querySelectorAll("button, select, input:not([type=file]), summary, [role=tab], [role=button]")].filter(
        (one) => one.checkVisibility({ visibilityProperty: true }) && one.closest(".visually-hidden") === null && one.offsetWidth > 2,
      );
      return shown
        .map((one) => [one, (one.matches(".term") ? one : (one.closest("label") ?? one)).getBoundingClientRect()])
        .filter(([one, { height }]) => height < (one.closest(".bottom, .chart-tools, .look-tools") ? least : 24) - 0.1)
        .map(([one, { height }]) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)} ${Math.round(height)}`);
    }, least);
  for (const [least, options] of [
    [24, {}],
    [32, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ]) {
    const page = await site.open("?backend=cpu&lang=en", options);
    await ready(page);
    await page.keyboard.press("t");
    for (const view of VIEWS) {
      await page.evaluate((view) => document.querySelector("receptive-app").intend({ type: "show_view", view }), view);
      await page.waitForTimeout(600);
      assert.deepEqual(await small(page, least), [], `${view}, ${least}`);
    }
    await page.context().close();
  }
});
