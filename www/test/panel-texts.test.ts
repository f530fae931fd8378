import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LANGUAGES } from "../src/i18n/locale.ts";
import type { PanelTexts } from "../src/i18n/panel-texts.ts";
import { Formats } from "../src/lib/format.ts";

const folder = join(process.env["RECEPTIVE_ROOT"] ?? "..", "www/src/i18n/panels");
const names = readdirSync(folder).map((file) => file.replace(/\.ts$/u, ""));
/** Every text of a panel with its path; functions get a number or a word for each argument, and those that want more are left out. */
function walk(value: unknown, at: string): [string, string][] {
  if (typeof value === "string") return [[at, value]];
  if (typeof value === "function") {
    for (const sample of [7, "x7"]) {
      try {
        const said: unknown = value(...Array.from({ length: value.length }, () => sample));
        if (typeof said === "string" && !/NaN|undefined/u.test(said)) return [[at, said]];
      } catch {
        // It wants the other kind.
      }
    }
    return [];
  }
  return Object.entries(value as object).flatMap(([key, inner]) => walk(inner, `${at}.${key}`));
}

test("panels have the same texts in both languages, none empty, the Russian ones Russian", async () => {
  assert.ok(names.length > 0);
  for (const name of names) {
    const module: { [name: string]: PanelTexts<object> } = await import(`../src/i18n/panels/${name}.ts`);
    for (const texts of Object.values(module).filter((one) => typeof one === "object")) {
      const [ru = [], en = []] = LANGUAGES.map((language) => walk(texts[language](new Formats(language)), name));
      assert.deepEqual(ru.map(([at]) => at).sort(), en.map(([at]) => at).sort());
      for (const [at, text] of [...ru, ...en]) assert.ok(text.trim().length > 0, at);
      const english = new Map(en);
      // Names, signs and numbers are the same in both languages.
      for (const [at, text] of ru) assert.match(text, text === english.get(at) ? /^(?!.*[a-z]{5})/su : /[а-яё]/iu, at);
      for (const [at, text] of en) assert.doesNotMatch(text, /[а-яё]/iu, at);
    }
  }
});
