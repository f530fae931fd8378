import type { FileFault } from "../../i18n/schema-words.ts";
import type { Language } from "../../lib/language.ts";

/** What is wrong with the files of a lesson: a code, where, and what is allowed there. The page words it. */
export type LessonFault =
  | FileFault
  /** A text is longer than any lesson's. */
  | { kind: "too_long"; language: Language; characters: number; most: number }
  /** A text has not a section for each step. */
  | { kind: "sections"; language: Language; found: number; expected: number }
  | { kind: "unknown_section"; language: Language; step: string; section: string; allowed: readonly string[] }
  /** A question without options to choose from, or a right answer that is none of them, or options without a question. */
  | { kind: "options"; language: Language; step: string; found: number; least: number }
  /** There is no such preset, view, experiment; or a patch does not fit. */
  | { kind: "not_opened"; step: string; what: "preset" | "patch"; name: string }
  /** It did not come, or there is none of that name. */
  | { kind: "not_fetched"; name: string };

/** Thrown by what reads a lesson. Nothing has changed then. */
export class LessonError extends Error {
  override readonly name = "LessonError";
  readonly fault: LessonFault;

  constructor(fault: LessonFault) {
    super(JSON.stringify(fault));
    this.fault = fault;
  }
}
