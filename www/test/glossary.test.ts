// The words of the page: each has a definition in both languages.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import enTexts from "../src/features/glossary/en.ts";
import ruTexts from "../src/features/glossary/ru.ts";
import type { TermKey } from "../src/i18n/terms.ts";
import { TERMS } from "../src/i18n/terms.ts";

test("every term has a name and a short definition in both languages, and no two have the same name", () => {
  for (const glossary of [enTexts(), ruTexts()]) {
    assert.deepEqual(Object.keys(glossary.terms).sort(), [...TERMS].sort());
    for (const key of TERMS) {
      const { name, text } = glossary.terms[key];
      assert.ok(name.length > 1 && text.length >= 20 && text.length <= 260, `${key}: ${text.length}`);
      assert.match(text, /[.»]$/u);
    }
    assert.equal(new Set(TERMS.map((key) => glossary.terms[key].name)).size, TERMS.length);
  }
});

test("what the page marks as a term is one, and all settings of a run are among them", () => {
  const folder = join(process.env.RECEPTIVE_ROOT ?? "..", "www/src/features");
  const marked = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/\bterm\("(\w+)"/gu)].map(([, key]) => key as TermKey));
  assert.ok(marked.length > 12, `${marked.length}`);
  assert.deepEqual(
    marked.filter((key) => !TERMS.includes(key)),
    [],
  );
});
