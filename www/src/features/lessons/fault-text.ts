/** Which words of a language say what is wrong with a lesson. Pure. */
import type { SchemaWords } from "../../i18n/schema-words.ts";
import { fileFaultText, listed } from "../../i18n/schema-words.ts";
import type { LessonFault } from "./fault.ts";

export interface LessonFaultWords extends SchemaWords {
  too_long: (language: string, characters: number, most: number) => string;
  sections: (language: string, found: number, expected: number) => string;
  unknown_section: (language: string, step: string, section: string, allowed: string) => string;
  options: (language: string, step: string, found: number, least: number) => string;
  preset: (step: string, name: string) => string;
  patch: (step: string) => string;
  not_fetched: (name: string) => string;
}

export function lessonFaultText(words: LessonFaultWords): (fault: LessonFault) => string {
  return (fault) => {
    switch (fault.kind) {
      case "too_long":
        return words.too_long(fault.language, fault.characters, fault.most);
      case "sections":
        return words.sections(fault.language, fault.found, fault.expected);
      case "unknown_section":
        return words.unknown_section(fault.language, fault.step, fault.section, listed(fault.allowed));
      case "options":
        return words.options(fault.language, fault.step, fault.found, fault.least);
      case "not_opened":
        return fault.what === "preset" ? words.preset(fault.step, fault.name) : words.patch(fault.step);
      case "not_fetched":
        return words.not_fetched(fault.name);
      default:
        return fileFaultText(words, fault);
    }
  };
}
