/** What a check says: what is wanted, what was measured, and how far apart both are. Pure. */
import type { Formats } from "../../lib/format.ts";
import type { Measured, Outcome } from "./checks.ts";
import type { Bounds, Check, NodeChoice } from "./lesson.ts";
import { entryOf } from "./lesson.ts";

/** The words of a language. Numbers come as text. */
export interface OutcomeWords {
  parameters: string;
  macs: string;
  receptiveField: string;
  shape: string;
  /** What a number is of: the node of that name, the last one of an operator. */
  ofNode: (what: string, node: string) => string;
  ofLast: (what: string, op: string) => string;
  /** Nodes or containers, with what their fields have to be. */
  count: (of: string, fields: string) => string;
  accuracy: { top1: string; top5: string; mean_iou: string };
  within: (what: string, epochs: string) => string;
  trained: string;
  runs: (steps: string) => string;
  looked: string;
  experiment: (name: string) => string;
  /** `23.1 k, 20 k allowed: 3.1 k too many` */
  fits: (value: string) => string;
  tooMuch: (value: string, most: string, distance: string) => string;
  tooLittle: (value: string, least: string, distance: string) => string;
  most: (most: string) => string;
  least: (least: string) => string;
  is: (value: string, wanted: string) => string;
  missing: (views: string) => string;
  seen: string;
  /** Of a node or a setting that is left out. */
  notSet: string;
  nothing: { [W in Extract<Measured, { type: "nothing" }>["why"]]: string };
  points: (distance: string) => string;
  view: (view: string) => string;
}

const nodeText = (words: OutcomeWords, what: string, { node, last }: NodeChoice): string =>
  node !== undefined ? words.ofNode(what, node) : last !== undefined ? words.ofLast(what, last) : what;

const fieldsText = (fields: { [name: string]: unknown } = {}): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join("×") : String(value)}`)
    .join(", ");

/** What a check is about. */
function subject(f: Formats, words: OutcomeWords, check: Check): string {
  const [kind, wanted] = entryOf(check);
  switch (kind) {
    case "parameters":
      return nodeText(words, words.parameters, wanted);
    case "macs":
      return nodeText(words, words.macs, wanted);
    case "receptive_field":
      return nodeText(words, words.receptiveField, wanted);
    case "count":
      return words.count(wanted.of, fieldsText(wanted.fields));
    case "shape":
      return nodeText(words, words.shape, wanted);
    case "setting":
      return wanted.path.split("/").at(-1) ?? wanted.path;
    case "accuracy":
      return words.within(words.accuracy[wanted.measure ?? "top1"], f.whole(wanted.epochs));
    case "trained":
      return words.trained;
    case "runs":
      return words.runs(f.whole(wanted.steps));
    case "looked":
      return words.looked;
    case "experiment":
      return words.experiment(wanted.name);
  }
}

/** Numbers as short as they tell two apart: 23.1 k beside 20 k, but 20,014 beside 20,000. */
function numbers(f: Formats, check: Check, value: number, { least, most }: Bounds): (number: number) => string {
  if ("accuracy" in check) return (share) => f.percent(share);
  const limits = [least, most].filter((limit) => limit !== undefined);
  if ("setting" in check) return (number) => f.plain(number);
  return limits.some((limit) => f.compact(limit) === f.compact(value) && limit !== value) ? (one) => f.whole(one) : (one) => f.compact(one);
}

function found(f: Formats, words: OutcomeWords, { check, measured, passed }: Outcome): string {
  switch (measured.type) {
    case "nothing":
      return words.nothing[measured.why];
    case "number": {
      const { value, least, most } = measured;
      const text = numbers(f, check, value, measured);
      const apart = (distance: number): string => ("accuracy" in check ? words.points(f.fixed(100 * distance, 2)) : text(distance));
      if (most !== undefined && value > most) return words.tooMuch(text(value), text(most), apart(value - most));
      if (least !== undefined && value < least) return words.tooLittle(text(value), text(least), apart(least - value));
      return words.fits(text(value));
    }
    case "shape": {
      const shape = f.shape(measured.shape);
      return passed ? words.fits(shape) : words.is(shape, measured.is.map((size) => (size === null ? "…" : f.whole(size))).join("×"));
    }
    case "value": {
      const value = measured.value === undefined ? words.notSet : String(measured.value);
      return passed || measured.is === undefined ? words.fits(value) : words.is(value, String(measured.is));
    }
    case "seen":
      return passed ? words.seen : words.missing(measured.missing.map(words.view).join(", "));
  }
}

/** What is wanted, where the finding does not say it. */
function wish(f: Formats, words: OutcomeWords, { check, measured, passed }: Outcome): string {
  const [, wanted] = entryOf(check) as [string, Bounds & { is?: unknown; steps?: number; runs?: number }];
  if (measured.type !== "nothing" && !(measured.type === "number" && passed)) return "";
  if ("shape" in check) return ` (${check.shape.is.map((size) => (size === null ? "…" : f.whole(size))).join("×")})`;
  const steps = "trained" in check ? check.trained.steps : "experiment" in check ? check.experiment.runs : undefined;
  const { least = steps, most } = wanted;
  const text =
    "accuracy" in check
      ? (share: number) => f.percent(share)
      : (number: number) => ("setting" in check ? f.plain(number) : f.compact(number));
  const parts = [...(least === undefined ? [] : [words.least(text(least))]), ...(most === undefined ? [] : [words.most(text(most))])];
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}

/** `Parameters (at most 20,000): 23.1 K, 3.1 K too many`. */
export const outcomeText =
  (f: Formats, words: OutcomeWords) =>
  (outcome: Outcome): string =>
    `${subject(f, words, outcome.check)}${wish(f, words, outcome)}: ${found(f, words, outcome)}`;
