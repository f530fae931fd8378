/** Which words of a language say what is wrong with a lesson. Pure. */
import type { LessonFault } from "./fault.ts";

export interface LessonFaultWords {
  at: (path: string) => string;
  not_json: (reason: string) => string;
  version: (found: string) => string;
  wrong_type: (at: string, allowed: string) => string;
  unknown_key: (at: string, key: string, allowed: string) => string;
  missing_key: (at: string, key: string) => string;
  not_one_of: (at: string, allowed: string) => string;
  pattern: (at: string, pattern: string) => string;
  least: (at: string, value: number) => string;
  most: (at: string, value: number) => string;
  repeated: (at: string, value: string) => string;
  too_long: (language: string, characters: number, most: number) => string;
  sections: (language: string, found: number, expected: number) => string;
  unknown_section: (language: string, step: string, section: string, allowed: string) => string;
  options: (language: string, step: string, found: number, least: number) => string;
  preset: (step: string, name: string) => string;
  patch: (step: string) => string;
  not_fetched: (name: string) => string;
}

const list = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(", ");

export function lessonFaultText(words: LessonFaultWords): (fault: LessonFault) => string {
  return (fault) => {
    const at = "path" in fault ? words.at(fault.path) : "";
    switch (fault.kind) {
      case "not_json":
        return words.not_json(fault.reason);
      case "version":
        return words.version(String(fault.found));
      case "wrong_type":
        return words.wrong_type(at, list(fault.allowed));
      case "unknown_key":
        return words.unknown_key(at, fault.key, list(fault.allowed));
      case "missing_key":
        return words.missing_key(at, fault.key);
      case "not_one_of":
        return words.not_one_of(at, list(fault.allowed));
      case "pattern":
        return words.pattern(at, fault.pattern);
      case "out_of_range":
        return words[fault.limit](at, fault.value);
      case "repeated":
        return words.repeated(at, JSON.stringify(fault.value));
      case "too_long":
        return words.too_long(fault.language, fault.characters, fault.most);
      case "sections":
        return words.sections(fault.language, fault.found, fault.expected);
      case "unknown_section":
        return words.unknown_section(fault.language, fault.step, fault.section, list(fault.allowed));
      case "options":
        return words.options(fault.language, fault.step, fault.found, fault.least);
      case "not_opened":
        return fault.what === "preset" ? words.preset(fault.step, fault.name) : words.patch(fault.step);
      case "not_fetched":
        return words.not_fetched(fault.name);
    }
  };
}
