// High contrast: what colours, tints and shadows tell elsewhere is told by the system's colours.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, until } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const styleOf = (page, selector, property) =>
  page
    .locator(selector)
    .first()
    .evaluate((element, property) => getComputedStyle(element)[property], property);

/** How many pixels of a picture have each of these colours. */
const pixels = (page, selector, tokens) =>
  page
    .locator(selector)
    .first()
    .evaluate((canvas, tokens) => {
      const probe = document.body.appendChild(document.createElement("span"));
      const wanted = tokens.map((token) => {
        probe.style.color = token;
        return getComputedStyle(probe).color.match(/\d+/gu).slice(0, 3).map(Number);
      });
      probe.remove();
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return wanted.map((colour) => {
        let count = 0;
        for (let at = 0; at < data.length; at += 4)
          if (data[at + 3] > 250 && colour.every((value, i) => Math.abs(data[at + i] - value) < 3)) count++;
        return count;
      });
    }, tokens);

for (const colorScheme of ["dark", "light"]) {
  test(`forced colours, ${colorScheme}: curves, tabs, selection, progress and shares are told apart`, { timeout: 240_000 }, async () => {
    const page = await site.open("?backend=cpu&lang=en", { forcedColors: "active", colorScheme });
    await ready(page);
    await page.click(".run");
    await until(page, (state) => state.run.history.test.points.length > 1 && state.run.metrics.step > 200, 180_000);
    await page.click(".run");
    await until(page, (state) => state.run.phase === "paused");

    await page.locator("metric-chart canvas").first().waitFor();
    const [train, test] = await pixels(page, "metric-chart canvas", ["CanvasText", "LinkText"]);
    assert.ok(train > 100 && test > 50, `${train} pixels of the training curve, ${test} of the test curve`);
    assert.equal(
      await page
        .locator(".readout .test dt")
        .first()
        .evaluate((dt) => getComputedStyle(dt, "::before").borderTopStyle),
      "dashed",
    );

    const selected = await styleOf(page, '.tabs [aria-selected="true"]', "backgroundColor");
    assert.notEqual(selected, await styleOf(page, '.tabs [aria-selected="false"]', "backgroundColor"));
    assert.notEqual(
      await styleOf(page, '.tabs [aria-selected="true"]', "borderBottomColor"),
      await styleOf(page, '.tabs [aria-selected="false"]', "borderBottomColor"),
    );
    assert.equal(selected, await styleOf(page, '.language[aria-pressed="true"]', "backgroundColor"));
    assert.notEqual(await styleOf(page, ".bar > span", "backgroundColor"), await styleOf(page, ".bar", "backgroundColor"));
    await page.locator("[role=treeitem]").nth(1).click();
    assert.equal(await styleOf(page, '.row[aria-selected="true"] > .row-line', "backgroundColor"), selected);

    await page.click("#views-errors");
    await until(page, (state) => state.mistakes.predictions !== null, 120_000);
    const shades = await page
      .locator(".confusion td.hit")
      .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).backgroundColor));
    const empty = await page
      .locator(".confusion td.miss")
      .evaluateAll((cells) => cells.filter((cell) => cell.textContent === "").map((cell) => getComputedStyle(cell).backgroundColor));
    assert.ok(
      shades.some((shade) => !empty.includes(shade)),
      `${shades} against ${empty[0]}`,
    );
    const pressed = page.locator(".matrix-head .toggle");
    assert.notEqual(
      await pressed.nth(0).evaluate((one) => getComputedStyle(one).backgroundColor),
      await pressed.nth(1).evaluate((one) => getComputedStyle(one).backgroundColor),
    );

    // Ink on the pad is dark on light, whatever the system's paper is.
    await page.keyboard.press("t");
    await until(page, (state) => state.trying.probabilities !== null);
    assert.equal(await styleOf(page, "digit-pad", "backgroundColor"), "rgb(255, 255, 255)");
    assert.equal(await styleOf(page, ".pad", "filter"), "invert(0)");
    assert.deepEqual(page.problems, []);
  });
}
