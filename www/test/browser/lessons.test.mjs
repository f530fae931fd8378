// Lessons: the first one as a student would do it, what outlives a reload, both languages, a phone, a low frame, and lessons that cannot be read.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violations, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const done = (page, name = "lenet") =>
  page.evaluate((name) => {
    const { lessons } = document.querySelector("receptive-app").state.lessons.progress;
    return Object.entries(lessons[name]?.steps ?? {}).flatMap(([id, step]) => (step.done ? [id] : []));
  }, name);
const next = (page) => page.locator(".lesson-foot button").last();
const step = (page, id) => until(page, ({ lessons }, id) => lessons?.open?.lesson.steps[lessons.open.at].id === id, 60_000, id);
const check = (page, text) => page.locator(".lesson-checks li").filter({ hasText: text });
const layers = (page) => state(page, ({ document }) => document.present.spec.layers.map(({ name }) => name));

test("lesson 1 as a student does it, by mouse and keyboard; a reload keeps what is done", async () => {
  const page = await site.open();
  await ready(page);
  assert.ok(!site.sent.some((file) => /lessons\/[\w-]+\.json$/u.test(file)), "nothing of lessons is fetched before they are asked for");
  await page.locator("#views-lessons").click();
  await page.locator(".lesson-entry").first().waitFor();
  assert.equal(await page.locator(".lesson-entry").count(), 10);
  const seen = await violationsInBothThemes(page);
  await page.locator(".lesson-entry").first().press("Enter");
  await step(page, "layers");
  assert.equal(await page.locator("receptive-app").getAttribute("data-lesson-mark"), "outline");
  assert.match(page.url(), /lesson=lenet\.layers/u);

  // Reading, then a number: a wrong one says how far it is.
  await next(page).click();
  await step(page, "parameters");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "lesson-title");
  await page.locator(".lesson-number-field input").fill("2400");
  await page.locator(".lesson-number-field input").press("Enter");
  await page.getByText("2400 is 0.7% too little.").waitFor();
  assert.deepEqual(await done(page), ["layers"]);
  assert.equal(await page.locator(".lesson .formula math").count(), 1);
  await page.getByRole("button", { name: "Hint 1 of 3" }).press("Enter");
  await page.getByRole("button", { name: "Hint 2 of 3" }).waitFor();
  await page.locator(".lesson-number-field input").fill("2,416");
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator(".lesson-verdict.right").waitFor();

  // Options by keyboard.
  await next(page).press("Enter");
  await step(page, "where");
  await page.locator(".lesson-option input").first().focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Check" }).press("Enter");
  await page.getByText("No. Look again, or take a hint.").waitFor();
  await page.locator(".lesson-option input").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.getByRole("button", { name: "Check" }).press("Enter");
  await page.locator(".lesson-verdict.right").waitFor();
  assert.deepEqual(await done(page), ["layers", "parameters", "where"]);
  seen.push(...(await violationsInBothThemes(page)));

  // Training, until the check is passed.
  await next(page).click();
  await step(page, "train");
  assert.match(await check(page, "Test accuracy").textContent(), /not trained yet/u);
  await page.locator("#run").click();
  await page.locator(".lesson-checks.done").waitFor({ timeout: 180_000 });
  assert.match(await check(page, "Test accuracy").textContent(), /at least 95\.00%\): 9\d\.\d\d%/u);

  await next(page).click();
  await step(page, "look");
  await page.locator("#views-maps").click();
  await check(page, "Look at: seen").waitFor();
  await page.locator(".lesson-option input").nth(1).check();
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator(".lesson-verdict.right").waitFor();

  // Building: too large, then within the limit.
  await page.locator(".lesson-steps button").nth(6).click();
  await step(page, "budget");
  await check(page, "Parameters: 61.7K, at most 20K allowed: 41.7K too many").waitFor();
  const { spec } = await state(page, ({ document }) => ({ spec: document.present.spec }));
  for (const at of [7, 9]) spec.layers[at].out_features = 32;
  await page.evaluate((spec) => document.querySelector("receptive-app").intend({ type: "edit_network", spec }), spec);
  await check(page, "Parameters (at most 20K): 16.8K").waitFor();
  assert.match(await check(page, "Test accuracy").textContent(), /another network was trained/u);

  // The address and what is kept bring all of it back, and the network as it was left.
  await page.waitForTimeout(1500);
  const kept = await done(page);
  await page.reload();
  await step(page, "budget");
  assert.deepEqual(await done(page), kept);
  await check(page, "Parameters (at most 20K): 16.8K").waitFor();
  await page.locator(".lesson-head .icon-button").last().click();
  await page.locator("lesson-player").waitFor({ state: "detached" });
  await page.locator("receptive-app:not([data-lesson-mark])").waitFor();
  await page.locator("#views-lessons").click();
  await page.getByText("5 of 10 steps done").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save progress" }).click()]);
  assert.equal(download.suggestedFilename(), "receptive-lessons.json");
  assert.deepEqual(seen, []);
  assert.deepEqual(page.problems, []);
});

test("the last two steps of the task: training what was built", async () => {
  const page = await site.open("#lesson=lenet.budget");
  await ready(page);
  await step(page, "budget");
  assert.equal((await layers(page)).length, 12, "a step that is entered for the first time brings its network");
  const { spec } = await state(page, ({ document }) => ({ spec: document.present.spec }));
  for (const at of [7, 9]) spec.layers[at].out_features = 32;
  await page.evaluate((spec) => document.querySelector("receptive-app").intend({ type: "edit_network", spec }), spec);
  await check(page, "Parameters (at most 20K): 16.8K").waitFor();
  await page.locator("#run").click();
  await page.locator(".lesson-checks.done").waitFor({ timeout: 240_000 });
  assert.match(await check(page, "Test accuracy").textContent(), /9[789]\.\d\d%/u);
  await page.locator("#run").click();
  assert.deepEqual(page.problems, []);
});

test("in Russian; every step of every lesson is drawn in both languages, with its formulas, and none breaks a rule of axe", async () => {
  const page = await site.open("?lang=ru#lesson=lenet.parameters");
  await ready(page);
  await page.getByRole("heading", { name: "Размер свёртки" }).waitFor();
  await page.locator(".lesson-number-field input").fill("2400");
  await page.getByRole("button", { name: "Проверить" }).click();
  await page.getByText("2400 — это на 0,7 % меньше, чем измерено.").waitFor();
  const names = await page.evaluate(async () => (await (await fetch("lessons/index.json")).json()).map(({ name }) => name));
  const found = [];
  for (const name of names) {
    await page.evaluate(
      (name) => document.querySelector("receptive-app").intend({ type: "lesson", deed: { does: "open", name, at: 0 } }),
      name,
    );
    await until(page, ({ lessons }, name) => lessons.open?.lesson.name === name, 20_000, name);
    const steps = await state(page, ({ lessons }) => lessons.open.lesson.steps.length);
    for (let place = 0; place < steps; place++) {
      await page.evaluate((at) => document.querySelector("receptive-app").intend({ type: "lesson", deed: { does: "go", at } }), place);
      await until(page, ({ lessons }, at) => lessons.open.at === at, 20_000, place);
      for (const language of ["en", "ru"]) {
        await page.evaluate((language) => document.querySelector("receptive-app").intend({ type: "choose_language", language }), language);
        await page.waitForTimeout(60);
        const text = await page.locator(".lesson-text").allTextContents();
        assert.ok(text.join("").length > 40, `${name} ${place} ${language}`);
        assert.ok(!/\$|\*\*|undefined|\[object/u.test(text.join(" ")), `${name} ${place} ${language}: ${text}`);
        const formulas = await page.evaluate(() =>
          [...document.querySelectorAll(".lesson .formula")].map((one) => one.querySelector("math") !== null),
        );
        assert.ok(formulas.every(Boolean), `${name} ${place} ${language}: a formula that was not made`);
      }
      if (place === 1) found.push(...(await violations(page)).map((one) => `${name} ${place}: ${one}`));
    }
  }
  assert.deepEqual(found, []);
  assert.deepEqual(page.problems, []);
});

test("on a phone and in a low frame the lesson lies above the bar, folds away, and covers nothing for good", async () => {
  const page = await site.open("#lesson=lenet.where", { viewport: { width: 390, height: 844 } });
  await ready(page);
  await step(page, "where");
  const found = await violationsInBothThemes(page);
  const boxes = async () => ({
    lesson: await page.locator(".lesson").boundingBox(),
    bar: await page.locator(".bottom").boundingBox(),
  });
  let { lesson, bar } = await boxes();
  assert.ok(lesson.y + lesson.height <= bar.y + 1, "it ends where the bar begins");
  assert.ok(lesson.height <= 0.47 * 844, `${lesson.height}`);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  await page.locator(".lesson-fold").click();
  ({ lesson } = await boxes());
  assert.ok(lesson.height < 60, `${lesson.height}`);
  await page.setViewportSize({ width: 640, height: 480 });
  await page.locator(".lesson-fold").click();
  ({ lesson, bar } = await boxes());
  assert.ok(lesson.y > 150 && lesson.y + lesson.height <= bar.y + 1, JSON.stringify({ lesson, bar }));
  // All of a long step can be read there.
  await page.getByRole("button", { name: "Check" }).scrollIntoViewIfNeeded();
  await page.locator(".lesson-option input").nth(2).check();
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator(".lesson-verdict.right").waitFor();
  await page.setViewportSize({ width: 1024, height: 768 });
  found.push(...(await violationsInBothThemes(page)));
  assert.deepEqual(found, []);
  assert.deepEqual(page.problems, []);
});

test("a lesson from a hostile hand is cleaned, one that is wrong or too long is refused, and both are said", async () => {
  const page = await site.open();
  await ready(page);
  const lesson = {
    version: 1,
    name: "lenet",
    title: { en: "<img src=x onerror=alert(1)>", ru: "x" },
    summary: { en: "x", ru: "x" },
    minutes: 1,
    steps: [{ id: "one" }],
    sources: [{ text: "<script>alert(1)</script>" }],
  };
  const en = [
    "## <script>globalThis.hacked = 1</script>Title",
    'Text <img src="x" onerror="globalThis.hacked = 2"> [link](javascript:globalThis.hacked=3) ![far](https://example.org/x.png)',
    '<style>body { display: none }</style>\n\n<iframe src="https://example.org"></iframe>\n\n$x$',
  ].join("\n\n");
  const formulas = {
    x: '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi href="javascript:alert(1)" onclick="globalThis.hacked = 4">x</mi><script>globalThis.hacked = 5</script></math>',
  };
  let body = JSON.stringify({ lesson, en, ru: "## x\n\nx", formulas });
  await page.route("**/lessons/lenet.json", (route) => route.fulfill({ contentType: "application/json", body }));
  const open = () =>
    page.evaluate(() => document.querySelector("receptive-app").intend({ type: "lesson", deed: { does: "open", name: "lenet" } }));
  await open();
  await page.getByText("Left out of this text: HTML, an address, a picture from elsewhere.").waitFor();
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  assert.equal(await page.locator(".lesson :is(script, img, style, iframe, .lesson-text a, [onclick], [href^=javascript])").count(), 0);
  assert.equal(await page.locator(".lesson math mi").textContent(), "x");
  body = JSON.stringify({ lesson: { ...lesson, steps: [{ id: "one", checks: [{ weights: {} }] }] }, en, ru: "", formulas });
  await open();
  await page.getByRole("alert").filter({ hasText: 'At /steps/0/checks/0: there is no key "weights".' }).first().waitFor();
  body = JSON.stringify({ lesson, en: "a".repeat(10_000_000), ru: "", formulas });
  await open();
  await page.getByRole("alert").filter({ hasText: "at most 600,000 are read" }).first().waitFor();
  assert.deepEqual(page.problems, []);
});
