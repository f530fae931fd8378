/** What a lesson says: `lesson.json`, version 1, and its texts. `lesson.schema.json` says the same of the former to machines and editors. */
import type { Operation } from "rfc6902";
import type { Spec } from "../../engine/protocol.ts";
import type { Language } from "../../lib/language.ts";
import type { Block, Inline, LeftOut } from "./text.ts";

export type Bilingual = { readonly [L in Language]: string };

/** A node by its name, or the last one of an operator; the whole network where it names none. */
export interface NodeChoice {
  node?: string;
  last?: string;
}

export interface Bounds {
  least?: number;
  most?: number;
}

/** Numbers of a network that the engine counts. */
export interface Quantities {
  parameters: NodeChoice;
  /** Multiply-accumulates an image. */
  macs: NodeChoice;
  /** Height of the largest input region that one value can depend on. */
  receptive_field: NodeChoice;
  /** Nodes of an operator, or containers of a kind; with these fields where `fields` has some. */
  count: { of: string; fields?: { [name: string]: unknown } };
}

/** What has to be true of the network or the runs that are there: one key each. */
export interface Checks {
  parameters: Quantities["parameters"] & Bounds;
  macs: Quantities["macs"] & Bounds;
  receptive_field: Quantities["receptive_field"] & Bounds;
  count: Quantities["count"] & Bounds;
  /** Of a node's output; null stands for any size. */
  shape: NodeChoice & { is: (number | null)[] };
  /** A value of the specification by JSON Pointer, a number within bounds or exactly `is`. */
  setting: { path: string; is?: unknown } & Bounds;
  /** On the test images, of the network on show, at the latest after so many epochs. */
  accuracy: { least: number; epochs: number; measure?: "top1" | "top5" | "mean_iou" };
  /** The network on show has been trained for so many steps. */
  trained: { steps: number };
  /** So many runs of so many steps at least; of different networks or settings, as runs differ in the list. */
  runs: { least: number; steps: number };
  /** Views that have been open during the step. */
  looked: { views: string[] };
  /** So many finished runs of an experiment. */
  experiment: { name: string; runs: number };
}

export type CheckKind = keyof Checks;
type OneOf<T> = { [K in keyof T]: { readonly [P in K]: T[K] } }[keyof T];
export type Check = OneOf<Checks>;
export type Quantity = OneOf<Quantities>;

/** The one key of a check or quantity, and what it says. */
export const entryOf = (check: Check | Quantity): { [K in CheckKind]: [K, Checks[K]] }[CheckKind] =>
  Object.entries(check)[0] as { [K in CheckKind]: [K, Checks[K]] }[CheckKind];

/** JSON Patch (RFC 6902) on the network that is open, in its long form. */
export type NetworkChoice = { preset: string } | { spec: Spec } | { patch: Operation[] };

/** What a step brings onto the page. */
export interface Opening {
  network?: NetworkChoice;
  view?: string;
  /** The path of an item: `layers[0]`. */
  select?: string;
  /** One that is shipped. */
  experiment?: string;
}

/** Parts of the page that a step may point at. */
export const PLACES = ["outline", "presets", "true_size", "run", "settings", "layer", "views", "stage", "try", "share"] as const;
export type HighlightPlace = (typeof PLACES)[number];

export type Question =
  /** Of the list in the text, from 0. */
  | { right: number }
  /** What the engine counts of the network on show, up to a share of it. */
  | { measured: Quantity; tolerance?: number };

export interface Step {
  id: string;
  open?: Opening;
  highlight?: HighlightPlace;
  checks?: Check[];
  question?: Question;
}

export interface Lesson {
  version: 1;
  /** Its address: lower-case letters, digits, hyphens. */
  name: string;
  title: Bilingual;
  summary: Bilingual;
  /** Read and done at a student's pace. */
  minutes: number;
  steps: Step[];
  sources: { text: string; url?: string }[];
}

/** The text of a step in one language. */
export interface StepText {
  title: Inline[];
  body: Block[];
  question: Block[];
  options: Inline[][];
  hints: Block[][];
  /** What should be seen. */
  see: Block[];
}

export interface LessonText {
  steps: StepText[];
  leftOut: ReadonlySet<LeftOut>;
}

/** A lesson, read and checked. */
export interface WholeLesson {
  lesson: Lesson;
  texts: { readonly [L in Language]: LessonText };
  /** MathML by LaTeX. */
  formulas: { readonly [latex: string]: string };
}

/** A line of the gallery. */
export type LessonEntry = Pick<Lesson, "name" | "title" | "summary" | "minutes"> & { steps: string[] };
