// "Why?" beside a layer, and the page of all operators. The engine is the double of test/double/: what is tested needs none.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { doublePage } from "../support/double-page.mjs";
import { openSite, until, violations } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite({ dist: await doublePage("train") });
});
after(() => site?.close());

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const WHY = { en: "Why?", ru: "Зачем?" };

async function open(query, options) {
  const page = await site.open(query, { reducedMotion: "reduce", ...options });
  await until(page, (state) => state.network !== null);
  return page;
}

/** Selects a layer in the outline. @returns its "Why?" in the inspector. */
async function select(page, name, why) {
  await page.locator("[role=treeitem]", { hasText: name }).first().click();
  const button = page.getByRole("button", { name: why, exact: true });
  await button.waitFor();
  return button;
}

for (const [lang, colorScheme, title] of [
  ["en", "light", /^Convolution/u],
  ["ru", "dark", /^Свёртка/u],
]) {
  test(`by keyboard: why conv1 is there, in ${lang}, and back again`, { timeout: 60_000 }, async () => {
    const page = await open(`?lang=${lang}`, { colorScheme });
    const why = await select(page, "conv1", `${WHY[lang]} conv2d`);
    await why.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: title });
    await dialog.locator("math[display=block] munder").first().waitFor();
    assert.ok(await page.evaluate(() => document.querySelector("operator-dialog dialog").contains(document.activeElement)));
    assert.match(await dialog.locator("h3").first().textContent(), lang === "ru" ? /^Формула$/u : /^Formula$/u);
    assert.match(
      await dialog.getByRole("link").getAttribute("href"),
      new RegExp(`/course/receptive/operators/${lang}\\.html#conv2d$`, "u"),
    );
    assert.deepEqual(await violations(page), []);
    // A single-key command of the page must not reach through.
    await page.keyboard.press("Space");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("operator-dialog dialog[open]").count(), 0);
    assert.ok(await why.evaluate((button) => button === document.activeElement));
    assert.deepEqual(page.problems, []);
  });
}

test("another layer's text takes the place of the first, and the language is the page's", { timeout: 60_000 }, async () => {
  const page = await open("?lang=en");
  const shows = (name) => page.getByRole("dialog", { name }).waitFor();
  await (await select(page, "pool1", "Why? max_pool2d")).click();
  await shows(/^Max pooling/u);
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await (await select(page, "fc1", "Why? linear")).click();
  await shows(/^Fully connected layer/u);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Русский" }).click();
  await page.getByRole("button", { name: "Зачем? linear" }).click();
  await shows(/^Полносвязный слой/u);
  assert.deepEqual(page.problems, []);
});

test("a text that does not load says so and can be asked for again", { timeout: 60_000 }, async () => {
  const page = await open("?lang=en", { expected: [/503/u] });
  let lost = true;
  await page.route("**/operators/en.json", (route) => (lost ? route.fulfill({ status: 503, body: "" }) : route.continue()));
  await (await select(page, "relu1", "Why? relu")).click();
  await page.getByRole("alert").getByText("The text did not load.").waitFor();
  assert.deepEqual(await violations(page), []);
  lost = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("operator-dialog math").first().waitFor();
  assert.deepEqual(page.problems, []);
});

test("on a phone every operator's text fits", { timeout: 60_000 }, async () => {
  const page = await open("?lang=ru", phone);
  await page.getByRole("button", { name: "Сеть", exact: true }).tap();
  await page.locator("[role=treeitem]", { hasText: "conv1" }).locator(".row-more").tap();
  await page.getByRole("menuitem", { name: "Изменить" }).tap();
  await page.getByRole("button", { name: "Зачем? conv2d" }).tap();
  await page.locator("operator-dialog math").first().waitFor();
  const over = await page.evaluate(async () => {
    const element = document.querySelector("operator-dialog");
    const texts = await (await fetch("operators/ru.json")).json();
    const over = [];
    for (const [op, { title }] of Object.entries(texts)) {
      element.show(op);
      while (!element.querySelector("h2").textContent.startsWith(title) || !element.querySelector("math"))
        await new Promise(requestAnimationFrame);
      for (const part of element.querySelectorAll("dialog, .formula"))
        if (part.scrollWidth > part.clientWidth) over.push(`${op}: ${part.className} ${part.scrollWidth} in ${part.clientWidth}`);
    }
    return over;
  });
  assert.deepEqual(over, []);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.problems, []);
});

for (const [lang, colorScheme, options] of [
  ["en", "light", {}],
  ["ru", "dark", phone],
]) {
  test(`the page of all operators, ${lang}, ${colorScheme}`, { timeout: 60_000 }, async () => {
    const page = await site.open(`operators/${lang}.html#batch_norm2d`, { colorScheme, ...options });
    assert.equal(await page.getAttribute("html", "lang"), lang);
    assert.equal(await page.locator("script").count(), 0);
    const [top, articles, links] = await page.evaluate(() => [
      document.querySelector("#batch_norm2d").getBoundingClientRect().top,
      [...document.querySelectorAll("article")].map(({ id }) => id),
      [...document.querySelectorAll(".contents a")].map((link) => link.hash.slice(1)),
    ]);
    assert.ok(top >= 0 && top < 100, `#batch_norm2d stands at ${top}`);
    assert.ok(articles.length >= 30);
    assert.deepEqual(links, articles);
    assert.deepEqual(await violations(page), []);
    const over = await page.evaluate(() =>
      [...document.querySelectorAll("html, .formula")]
        .filter((part) => part.scrollWidth > part.clientWidth)
        .map((part) => part.closest("article")?.id ?? "the page"),
    );
    assert.deepEqual(over, []);
    await page.getByRole("link", { name: lang === "ru" ? "English" : "Русский" }).click();
    await page.waitForURL(/operators\/(en|ru)\.html$/u);
    assert.notEqual(await page.getAttribute("html", "lang"), lang);
    await page.getByRole("link", { name: lang === "ru" ? "To the trainer" : "К обучению" }).click();
    await page.waitForSelector(".run");
    assert.equal(await page.getAttribute("html", "lang"), lang === "ru" ? "en" : "ru");
    assert.deepEqual(page.problems, []);
  });
}
