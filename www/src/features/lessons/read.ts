/** From the files of a lesson to a lesson, whole and checked, or a fault. Pure. */
import type { Token, Tokens } from "marked";
import { LANGUAGES } from "../../i18n/locale.ts";
import type { Language } from "../../lib/language.ts";
import { schemaCheck } from "../../lib/schema-check.ts";
import { LessonError } from "./fault.ts";
import schema from "./lesson.schema.json" with { type: "json" };
import type { Lesson, LessonText, Step, StepText, WholeLesson } from "./lesson.ts";
import type { Block, LeftOut } from "./text.ts";
import { inlineOf, LONGEST_TEXT, lex, treeOf } from "./text.ts";

/** What the parts of a step are called, in every language. */
const SECTIONS = ["question", "hints", "see"] as const;
type Section = (typeof SECTIONS)[number];

const check = schemaCheck(schema);

/** The values that are there twice. */
function repeated<T>(values: readonly T[]): T | undefined {
  return values.find((value, at) => values.indexOf(value) !== at);
}

/** `lesson.json`, checked against the schema, and what a schema cannot say. @throws LessonError */
export function readLesson(json: unknown): Lesson {
  const version = typeof json === "object" && json !== null ? (json as { version?: unknown }).version : undefined;
  if (typeof version === "number" && version !== 1) throw new LessonError({ kind: "version", found: version });
  const fault = check(json);
  if (fault) throw new LessonError(fault);
  const lesson = json as Lesson;
  const twice = repeated(lesson.steps.map(({ id }) => id));
  if (twice !== undefined) throw new LessonError({ kind: "repeated", path: "/steps", value: twice });
  return lesson;
}

const isHeading = (token: Token, depth: number): token is Tokens.Heading =>
  token.type === "heading" && (token as Tokens.Heading).depth === depth;

/** Tokens between headings of a depth, each with its heading; what stands before the first one belongs to none. */
function sections(tokens: readonly Token[], depth: number): { before: Token[]; parts: { heading: Tokens.Heading; tokens: Token[] }[] } {
  const before: Token[] = [];
  const parts: { heading: Tokens.Heading; tokens: Token[] }[] = [];
  for (const token of tokens) {
    if (isHeading(token, depth)) parts.push({ heading: token, tokens: [] });
    else (parts.at(-1)?.tokens ?? before).push(token);
  }
  return { before, parts };
}

/** The items of the last list among some blocks, and the blocks without it. */
function lastList(blocks: readonly Block[]): { rest: Block[]; items: Block[][] } {
  const at = blocks.findLastIndex(({ kind }) => kind === "list");
  const list = blocks[at];
  return list?.kind === "list" ? { rest: blocks.filter((_, i) => i !== at), items: list.items } : { rest: [...blocks], items: [] };
}

function readStep(heading: Tokens.Heading, tokens: readonly Token[], step: Step, language: Language, leftOut: Set<LeftOut>): StepText {
  const tree = (some: readonly Token[]): Block[] => {
    const found = treeOf(some);
    for (const one of found.leftOut) leftOut.add(one);
    return found.blocks;
  };
  const { before, parts } = sections(tokens, 3);
  const found = new Map<Section, Block[]>();
  for (const part of parts) {
    const section = part.heading.text.trim() as Section;
    if (!SECTIONS.includes(section))
      throw new LessonError({ kind: "unknown_section", language, step: step.id, section, allowed: SECTIONS });
    found.set(section, tree(part.tokens));
  }
  const { rest: question, items: options } = lastList(found.get("question") ?? []);
  const isChoice = step.question !== undefined && "right" in step.question;
  const least = step.question && "right" in step.question ? Math.max(2, step.question.right + 1) : 0;
  if (isChoice ? options.length < least : options.length > 0 || question.length > 0 !== (step.question !== undefined))
    throw new LessonError({ kind: "options", language, step: step.id, found: options.length, least });
  return {
    title: inlineOf(tree([{ type: "paragraph", raw: heading.raw, text: heading.text, tokens: heading.tokens }])),
    body: tree(before),
    question,
    options: options.map(inlineOf),
    hints: lastList(found.get("hints") ?? []).items,
    see: found.get("see") ?? [],
  };
}

/** A text in one language: a section of second level for each step, in their order. @throws LessonError */
export function readText(markdown: string, lesson: Lesson, language: Language): LessonText {
  if (markdown.length > LONGEST_TEXT)
    throw new LessonError({ kind: "too_long", language, characters: markdown.length, most: LONGEST_TEXT });
  const { parts } = sections(lex(markdown), 2);
  if (parts.length !== lesson.steps.length)
    throw new LessonError({ kind: "sections", language, found: parts.length, expected: lesson.steps.length });
  const leftOut = new Set<LeftOut>();
  const steps = lesson.steps.map((step, at): StepText => {
    const part = parts[at] as (typeof parts)[number];
    return readStep(part.heading, part.tokens, step, language, leftOut);
  });
  return { steps, leftOut };
}

/**
 * A lesson as the build writes it for the page (tools/lessons.mjs): `{ lesson, en, ru, formulas }`.
 *
 * @throws LessonError
 */
export function readWhole(text: string): WholeLesson {
  const longest = 3 * LONGEST_TEXT;
  if (text.length > longest) throw new LessonError({ kind: "too_long", language: "en", characters: text.length, most: longest });
  let json: { lesson?: unknown; formulas?: unknown } & { [L in Language]?: unknown };
  try {
    json = JSON.parse(text) as typeof json;
  } catch (thrown) {
    throw new LessonError({ kind: "not_json", reason: thrown instanceof Error ? thrown.message : String(thrown) });
  }
  if (typeof json !== "object" || json === null) throw new LessonError({ kind: "wrong_type", path: "", allowed: ["object"] });
  const lesson = readLesson(json.lesson);
  const texts = LANGUAGES.map((language) => [language, readText(String(json[language] ?? ""), lesson, language)] as const);
  const formulas = Object.entries(json.formulas ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { lesson, texts: Object.fromEntries(texts) as WholeLesson["texts"], formulas: Object.fromEntries(formulas) };
}
