// Every screen there is, in both themes and at every size: nothing for axe to find, nothing wider than the window.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SCREENS, prepare, tour } from "../support/screens.mjs";
import { openSite, ready, violations } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

/** axe's rules that look at colours. */
const COLOURS = ["color-contrast", "link-in-text-block"];

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** What reaches beyond the window's edge. */
const tooWide = (page) =>
  page.evaluate(() => {
    const { scrollWidth } = document.documentElement;
    return scrollWidth <= innerWidth ? [] : [`${scrollWidth} wide in ${innerWidth}`];
  });

for (const [lang, options] of [
  ["en", { viewport: { width: 1440, height: 900 } }],
  ["ru", phone],
  ["ru", { viewport: { width: 1024, height: 768 } }],
  ["en", { viewport: { width: 2560, height: 1400 } }],
]) {
  test(`all screens, ${lang}, ${options.viewport.width} wide: axe finds nothing in either theme, and nothing is too wide`, { timeout: 600_000 }, async (t) => {
    const page = await site.open(`?backend=cpu&lang=${lang}`, { ...options, reducedMotion: "reduce" });
    await ready(page);
    await prepare(page, 60);
    const wrong = [];
    const see = async (screen) => {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        // All rules but those of colours see the same in both themes.
        wrong.push(...[...(await violations(page, colorScheme === "dark" ? COLOURS : null)), ...(await tooWide(page))].map((found) => `${screen}, ${colorScheme}: ${found}`));
      }
    };
    await tour(page, see);
    await page.goto(new URL(`operators/${lang}.html`, page.url()).href);
    await see("operators");
    assert.deepEqual(wrong, []);
    assert.deepEqual(page.problems, []);
    t.diagnostic(`${SCREENS.length + 1} screens`);
  });
}
