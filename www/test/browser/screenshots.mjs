// Writes docs/screenshots/*.png from the real page while it trains. `npm run screenshots`, after `cargo xtask build`.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { openSite, ready, until } from "../support/site.mjs";

const folder = fileURLToPath(new URL("../../../docs/screenshots/", import.meta.url));
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const desktop = { viewport: { width: 1440, height: 940 } };
const views = ["diagram", "maps", "errors"].flatMap((view) => [
  { name: `${view}-light-en`, lang: "en", view, options: { ...desktop, colorScheme: "light" } },
  { name: `${view}-dark-ru`, lang: "ru", view, options: { ...desktop, colorScheme: "dark" } },
]);
const shots = [
  ...views,
  { name: "desktop-light-en", lang: "en", options: { viewport: { width: 1440, height: 940 }, colorScheme: "light" } },
  { name: "desktop-dark-ru", lang: "ru", options: { viewport: { width: 1440, height: 940 }, colorScheme: "dark" } },
  { name: "tablet-light-ru", lang: "ru", options: { viewport: { width: 1024, height: 768 }, colorScheme: "light" } },
  { name: "phone-train-light-en", lang: "en", options: { ...phone, colorScheme: "light" } },
  { name: "phone-try-dark-ru", lang: "ru", pane: 4, options: { ...phone, colorScheme: "dark" } },
];

await mkdir(folder, { recursive: true });
const site = await openSite();
try {
  for (const { name, lang, pane, view, options } of shots) {
    const page = await site.open(`?backend=cpu&lang=${lang}`, options);
    await ready(page);
    await page.click(".run");
    await until(page, (state) => state.run.evaluation !== null && state.run.metrics?.step > 700, 180_000);
    if (pane) await page.click(`.panes button:nth-child(${pane})`);
    await page.keyboard.press("t");
    await until(page, (state) => state.trying.probabilities !== null);
    if (view) {
      await page.click(`#views-${view}`);
      await until(page, (state, view) => view === "diagram" || (view === "maps" ? state.look.answer !== null : state.mistakes.predictions !== null), 60_000, view);
      await page.waitForTimeout(1500);
    }
    await page.evaluate(() => document.activeElement?.blur());
    await page.mouse.move(0, 0);
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(`docs/screenshots/${name}.png`);
    await page.context().close();
  }
} finally {
  await site.close();
}
