/** Which words of a language say a fault. Pure. */
import type { ExperimentFault } from "./fault.ts";

/** The sentences of a language. `at` is the place in words, lists are joined. */
export interface FaultWords {
  at: (path: string) => string;
  not_json: (reason: string) => string;
  version: (found: string) => string;
  wrong_type: (at: string, allowed: string) => string;
  unknown_key: (at: string, key: string, allowed: string) => string;
  missing_key: (at: string, key: string) => string;
  one_of_keys: (at: string, keys: string) => string;
  not_one_of: (at: string, allowed: string) => string;
  pattern: (at: string, pattern: string) => string;
  least: (at: string, value: number) => string;
  most: (at: string, value: number) => string;
  repeated: (at: string, value: string) => string;
  unknown_preset: (at: string, preset: string, allowed: string) => string;
  unknown_variant: (at: string, variant: string, allowed: string) => string;
  unmeasured: (at: string, measure: string, allowed: string) => string;
  patch_failed: (at: string, op: string, target: string, why: "missing" | "test" | "invalid") => string;
  too_many_runs: (runs: number, most: number) => string;
}

const list = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(", ");

export function faultText(words: FaultWords): (fault: ExperimentFault) => string {
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
      case "one_of_keys":
        return words.one_of_keys(at, list(fault.keys));
      case "not_one_of":
        return words.not_one_of(at, list(fault.allowed));
      case "pattern":
        return words.pattern(at, fault.pattern);
      case "out_of_range":
        return words[fault.limit](at, fault.value);
      case "repeated":
        return words.repeated(at, JSON.stringify(fault.value));
      case "unknown_preset":
        return words.unknown_preset(at, fault.preset, list(fault.allowed));
      case "unknown_variant":
        return words.unknown_variant(at, fault.variant, list(fault.allowed));
      case "unmeasured":
        return words.unmeasured(at, fault.measure, list(fault.allowed));
      case "patch_failed":
        return words.patch_failed(at, fault.op, fault.target, fault.why);
      case "too_many_runs":
        return words.too_many_runs(fault.runs, fault.most);
    }
  };
}
