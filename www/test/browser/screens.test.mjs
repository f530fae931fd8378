// Every screen there is, at every size: nothing wider than the window, and in both themes nothing for axe to find.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { prepare, SCREENS, tour } from "../support/screens.mjs";
import { openSite, ready, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** What reaches beyond the window's edge. */
const tooWide = (page) =>
  page.evaluate(() => {
    const { scrollWidth } = document.documentElement;
    return scrollWidth <= innerWidth ? [] : [`${scrollWidth} wide in ${innerWidth}`];
  });

// Whoever is wider than 1440 sees the same columns: such a window is tried in the same visit. axe finds at 1024 what it finds at 1440.
for (const [lang, options, { axe = false, wider = null }] of [
  ["en", { viewport: { width: 1440, height: 900 } }, { axe: true, wider: { width: 2560, height: 1400 } }],
  ["ru", phone, { axe: true }],
  ["ru", { viewport: { width: 1024, height: 768 } }, {}],
]) {
  test(`all screens, ${lang}, ${[options.viewport, wider].flatMap((window) => window?.width ?? []).join(" and ")} wide: nothing is too wide${axe ? ", and axe finds nothing in either theme" : ""}`, {
    timeout: 600_000,
  }, async (t) => {
    const page = await site.open(`?backend=cpu&lang=${lang}`, { ...options, reducedMotion: "reduce" });
    await ready(page);
    await prepare(page, 60);
    const wrong = [];
    const see = async (screen) => {
      wrong.push(...[...(axe ? await violationsInBothThemes(page) : []), ...(await tooWide(page))].map((found) => `${screen}, ${found}`));
      if (!wider) return;
      await page.setViewportSize(wider);
      wrong.push(...(await tooWide(page)).map((found) => `${screen}, ${found}`));
      await page.setViewportSize(options.viewport);
    };
    const [running, ...others] = SCREENS;
    await tour(page, see, [running]);
    // The others are the same in a run that rests, and axe takes a third of the time.
    await page.click(".run");
    await until(page, (state) => state.run.phase === "paused");
    await tour(page, see, others);
    await page.goto(new URL(`operators/${lang}.html`, page.url()).href);
    await see("operators");
    assert.deepEqual(wrong, []);
    assert.deepEqual(page.problems, []);
    t.diagnostic(`${SCREENS.length + 1} screens`);
  });
}
