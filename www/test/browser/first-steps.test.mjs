// The first minute: what the page is, the way through it in four steps, and the words with their definitions.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, ready, state, until, violationsInBothThemes } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

test("four steps lead through the page, are put away, and come back from the help", { timeout: 240_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await ready(page);
  assert.match(await page.textContent(".first-steps p"), /^Build a convolutional network/u);
  const step = (name) => page.locator(".first-steps").getByRole("button", { name });
  await step(/Train/u).click();
  await until(page, (state) => state.run.metrics?.step > 10, 60_000);
  await step(/Look/u).click();
  await page.locator("maps-panel").waitFor();
  await step(/Break/u).press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "settings-learning_rate", null, { timeout: 5000 });
  await step(/Build/u).click();
  await page.waitForFunction(() => /add-layer/u.test(document.activeElement?.className ?? ""), null, { timeout: 5000 });
  await page.getByRole("button", { name: "Put away; Help brings it back" }).click();
  assert.equal(await page.locator(".first-steps").count(), 0);
  await page.reload();
  await ready(page);
  assert.equal(await page.locator(".first-steps").count(), 0);
  await page.locator(".help-button").click();
  await page.getByRole("button", { name: "Show the first steps again" }).click();
  await page.locator(".first-steps").waitFor();
  assert.deepEqual(page.problems, []);
});

test("a word shows its definition to mouse and keyboard, and Escape takes it away", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  await ready(page);
  await page.locator("[data-term=loss]").first().hover();
  await page.locator(".term-tip").waitFor();
  assert.match(await page.textContent(".term-tip"), /2\.30 = ln 10/u);
  // The pointer may go to the definition, to read it.
  await page.locator(".term-tip").hover();
  await page.waitForTimeout(500);
  assert.equal(await page.locator(".term-tip").count(), 1);
  assert.deepEqual(await violationsInBothThemes(page), []);
  await page.mouse.move(700, 700);
  await page.locator(".term-tip").waitFor({ state: "detached" });
  await page.locator("#settings-learning_rate").focus();
  await page.keyboard.press("Shift+Tab");
  await page.locator(".term-tip").waitFor();
  assert.match(await page.textContent(".term-tip"), /^\s*Learning rate/u);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-describedby")), "term-tip");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".term-tip").count(), 0);
  // Space on a word is of the word, and trains nothing.
  await page.keyboard.press("Space");
  await page.locator(".term-tip").waitFor();
  assert.equal(await state(page, (state) => state.run.phase), "idle");
  await page.keyboard.press("Tab");
  await page.locator(".term-tip").waitFor({ state: "detached" });
  assert.deepEqual(page.problems, []);
});

test("a finger asks for a definition, also in a sheet, and the field beside it is left alone", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=ru", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await ready(page);
  await page.locator("[data-term=loss]").first().tap();
  await page.locator(".term-tip").waitFor();
  await page.locator(".settings-button").tap();
  await page.locator("dialog.sheet [data-term=momentum]").tap();
  await page.locator(".term-tip").filter({ hasText: "катящегося" }).waitFor();
  assert.ok(await page.locator("dialog.sheet .term-tip").isVisible());
  const [left, right] = await page.locator(".term-tip").evaluate((tip) => {
    const { left, right } = tip.getBoundingClientRect();
    return [left, right];
  });
  assert.ok(left >= 0 && right <= 390);
  assert.deepEqual(page.problems, []);
});

test("the glossary has every word, in the language of the page", { timeout: 120_000 }, async () => {
  for (const [lang, word] of [
    ["en", "Receptive field"],
    ["ru", "Рецептивное поле"],
  ]) {
    const page = await site.open(`?backend=cpu&lang=${lang}`, { reducedMotion: "reduce" });
    await ready(page);
    await page.keyboard.press("?");
    await page
      .locator("help-dialog dialog[open]")
      .getByRole("button", { name: /Glossary|Словарь/u })
      .click();
    await page.locator("glossary-dialog dialog[open]").waitFor();
    assert.ok((await page.locator(".glossary-terms dt").count()) > 35);
    assert.ok((await page.locator(".glossary-terms dt").allTextContents()).includes(word));
    if (lang === "en") assert.deepEqual(await violationsInBothThemes(page), []);
    assert.deepEqual(page.problems, []);
  }
});
