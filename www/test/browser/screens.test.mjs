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

/** Texts that are cut off at the side: by a box that hides what reaches beyond it, or by a choice that is too narrow for what is chosen in it. */
const cutOff = (page) =>
  page.evaluate(() => {
    const ARROW = 20;
    const found = [];
    const pen = document.createElement("canvas").getContext("2d");
    const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    for (const field of document.querySelectorAll("select")) {
      const { font, paddingLeft, paddingRight } = getComputedStyle(field);
      pen.font = font;
      const text = field.selectedOptions[0]?.textContent.trim() ?? "";
      const room = field.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight) - ARROW;
      if (shown(field) && pen.measureText(text).width > room + ARROW / 2) found.push(`choice ${text}`);
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const holder = node.parentElement;
      if (
        node.textContent.trim() === "" ||
        !shown(holder) ||
        holder.closest(".visually-hidden, svg, select, textarea, math, script, style")
      )
        continue;
      range.selectNodeContents(node);
      const { left, right, width } = range.getBoundingClientRect();
      if (width === 0) continue;
      for (let box = holder; box && box !== document.body; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box);
        const edge = box.getBoundingClientRect();
        // What can be scrolled to is not cut off, nor is what only a screen reader gets.
        if (overflowX === "auto" || overflowX === "scroll" || edge.width <= 2) break;
        if ((overflowX === "hidden" || overflowX === "clip") && (left < edge.left - 1 || right > edge.right + 1)) {
          found.push(`${node.textContent.trim().slice(0, 60)} (${box.className || box.localName}, ${Math.round(right - edge.right)} px)`);
          break;
        }
      }
    }
    return [...new Set(found)];
  });

/** The same in the other language, and then in this one again. */
async function inOther(page, lang, look) {
  const speak = async (language) => {
    await page.evaluate((language) => document.querySelector("receptive-app").intend({ type: "choose_language", language }), language);
    await page.waitForFunction((language) => document.documentElement.lang === language, language);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  };
  await speak(lang === "en" ? "ru" : "en");
  const found = await look();
  await speak(lang);
  return found;
}

// Whoever is wider than 1440 sees the same columns: such a window is tried in the same visit. axe finds at 1024 what it finds at 1440.
for (const [lang, options, { axe = false, wider = null }] of [
  ["en", { viewport: { width: 1440, height: 900 } }, { axe: true, wider: { width: 2560, height: 1400 } }],
  ["ru", phone, { axe: true }],
  ["ru", { viewport: { width: 1024, height: 768 } }, {}],
]) {
  test(`all screens, ${lang}, ${[options.viewport, wider].flatMap((window) => window?.width ?? []).join(" and ")} wide: nothing is too wide or cut off in either language${axe ? ", and axe finds nothing in either theme" : ""}`, {
    timeout: 600_000,
  }, async (t) => {
    const page = await site.open(`?backend=cpu&lang=${lang}`, { ...options, reducedMotion: "reduce" });
    await ready(page);
    await prepare(page, 60);
    const wrong = [];
    const cut = (text) => `cut off: ${text}`;
    const see = async (screen) => {
      const found = [...(axe ? await violationsInBothThemes(page) : []), ...(await tooWide(page)), ...(await cutOff(page)).map(cut)];
      if (screen !== "operators") found.push(...(await inOther(page, lang, () => cutOff(page))).map(cut));
      if (wider) {
        await page.setViewportSize(wider);
        found.push(...[...(await tooWide(page)), ...(await cutOff(page)).map(cut)].map((one) => `${wider.width}: ${one}`));
        await page.setViewportSize(options.viewport);
      }
      wrong.push(...found.map((one) => `${screen}, ${one}`));
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
