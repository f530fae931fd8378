/** Numbers and times as text in one language. Every number on the page goes through here. */

export class Formats {
  readonly #language: string;
  readonly #whole: Intl.NumberFormat;
  readonly #compact: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #coarsePercent: Intl.NumberFormat;
  readonly #plain: Intl.NumberFormat;
  readonly #plural: Intl.PluralRules;

  constructor(language: string) {
    this.#language = language;
    this.#whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    this.#compact = new Intl.NumberFormat(language, { notation: "compact", maximumSignificantDigits: 3 });
    this.#percent = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
    this.#coarsePercent = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    this.#plain = new Intl.NumberFormat(language, { maximumSignificantDigits: 6, useGrouping: false });
    this.#plural = new Intl.PluralRules(language);
  }

  whole(value: number): string {
    return this.#whole.format(value);
  }

  /** Three digits with a unit: 416 K, 1.2 M. */
  compact(value: number): string {
    return value < 10_000 ? this.whole(value) : this.#compact.format(value);
  }

  /** A share as a percentage with two digits after the point, so that changes of 0.01 points are seen. */
  percent(share: number): string {
    return this.#percent.format(share);
  }

  coarsePercent(share: number): string {
    return this.#coarsePercent.format(share);
  }

  /** A loss: four digits after the point while small, fewer when large; its width hardly changes. */
  loss(value: number): string {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : "∞";
    const digits = value < 10 ? 4 : value < 1000 ? 2 : 0;
    return this.fixed(value, digits);
  }

  /** Two digits that count: 0.023, 40,000. */
  brief(value: number): string {
    return Number.isFinite(value) ? this.plain(Number(value.toPrecision(2))) : this.loss(value);
  }

  fixed(value: number, digits: number): string {
    return new Intl.NumberFormat(this.#language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }

  /** Any number a user may have typed, as short as it is exact: 0.02, 5E-4. */
  plain(value: number): string {
    return this.#plain.format(value);
  }

  /** 12 s, 2 min 5 s, 1 h 20 min. */
  duration(seconds: number): string {
    const whole = Math.max(0, Math.round(seconds));
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor((whole % 3600) / 60);
    const parts: [number, string][] =
      hours > 0
        ? [
            [hours, "hour"],
            [minutes, "minute"],
          ]
        : minutes > 0
          ? [
              [minutes, "minute"],
              [whole % 60, "second"],
            ]
          : [[whole, "second"]];
    return parts
      .map(([value, unit]) => new Intl.NumberFormat(this.#language, { style: "unit", unit, unitDisplay: "short" }).format(value))
      .join(" ");
  }

  /** A measured time, in seconds with three digits or so: 0.42 s. */
  seconds(value: number): string {
    const digits = value < 1 ? 2 : value < 100 ? 1 : 0;
    return new Intl.NumberFormat(this.#language, {
      style: "unit",
      unit: "second",
      unitDisplay: "short",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  }

  /** In the unit that leaves the number readable, of 1,000 (not 1,024) each. */
  bytes(count: number): string {
    const [unit, size] =
      count >= 1e9 ? (["gigabyte", 1e9] as const) : count >= 1e6 ? (["megabyte", 1e6] as const) : (["kilobyte", 1e3] as const);
    const digits = count / size < 10 ? 1 : 0;
    return new Intl.NumberFormat(this.#language, {
      style: "unit",
      unit,
      unitDisplay: "short",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(count / size);
  }

  hex(value: number): string {
    return `0x${value.toString(16).padStart(8, "0")}`;
  }

  shape(sizes: readonly number[]): string {
    return sizes.map((size) => this.whole(size)).join("×");
  }

  /** A shape as the engine writes it in a message, `[1, 16, 28, 28]`: without the batch it stands for. */
  written(shape: string, batch = true): string {
    const sizes = shape.match(/\d+/gu)?.map(Number) ?? [];
    return sizes.length === 0 ? shape : this.shape(batch && sizes.length > 1 ? sizes.slice(1) : sizes);
  }

  /** The first of many names, and how many more there are. */
  few(names: readonly string[], most = 6): string {
    return `${names.slice(0, most).join(", ")}${names.length > most ? `… (+${this.whole(names.length - most)})` : ""}`;
  }

  /** Names with how many of each. */
  counted(tensors: readonly { name: string; count: number }[]): string {
    return this.few(tensors.map(({ name, count }) => `${name} (${this.whole(count)})`));
  }

  /** The form of a word that goes with a number. */
  plural(count: number, forms: PluralForms): string {
    return forms[this.#plural.select(count)] ?? forms.other;
  }
}

/** English needs `one` and `other`; Russian `one` (1, 21), `few` (2 to 4), `many` (5 to 20) and `other` (fractions). */
export type PluralForms = { other: string } & { [C in Exclude<Intl.LDMLPluralRule, "other">]?: string };

/**
 * A number as people type it: comma or point as the decimal mark, spaces of any kind between digits, 1e-4. Null for anything else.
 */
export function parseNumber(text: string): number | null {
  const cleaned = text.replaceAll(/[\s\u00a0\u202f]/gu, "").replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu.test(cleaned) ? Number(cleaned) : null;
}
