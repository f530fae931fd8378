/** The fields of operators and containers: what may stand in each, how it is written, what an arrow key makes of it. Pure. */
import fields from "receptive:fields";
import { parseNumber } from "../lib/format.ts";
import { nextInDecade } from "./settings.ts";
import { kindOf } from "./spec-items.ts";

export interface Field {
  type: "integer" | "number" | "boolean" | "text" | "choice" | "pair" | "sides" | "numbers" | "shortcut" | "connections" | "saved";
  least?: number;
  most?: number;
  default?: unknown;
  required?: boolean;
  choices?: readonly string[];
}

/** Those of an item, by name, in the order of the schema. */
export function fieldsFor(item: unknown): readonly [string, Field][] {
  const kind = kindOf(item);
  const name = kind === "layer" ? String((item as { op?: unknown } | null)?.op) : kind;
  return Object.entries(fields[name] ?? {});
}

export function fieldOf(item: unknown, name: string): Field | null {
  return fieldsFor(item).find(([one]) => one === name)?.[1] ?? null;
}

/** How many numbers a field of several has. */
const COUNTS = { pair: 2, sides: 4 };

export const isTyped = ({ type }: Field): boolean =>
  type === "integer" || type === "number" || type === "text" || type === "pair" || type === "sides" || type === "numbers";

export function written(value: unknown, plain: (value: number) => string): string {
  if (value == null) return "";
  return Array.isArray(value) ? value.map((one) => plain(Number(one))).join("×") : typeof value === "number" ? plain(value) : String(value);
}

/** What a text in the field means: `value` undefined leaves the field to its default. Null where it means nothing that is possible. */
export function read(field: Field, text: string): { value: unknown } | null {
  const trimmed = text.trim();
  if (trimmed === "") return field.required ? null : { value: undefined };
  if (field.type === "text") return trimmed.length <= 80 ? { value: trimmed } : null;
  const fits = (value: number | null): value is number =>
    value !== null &&
    value >= (field.least ?? -Infinity) &&
    value <= (field.most ?? Infinity) &&
    (field.type === "number" || Number.isInteger(value));
  if (field.type === "integer" || field.type === "number") {
    const value = parseNumber(trimmed);
    return fits(value) ? { value } : null;
  }
  if (field.type === "numbers") {
    const values = trimmed
      .split(/[\s;]+/u)
      .filter((one) => one !== "")
      .map(parseNumber);
    return values.length <= 1000 &&
      values.every((one) => one !== null && one >= (field.least ?? -Infinity) && one <= (field.most ?? Infinity))
      ? { value: values }
      : null;
  }
  if (field.type !== "pair" && field.type !== "sides") return null;
  const values = trimmed.split(/[\s×x*х,;]+/iu).map(parseNumber);
  if (!values.every(fits) || (values.length !== 1 && values.length !== COUNTS[field.type])) return null;
  return { value: values.length === 1 || new Set(values).size === 1 ? values[0] : values };
}

/** What an arrow key makes of a value; of several numbers each. */
export function nudged(name: string, field: Field, value: unknown, direction: 1 | -1): unknown {
  if (Array.isArray(value)) return value.map((one) => nudged(name, field, one, direction));
  if (typeof value !== "number") return direction > 0 ? (field.least ?? 1) : value;
  const { least = -Infinity, most = Infinity } = field;
  const fine = field.type === "number" && most > 1;
  // An odd kernel has a middle.
  const by = name === "kernel_size" && value % 2 === 1 && value + 2 * direction >= least ? 2 : 1;
  const next =
    field.type !== "number"
      ? value + by * direction
      : name === "eps" || fine
        ? value > 0
          ? nextInDecade(value, direction)
          : value + direction
        : Number((value + 0.05 * direction).toFixed(3));
  return Math.min(most, Math.max(least, next));
}
