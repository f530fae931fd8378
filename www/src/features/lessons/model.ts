/** What is known of lessons: the list, the one that is open, and how far one is. */
import type { LessonFault } from "./fault.ts";
import type { LessonEntry, WholeLesson } from "./lesson.ts";
import type { Progress } from "./progress.ts";

export interface OpenLesson extends WholeLesson {
  /** From 0. */
  at: number;
  /** Where its pictures lie. */
  folder: string;
}

export interface LessonsState {
  /** Null until it has come. */
  list: readonly LessonEntry[] | null;
  open: OpenLesson | null;
  /** What is wrong with the list, or the lesson that was wanted. */
  fault: LessonFault | null;
  progress: Progress;
}

declare module "../../model/state.ts" {
  interface FeatureState {
    /** Null until lessons are asked for. */
    lessons: LessonsState | null;
    /** The lesson in the address, and its step after a point: `lenet.measure`. */
    lesson: string | null;
  }
}

/** What is wanted of lessons. */
export type LessonDeed =
  /** The list, and the lesson that the address names. */
  | { does: "load" }
  | { does: "open"; name: string; at?: number }
  | { does: "close" }
  | { does: "go"; at: number }
  /** The step's network and view once more. */
  | { does: "set_up" }
  /** The place of an option, or a number. */
  | { does: "answer"; value: number }
  | { does: "hint" }
  | { does: "export" }
  /** All progress is forgotten. */
  | { does: "forget" };

declare module "../../page/intent.ts" {
  interface Intents {
    lesson: { deed: LessonDeed };
  }
}
