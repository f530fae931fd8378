import type { Outcome } from "./checks.ts";
import type { LessonFault } from "./fault.ts";
import type { LeftOut } from "./text.ts";

export interface LessonsTexts {
  intro: string;
  loading: string;
  minutes: (minutes: number) => string;
  done: (done: number, all: number) => string;
  begin: string;
  goOn: string;
  again: string;
  save: string;
  forget: string;
  forgetSure: string;
  keptHere: string;
  region: string;
  step: (at: number, all: number) => string;
  steps: string;
  stepDone: string;
  close: string;
  hide: string;
  show: string;
  back: string;
  next: string;
  finish: string;
  setUp: string;
  checks: string;
  passed: string;
  open: string;
  outcome: (outcome: Outcome) => string;
  answer: string;
  check: string;
  right: string;
  wrong: string;
  /** By so much of what is measured: `share` is signed. */
  wrongNumber: (said: number, share: number) => string;
  notMeasured: string;
  hint: (next: number, all: number) => string;
  hints: string;
  see: string;
  sources: string;
  leftOut: (what: readonly LeftOut[]) => string;
  faulty: string;
  fault: (fault: LessonFault) => string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    lessons: LessonsTexts;
  }
}
