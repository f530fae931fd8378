/** Small numbers as people write them. */
import type { Formats } from "../lib/format.ts";

const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Two digits and a power of ten: 1.2·10⁻⁷. NaN and infinity are written as such. */
export function scientific(format: Formats, value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : "∞";
  if (value === 0) return "0";
  const [mantissa = "", exponent = ""] = value.toExponential(1).split("e");
  const power = Number(exponent);
  if (power === 0) return format.fixed(Number(mantissa), 1);
  return `${format.fixed(Number(mantissa), 1)}·10${power < 0 ? "⁻" : ""}${[...String(Math.abs(power))].map((digit) => DIGITS[Number(digit)]).join("")}`;
}

/** Milliseconds with three digits or so, down to a ten-thousandth. */
export function milliseconds(format: Formats, value: number): string {
  return format.fixed(value, value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : value >= 0.01 ? 3 : 4);
}
