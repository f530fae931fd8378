/** What a file breaks of its JSON Schema, in words: for lessons, experiments, and whatever else is a file without code. */
import type { SchemaFault } from "../lib/schema-check.ts";

/** What can be wrong before a schema is asked, and by it. */
export type FileFault = { kind: "not_json"; reason: string } | { kind: "version"; found: unknown } | SchemaFault;

/** The sentences of a language. `at` is the place in words, lists are joined. */
export interface SchemaWords {
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
}

export const listed = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(", ");

export function fileFaultText(words: SchemaWords, fault: FileFault): string {
  const at = "path" in fault ? words.at(fault.path) : "";
  switch (fault.kind) {
    case "not_json":
      return words.not_json(fault.reason);
    case "version":
      return words.version(String(fault.found));
    case "wrong_type":
      return words.wrong_type(at, listed(fault.allowed));
    case "unknown_key":
      return words.unknown_key(at, fault.key, listed(fault.allowed));
    case "missing_key":
      return words.missing_key(at, fault.key);
    case "not_one_of":
      return words.not_one_of(at, listed(fault.allowed));
    case "pattern":
      return words.pattern(at, fault.pattern);
    case "out_of_range":
      return words[fault.limit](at, fault.value);
    case "repeated":
      return words.repeated(at, JSON.stringify(fault.value));
  }
}
