/** The lessons that are shipped: each is read in both languages, and all that it opens is there. What its checks say is tested in test/exports/lessons.test.ts. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import features from "receptive:features";
import { PRESETS } from "../../../test/support/page-state.ts";
import { tabsOf } from "../../page/registry.ts";
import { networkAt } from "./networks.ts";
import { readWhole } from "./read.ts";
import type { Block, Inline } from "./text.ts";

const root = process.env.RECEPTIVE_ROOT ?? "..";
const folder = join(root, "www/lessons");
const folders = readdirSync(folder).filter((name) => /^\d\d-/u.test(name));
const views = new Set(tabsOf(features).map(({ view }) => view));
const text = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");

/** Every LaTeX and picture in a text. */
function found(blocks: readonly (Block | Inline)[]): { latex: string[]; pictures: string[] } {
  const parts = blocks.map((one) => {
    if (one.kind === "math" || one.kind === "formula") return { latex: [one.latex], pictures: [] };
    if (one.kind === "image") return { latex: [], pictures: [one.src] };
    const inside =
      "inside" in one
        ? one.inside
        : one.kind === "list"
          ? one.items.flat()
          : one.kind === "table"
            ? [...one.head, ...one.rows.flat()].flat()
            : [];
    return found(inside);
  });
  return { latex: parts.flatMap(({ latex }) => latex), pictures: parts.flatMap(({ pictures }) => pictures) };
}

for (const name of folders) {
  const whole = readWhole(
    JSON.stringify({
      lesson: { ...JSON.parse(text(name, "lesson.json")), $schema: undefined },
      en: text(name, "en.md"),
      ru: text(name, "ru.md"),
    }),
  );
  const { lesson, texts } = whole;

  test(`${name}: its files say one thing`, () => {
    assert.equal(name.replace(/^\d\d-/u, ""), lesson.name);
    for (const language of ["en", "ru"] as const)
      assert.deepEqual([...texts[language].leftOut], [], `${language}: markup that is left out`);
    for (const [at, step] of lesson.steps.entries()) {
      const [en, ru] = [texts.en.steps[at], texts.ru.steps[at]];
      for (const part of ["options", "hints"] as const) assert.equal(en?.[part].length, ru?.[part].length, `${step.id}: ${part}`);
      for (const part of ["body", "question", "see"] as const)
        assert.deepEqual(
          en?.[part].map(({ kind }) => kind),
          ru?.[part].map(({ kind }) => kind),
          `${step.id}: ${part}`,
        );
      const used = (blocks: readonly Block[] = []): string[] => [...new Set(Object.values(found(blocks)).flat())].sort();
      assert.deepEqual(used(en?.body), used(ru?.body), `${step.id}: formulas and pictures`);
      if (step.checks || step.question) assert.ok((en?.hints.length ?? 0) > 0 || (en?.see.length ?? 0) > 0, `${step.id}: no hint`);
      for (const picture of found(en?.body ?? []).pictures) assert.ok(existsSync(join(folder, name, picture)), picture);
    }
  });

  test(`${name}: what it opens is there`, () => {
    for (const [at, { id, open, checks = [] }] of lesson.steps.entries()) {
      networkAt(lesson, at, PRESETS);
      if (open?.view) assert.ok(views.has(open.view), `${id}: ${open.view}`);
      for (const experiment of [open?.experiment, ...checks.map((check) => ("experiment" in check ? check.experiment.name : undefined))])
        if (experiment) assert.ok(existsSync(join(root, "www/experiments", `${experiment}.json`)), `${id}: ${experiment}`);
      for (const check of checks)
        if ("looked" in check) for (const view of check.looked.views) assert.ok(views.has(view), `${id}: ${view}`);
    }
  });

  test(`${name}: two to four checks or questions at least, and an open question at the end`, () => {
    assert.ok(lesson.steps.filter(({ checks, question }) => checks || question).length >= 2);
    assert.match(text(name, "en.md"), /\*\*An open question\.\*\*/u);
    assert.match(text(name, "ru.md"), /\*\*Открытый вопрос\.\*\*/u);
  });
}
