// Writes docs/screenshots/*.png: every screen of the real page, light and dark, as it trains. `npm run screenshots`, after `cargo xtask build`.
// `node test/browser/screenshots.mjs FOLDER WIDTH HEIGHT THEME LANGUAGE` writes those of one size, theme and language.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { prepare, SCREENS, tour } from "../support/screens.mjs";
import { openSite, ready } from "../support/site.mjs";

const [folder = fileURLToPath(new URL("../../../docs/screenshots/", import.meta.url)), width, height, theme, language] =
  process.argv.slice(2);
const desktop = { viewport: { width: 1440, height: 940 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const VISITS = width
  ? [
      {
        name: `${width}-${theme}-${language}-`,
        colorScheme: theme,
        lang: language,
        ...(Number(width) > 640 ? { viewport: { width: Number(width), height: Number(height) } } : { ...phone, deviceScaleFactor: 1 }),
      },
    ]
  : [
      { name: "", end: "-light-en", lang: "en", colorScheme: "light", ...desktop },
      { name: "", end: "-dark-ru", lang: "ru", colorScheme: "dark", ...desktop },
      {
        name: "tablet-",
        end: "-light-ru",
        lang: "ru",
        colorScheme: "light",
        viewport: { width: 1024, height: 768 },
        screens: ["training"],
      },
      {
        name: "phone-",
        end: "-light-ru",
        lang: "ru",
        colorScheme: "light",
        ...phone,
        screens: ["training", "network", "diagram", "maps", "try"],
      },
      {
        name: "phone-",
        end: "-dark-en",
        lang: "en",
        colorScheme: "dark",
        ...phone,
        screens: ["training", "network", "diagram", "maps", "try"],
      },
    ];

/** The page check/ with LeNet-5 on all backends. */
async function checked(page, lang) {
  await page.goto(new URL(`../check/index.html?lang=${lang}`, page.url()).href);
  await page.locator(".check-run:enabled").click();
  await page.waitForFunction(() => document.querySelector("check-page").activity.kind === "done", null, { timeout: 240_000 });
}

await mkdir(folder, { recursive: true });
const site = await openSite();
try {
  for (const { name, end = "", lang, screens = SCREENS, ...options } of VISITS) {
    const page = await site.open(`?backend=cpu&lang=${lang}`, options);
    await ready(page);
    await prepare(page, 500);
    const shoot = async (screen) => {
      await page.evaluate(
        () =>
          document.activeElement?.matches("button, input, select") &&
          !document.querySelector("dialog[open], [role=menu]:not([hidden])") &&
          document.activeElement.blur(),
      );
      await page.screenshot({ path: join(folder, `${name}${screen}${end}.png`) });
      console.log(`${name}${screen}${end}.png`);
    };
    await tour(page, shoot, screens);
    if (screens === SCREENS) {
      await page.goto(new URL(`operators/${lang}.html#conv2d`, page.url()).href);
      await shoot("operators");
      await checked(page, lang);
      await shoot("check");
    }
    if (page.problems.length > 0) console.error(page.problems.join("\n"));
    await page.context().close();
  }
} finally {
  await site.close();
}
