// Starts the headless browser that `cargo xtask` found (CHROMIUM_PATH), with a WebGPU adapter that needs no GPU.
import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

/** The same as in webdriver.json at the project's root. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/** Where a browser usually is, for a script that is started by hand. */
const USUAL = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

export function browserPath() {
  const path = process.env.CHROMIUM_PATH ?? USUAL.find((path) => existsSync(path));
  if (!path) throw new Error("no Chromium found: set CHROMIUM_PATH, or run `cargo xtask setup`");
  return path;
}

/** @returns {Promise<import("playwright-core").Browser>} */
export function launch(extraFlags = []) {
  return chromium.launch({ executablePath: browserPath(), args: [...FLAGS, ...extraFlags] });
}

/** Opens `url` in a new page whose console errors and crashes go to standard error. */
export async function open(browser, url) {
  const page = await browser.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") console.error(`browser ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => console.error(`browser error: ${error.message}`));
  await page.goto(url);
  return page;
}
