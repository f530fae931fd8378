/** Values as text: short, and never as if they were 0 when they are not. */
import type { Formats } from "../../../lib/format.ts";

export function valueText(format: Formats, value: number): string {
  return withMinus(short(format, value));
}

/** A minus is as wide as a plus. */
const withMinus = (text: string): string => text.replace("-", "−");

function short(format: Formats, value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-∞" : "∞";
  const size = Math.abs(value);
  if (size > 0 && size < 0.001) return format.plain(Number(value.toPrecision(2)));
  return format.fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** As short as a cell of a grid wants it. */
export function cellText(format: Formats, value: number): string {
  const size = Math.abs(value);
  return size > 0 && size < 0.001 ? withMinus(format.plain(Number(value.toPrecision(1)))) : valueText(format, value);
}

/** With the digits in which 32 bits can still differ. */
export function exactText(format: Formats, value: number): string {
  return Number.isFinite(value) ? withMinus(format.plain(Number(value.toPrecision(6)))) : valueText(format, value);
}
