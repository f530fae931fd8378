// The built page on a small static server under a sub-path, and a browser that notes whatever should not happen.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, afterEach, beforeEach } from "node:test";
import { fileURLToPath } from "node:url";

import { launch } from "../../tools/browser.mjs";
import { serve } from "../../tools/static-server.mjs";

const www = fileURLToPath(new URL("../../", import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What the test under way has opened. Afterwards it is closed: pages that train go on in the background, and the next test would share the cores with them. */
const opened = new Set();
const sites = new Set();
let testing = false;
// Other scripts than tests open pages too.
if (process.env.NODE_TEST_CONTEXT) {
  beforeEach(() => {
    testing = true;
  });
  // A test that fails does not come to close what it has opened, and a browser that is left would keep its file of tests from ending.
  after(() => Promise.all([...sites].map((site) => site.close())));
  afterEach(async () => {
    testing = false;
    // One whose browser the test has closed itself is gone already.
    await Promise.all([...opened].map((context) => context.close().catch(() => {})));
    opened.clear();
  });
}

/** A course's page lies somewhere below its host; nothing may depend on where. */
const PATH = "/course/receptive/";

/**
 * Serves `dist` (the built page unless said otherwise) and starts a browser. `open(query, options)` gives a page (`unanswered`: addresses that are never
 * answered; `before`: code to run before a script of the page); `close()` ends everything. With `isolated`, the server sends what isolates pages from others; `headers` are sent with every file of `dist`, `flags` are the browser's.
 * Each page carries `problems`: console errors, exceptions and requests to other hosts.
 */
export async function openSite({
  dist = process.env.RECEPTIVE_DIST ?? join(www, "../dist"),
  isolated = false,
  headers = {},
  flags = [],
} = {}) {
  if (!existsSync(join(dist, "index.html"))) throw new Error(`${dist} has no index.html: run \`cargo xtask build\``);
  const server = await serve({ [PATH]: dist, "/host/": join(www, "test/browser/host") }, { isolated, headers: { [PATH]: headers } });
  const browser = await launch(flags);
  const address = `${server.origin}${PATH}`;

  async function open(query = "", { path = null, expected = [], unanswered = null, before = {}, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US", ...options });
    if (testing) opened.add(context);
    if (unanswered) await context.route(unanswered, () => {});
    for (const [script, code] of Object.entries(before)) {
      await context.route(`**/${script}`, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: `${code}\n${await response.text()}` });
      });
    }
    const page = await context.newPage();
    const problems = [];
    const note = (text) => {
      if (!expected.some((pattern) => pattern.test(text))) problems.push(text);
    };
    page.on("console", (message) => message.type() === "error" && note(`console: ${message.text()}`));
    page.on("pageerror", (error) => note(`exception: ${error.message}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (/^https?:$/u.test(url.protocol) && url.host !== new URL(server.origin).host) note(`request to ${url.host}`);
    });
    await page.addInitScript(() => {
      globalThis.longTasks = [];
      new PerformanceObserver((list) => {
        for (const { duration, startTime } of list.getEntries()) globalThis.longTasks.push({ duration, startTime });
      }).observe({ type: "longtask", buffered: true });
    });
    await page.goto(path ? `${server.origin}${path}` : `${address}${query}`);
    return Object.assign(page, { problems });
  }

  const site = {
    open,
    origin: server.origin,
    sent: server.sent,
    close: async () => {
      if (!sites.delete(site)) return;
      await browser.close();
      await server.close();
    },
  };
  sites.add(site);
  return site;
}

/** Waits until `test`, which runs in the page, is true there. Playwright's own waiting evaluates texts, which a page's policy may forbid. */
export async function eventually(page, test, argument = undefined, timeout = 60_000) {
  const expression = `Boolean((${test})(${JSON.stringify(argument)}))`;
  const end = performance.now() + timeout;
  // A page that is being left for another has no answer yet.
  const ask = () =>
    page.evaluate(expression).catch((thrown) => (/context was destroyed|navigat/iu.test(String(thrown)) ? false : Promise.reject(thrown)));
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`not within ${timeout} ms: ${test} with ${JSON.stringify(argument)}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** Waits until the page's state is as wanted; `test` gets the state. */
export function until(page, test, timeout = 60_000, argument = undefined) {
  const read = 'document.querySelector("receptive-app")?.state';
  return eventually(page, `(argument) => ${read} && (${test})(${read}, argument)`, argument, timeout);
}

export const state = (page, read) => page.evaluate(`(${read})(document.querySelector("receptive-app").state)`);

/** Waits until what the selector finds says this: the words of a notice come with a script of their own, a moment after it. */
export const says = (page, selector, text) => page.locator(selector).filter({ hasText: text }).first().waitFor();

/** The network is there and at least the first images and the test set are. */
export const ready = (page) =>
  until(page, (state) => state.network !== null && state.data.images.train > 0 && state.data.images.test > 0, 120_000);

/** Opens files of images as the help offers it. The dialog's script fills it before it is shown, and whoever chooses files sees it. */
export async function openOwnFiles(page, files) {
  await page.click(".help-button");
  await page.locator(".help[open]").waitFor();
  await page.setInputFiles(".help input[type=file]", files);
}

/**
 * Waits for what passes by itself: results are dimmed until the network on show is compiled, and a transition mixes colours. What stays for seconds is no
 * such thing, and axe sees it.
 */
async function settled(page) {
  await eventually(page, () => document.querySelector(".behind") === null, undefined, 5000).catch(() => {});
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
    await Promise.all(ending.map(({ finished }) => finished.catch(() => {})));
  });
}

/** axe's violations, one line each; of `rules` only, where some are given. */
export async function violations(page, rules = null) {
  await page.evaluate(axeSource);
  await settled(page);
  const options = { resultTypes: ["violations"], ...(rules ? { runOnly: { type: "rule", values: rules } } : {}) };
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.replaceAll("\n", " ")}`),
  );
}

/** axe's rules that look at colours. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** axe's violations in both themes, one line each. All rules but those of colours see the same in both. */
export async function violationsInBothThemes(page) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await violations(page, colorScheme === "dark" ? COLOURS : null)).map((violation) => `${colorScheme}: ${violation}`));
  }
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}
