/** Names of classes, as files and tutorials have them. */
import { ReceptiveFailure } from "../../engine/errors.ts";
import { decodeText } from "../../engine/text-file.ts";

/** The longest file that can be one of class names. */
export const LONGEST_NAMES = 4e6;

/**
 * Names of classes in their order: a line each, after its number or its WordNet id or without; JSON, a list or an object with a name for
 * each number (`{"0": "tench"}`, or `{"0": ["n01440764", "tench"]}` as Keras has it); or the same as Python writes it (`{0: 'tench', 1:
 * "goldfish"}`), after `NAME =` or without. Null for what is none of these.
 */
export function parseClassNames(text: string): string[] | null {
  const trimmed = text.replace(/^\uFEFF/u, "").trim();
  const literal = /^(?:[\p{L}_][\p{L}\p{N}_]*\s*=\s*)?([[{(].*)$/su.exec(trimmed)?.[1];
  if (literal === undefined) return linesOf(trimmed);
  let value: unknown;
  try {
    value = JSON.parse(literal);
  } catch {
    try {
      value = new PythonReader(literal).read();
    } catch {
      // A name may begin with a parenthesis.
      return literal.startsWith("(") ? linesOf(trimmed) : null;
    }
  }
  return namesIn(value);
}

function linesOf(text: string): string[] | null {
  const lines = text === "" ? [] : text.split(/\r\n?|\n/u).map((line) => line.trim());
  const numbered = lines.map((line) => /^(\d+)(?:\s*[:,;.)]\s*|\s+)(.+)$/u.exec(line));
  if (lines.length > 1 && numbered.every((found, i) => found && Number(found[1]) === i)) return numbered.map((found) => found?.[2] ?? "");
  const known = lines.map((line) => /^n\d{8}\s+(.+)$/u.exec(line)?.[1]);
  if (known.every((name) => name !== undefined)) return known.length > 0 ? known : null;
  return lines;
}

/** What is said of an object's key or value: a name, or the last of several. */
function nameOf(value: unknown): string | null {
  const one: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof one === "string" ? one : null;
}

function namesIn(value: unknown): string[] | null {
  if (typeof value !== "object" || value === null) return null;
  const entries = Array.isArray(value) ? (value as unknown[]) : byNumber(value as { [key: string]: unknown });
  const names = entries.map(nameOf);
  return names.length > 0 && names.every((name) => name !== null) ? names : null;
}

/** The values of the keys 0, 1, ... As `class_to_idx` has it, the numbers may be the values: `{"tench": 0}`. */
function byNumber(fields: { [key: string]: unknown }): unknown[] {
  const entries = Object.entries(fields);
  const turned = entries.every(([, value]) => typeof value === "number");
  const found = turned ? Object.fromEntries(entries.map(([key, value]) => [String(value), key])) : fields;
  return entries.map((_, i) => found[String(i)]);
}

/** Lists, tuples, dictionaries, strings and whole numbers as Python writes them. Throws at anything else. */
class PythonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw new SyntaxError("something follows");
    return value;
  }

  #blanks(): void {
    this.#match(/(?:\s|#[^\n]*)*/uy);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return null;
    this.#at += found[0].length;
    return found[0];
  }

  #takes(sign: string): boolean {
    this.#blanks();
    const there = this.#text[this.#at] === sign;
    if (there) this.#at += 1;
    return there;
  }

  #value(): unknown {
    if (this.#takes("{")) return this.#fields();
    if (this.#takes("[")) return this.#until("]", () => this.#value());
    if (this.#takes("(")) return this.#until(")", () => this.#value());
    const number = this.#match(/\d+/uy);
    return number === null ? this.#string() : Number(number);
  }

  #fields(): object {
    const pairs = this.#until("}", () => this.#pair());
    const fields = new Map(pairs);
    if (fields.size < pairs.length) throw new SyntaxError("a key twice");
    return Object.fromEntries(fields);
  }

  #until<T>(end: string, one: () => T): T[] {
    const all: T[] = [];
    while (!this.#takes(end)) {
      all.push(one());
      if (this.#takes(",")) continue;
      if (this.#takes(end)) break;
      throw new SyntaxError("no comma");
    }
    return all;
  }

  #pair(): [string, unknown] {
    const key = this.#value();
    if (!this.#takes(":")) throw new SyntaxError("no colon");
    return [String(key), this.#value()];
  }

  /** Strings beside each other are one. */
  #string(): string {
    let whole: string | null = null;
    for (;;) {
      this.#blanks();
      const quoted = this.#match(/[uU]?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/uy);
      if (quoted === null) break;
      whole = (whole ?? "") + unescaped(quoted.replace(/^[uU]/u, "").slice(1, -1));
    }
    if (whole === null) throw new SyntaxError("no string");
    return whole;
  }
}

const ESCAPES: { [letter: string]: string } = { n: "\n", t: "\t", r: "\r" };

function unescaped(text: string): string {
  return text.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/giu, (_, byte?: string, unit?: string, letter = "") => {
    const code = byte ?? unit;
    return code === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16));
  });
}

/** What a list of names that is one longer than the classes begins with, where it says so: as TensorFlow's lists of ImageNet do. */
const BACKGROUND = /^_*(?:background|dummy|none|unlabelled|unlabeled|n\/a)_*$/iu;

export interface ClassNames {
  file: string;
  list: readonly string[];
  /** The list has one name more than there are classes, and its first is left out: a background class. */
  background: boolean | null;
}

/** The names in a file for so many classes. @throws ReceptiveFailure that says what the file has instead. */
export function namesFor(bytes: Uint8Array, file: string, classes: number): ClassNames {
  const text = bytes.length > LONGEST_NAMES ? "" : decodeText(bytes, file);
  const list = parseClassNames(text);
  if (!list) {
    const what = text.trim() === "" ? "empty" : "unreadable";
    throw new ReceptiveFailure({ kind: "no_class_names", message: `${file}: no names in it (${what})`, file, what });
  }
  if (list.length !== classes && list.length !== classes + 1) {
    const [found, expected] = [list.length, classes];
    throw new ReceptiveFailure({
      kind: "wrong_class_names",
      message: `${file} has ${found} names, expected ${expected}`,
      file,
      found,
      expected,
    });
  }
  return { file, list, background: list.length === classes ? null : BACKGROUND.test(list[0] ?? "") };
}

/** The name of a class, where it has one. */
export function nameAt({ list, background }: ClassNames, number: number): string | undefined {
  return list[background ? number + 1 : number];
}

/** Whether they are names for so many classes. */
export function fitsClasses({ list, background }: ClassNames, classes: number): boolean {
  return list.length === classes + (background === null ? 0 : 1);
}
