// The page check/: one batch on every backend. The engine is the real one, and WebGPU is a program in the browser of the tests.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, violations } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const BACKENDS = ["scalar", "simd", "webgpu"];
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const open = (query, options) => site.open(`check/${query}`, { reducedMotion: "reduce", ...options });
/** What the element holds: `read` runs in the page and gets it. */
const read = (page, source) =>
  page.evaluate((source) => new Function("page", `return (${source})(page)`)(document.querySelector("check-page")), source.toString());
const until = (page, source, timeout = 60_000) =>
  page.waitForFunction(
    (source) => new Function("page", `return (${source})(page)`)(document.querySelector("check-page")),
    source.toString(),
    { timeout },
  );
const loaded = (page) => until(page, (page) => page?.activity.kind === "idle");

const HEADINGS = { en: /Do they agree/u, ru: /Совпадают ли/u };

for (const [lang, colorScheme] of [
  ["en", "light"],
  ["ru", "dark"],
]) {
  test(`by keyboard: LeNet-5 on all backends, in ${lang}, ${colorScheme}`, { timeout: 240_000 }, async () => {
    const page = await open(`?lang=${lang}`, { colorScheme });
    await loaded(page);
    assert.deepEqual(await violations(page), []);
    await page.locator(".check-run").focus();
    await page.keyboard.press("Enter");
    await page.locator(".check-stop").waitFor();
    await until(page, (page) => page.activity.kind === "done" || page.activity.kind === "failed", 200_000);
    assert.equal(await read(page, (page) => page.activity.kind), "done");

    const results = await read(page, (page) =>
      page.results.map(({ id, error, loss, differences, batch, steps, times, status }) => ({
        id,
        error,
        loss,
        differences,
        batch,
        steps,
        times,
        software: status?.software,
      })),
    );
    assert.deepEqual(
      results.map(({ id }) => id),
      BACKENDS,
    );
    for (const { id, error, loss, differences, batch, steps, times } of results) {
      assert.equal(error, null, id);
      assert.ok(Math.abs(loss - Math.log(10)) < 0.3, `${id}: an untrained network guesses, loss ${loss}`);
      assert.equal(differences.length, 12, `${id}: loss, logits, and ten gradients`);
      for (const { name, largest, magnitude, used, passes } of differences) {
        assert.ok(magnitude > 0 && largest < 1e-4 * magnitude, `${id} ${name}: ${largest} of ${magnitude}`);
        // The scalar kernels are the reference; of them it is said how far they are from double precision.
        if (id !== "scalar") assert.ok(passes && used <= 1, `${id} ${name}: ${used} of what is allowed`);
      }
      assert.ok(
        differences.some(({ largest }) => largest > 0),
        `${id}: another precision, or another order of summation, rounds otherwise`,
      );
      assert.ok(batch.ms > 0 && batch.samples > 0, id);
      assert.equal(times.length, steps.length, id);
      for (const [place, { ms }] of times.entries()) assert.ok(ms > 0, `${id}: ${steps[place].kernel} took ${ms} ms`);
      for (const node of ["conv1", "pool1", "conv2", "pool2", "fc1", "fc2", "fc3"]) {
        for (const backward of [false, true])
          assert.ok(
            steps.some((step) => step.node === node && step.backward === backward),
            `${id}: ${node}`,
          );
      }
    }
    assert.equal(results[2].software, true);

    assert.match(await page.locator("h2").first().textContent(), HEADINGS[lang]);
    assert.deepEqual(await page.locator(".check-card").evaluateAll((cards) => cards.map((card) => card.dataset.passes)), [
      undefined,
      "true",
      "true",
    ]);
    for (const rate of await page.locator(".check-rate").allTextContents())
      assert.match(rate, lang === "ru" ? /^\s*\d[\d\s,]* изобр\.\/с/u : /^\s*\d[\d,.]* images\/s/u);
    const program = lang === "ru" ? /исполняет программа/u : /run by a program/u;
    assert.match(await page.locator('[data-backend="webgpu"]').textContent(), program);

    const names = () => page.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.dataset.node));
    const order = await names();
    assert.deepEqual([order[0], order[1], order.at(-1)], ["input", "conv1", "metrics"]);
    // A layer that was folded into the one before says so.
    assert.equal(await page.locator('tr[data-node="relu1"] .folded').count(), 1);
    await page.locator('th[data-of="simd"] .check-sort').first().click();
    const slowest = await names();
    assert.notDeepEqual(slowest, order);
    assert.deepEqual([...slowest].sort(), [...order].sort());
    assert.equal(await page.locator('th[aria-sort="descending"]').count(), 1);
    await page.locator("thead .check-sort").first().click();
    assert.deepEqual(await names(), order);

    assert.deepEqual(await violations(page), []);
    await page.setViewportSize(phone.viewport);
    assert.deepEqual(await violations(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), phone.viewport.width, "nothing is wider than a phone");
    await page.locator(".check-shown button").first().click();
    assert.ok(await page.locator('td[data-of="scalar"]').first().isVisible());
    assert.ok(!(await page.locator('td[data-of="simd"]').first().isVisible()));
    assert.match(page.url(), /[?&]preset=lenet5&batch=16/u);
    assert.deepEqual(page.problems, []);
  });
}

test("on a phone: it stops at once, goes on with another network, and the address names it", { timeout: 120_000 }, async () => {
  const page = await open("?lang=en&preset=resnet20&batch=64", phone);
  await loaded(page);
  assert.deepEqual(await page.locator("select").evaluateAll((selects) => selects.map(({ value }) => value)), ["resnet20", "64"]);
  await page.locator(".check-run").click();
  await until(page, (page) => page.activity.stage?.at === "exact");
  await page.locator(".check-stop").click();
  await page.getByText("Stopped.").waitFor();
  await page.locator("select[name=preset]").selectOption("lenet5");
  await page.locator("select[name=batch]").selectOption("16");
  await page.locator(".check-run").click();
  await until(page, (page) => page.results.some(({ batch }) => batch !== null));
  await page.locator(".check-stop").click();
  await page.getByText("Stopped.").waitFor();
  assert.match(await page.locator('[data-backend="scalar"] .check-rate').textContent(), /images\/s/u);
  assert.match(page.url(), /preset=lenet5&batch=16/u);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.problems, []);
});

test("a browser without WebGPU says so, and the others are measured", { timeout: 120_000 }, async () => {
  const page = await open("?lang=en", { before: { "check-worker.js": "Object.defineProperty(navigator, 'gpu', { value: undefined });" } });
  await loaded(page);
  await page.locator(".check-run").click();
  await until(page, (page) => page.activity.kind === "done", 100_000);
  assert.match(await page.locator('[data-backend="webgpu"]').textContent(), /Not in this browser: .*WebGPU/su);
  assert.equal(await page.locator('thead th[scope="colgroup"]').count(), 2);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.problems, []);
});

test("images that do not come are named", { timeout: 60_000 }, async () => {
  const page = await open("?lang=en", { expected: [/404/u] });
  await page.context().route("**/data/manifest.json", (route) => route.fulfill({ status: 404, body: "" }));
  await loaded(page);
  await page.locator(".check-run").click();
  await page.locator(".check-failed", { hasText: "manifest.json" }).waitFor();
  assert.deepEqual(page.problems, []);
});

test("the help of the trainer leads here, and here leads back", { timeout: 60_000 }, async () => {
  const page = await site.open("?lang=ru");
  await page.locator(".help-button").click();
  const link = page.locator("help-dialog a");
  await link.waitFor();
  assert.match(await link.getAttribute("href"), /^check\/index\.html\?lang=ru$/u);
  const [opened] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
  await opened.getByRole("heading", { level: 1, name: "Один батч" }).waitFor();
  assert.match(await opened.locator("header a").first().getAttribute("href"), /^\.\.\/\?lang=ru$/u);
  assert.deepEqual(page.problems, []);
});
