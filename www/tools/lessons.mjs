// The lessons of www/lessons as the page fetches them: `lessons/index.json`, the lines of the gallery in their order, and `lessons/NAME.json` for each lesson,
// `{ lesson, en, ru, formulas }`: what its files say, and MathML of its formulas. Reading them is the page's (src/features/lessons/read.ts); a unit test reads all.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { mathml } from "./operators.mjs";

const LANGUAGES = ["en", "ru"];
const PICTURE = /^[\w-]+\.(?:png|svg|webp|jpg)$/u;

/**
 * MathML of every `$formula$` and every ```math block of a text, by LaTeX.
 * @param {string} markdown
 * @returns {[string, string][]}
 */
export function formulasOf(markdown) {
  const blocks = [...markdown.matchAll(/^```math\n([\s\S]*?)\n```$/gmu)].map(([, latex]) => [latex, true]);
  const rest = markdown.replaceAll(/^```[\s\S]*?^```$/gmu, "").replaceAll(/`[^`\n]*`/gu, "");
  const inline = [...rest.matchAll(/\$([^$\n]+)\$/gu)].map(([, latex]) => [latex, false]);
  return [...blocks, ...inline].map(([latex, display]) => [latex, mathml(latex, display)]);
}

/** The folders of lessons, in their order. @param {string} folder */
export const lessonFolders = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() && /^\d\d-/u.test(entry.name) ? [entry.name] : []))
    .sort();

/**
 * What the page fetches of one lesson. `folder` is NN-NAME.
 * @param {string} lessons
 * @param {string} folder
 */
export function lessonOf(lessons, folder) {
  const text = (file) => readFileSync(join(lessons, folder, file), "utf8");
  const { $schema: _, ...lesson } = JSON.parse(text("lesson.json"));
  if (lesson.name !== folder.replace(/^\d\d-/u, "")) throw new Error(`${folder}/lesson.json has another name: ${lesson.name}`);
  const texts = Object.fromEntries(LANGUAGES.map((language) => [language, text(`${language}.md`)]));
  const formulas = Object.fromEntries(LANGUAGES.flatMap((language) => formulasOf(texts[language])));
  return { lesson, ...texts, formulas };
}

/**
 * Writes them into `outdir`, with their pictures.
 * @param {string} lessons
 * @param {string} outdir
 */
export function writeLessons(lessons, outdir) {
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const index = lessonFolders(lessons).map((folder) => {
    const whole = lessonOf(lessons, folder);
    const { name, title, summary, minutes, steps } = whole.lesson;
    writeFileSync(join(outdir, `${name}.json`), JSON.stringify(whole));
    for (const picture of readdirSync(join(lessons, folder)).filter((file) => PICTURE.test(file)))
      cpSync(join(lessons, folder, picture), join(outdir, name, picture));
    return { name, title, summary, minutes, steps: steps.map(({ id }) => id) };
  });
  writeFileSync(join(outdir, "index.json"), JSON.stringify(index));
}
