/** Which words of a language say a fault. Pure. */
import type { SchemaWords } from "../../i18n/schema-words.ts";
import { fileFaultText, listed } from "../../i18n/schema-words.ts";
import type { ExperimentFault } from "./fault.ts";

/** The sentences of a language. `at` is the place in words, lists are joined. */
export interface FaultWords extends SchemaWords {
  one_of_keys: (at: string, keys: string) => string;
  unknown_preset: (at: string, preset: string, allowed: string) => string;
  unknown_variant: (at: string, variant: string, allowed: string) => string;
  unmeasured: (at: string, measure: string, allowed: string) => string;
  patch_failed: (at: string, op: string, target: string, why: "missing" | "test" | "invalid") => string;
  too_many_runs: (runs: number, most: number) => string;
}

export function faultText(words: FaultWords): (fault: ExperimentFault) => string {
  return (fault) => {
    const at = "path" in fault ? words.at(fault.path) : "";
    switch (fault.kind) {
      case "one_of_keys":
        return words.one_of_keys(at, listed(fault.keys));
      case "unknown_preset":
        return words.unknown_preset(at, fault.preset, listed(fault.allowed));
      case "unknown_variant":
        return words.unknown_variant(at, fault.variant, listed(fault.allowed));
      case "unmeasured":
        return words.unmeasured(at, fault.measure, listed(fault.allowed));
      case "patch_failed":
        return words.patch_failed(at, fault.op, fault.target, fault.why);
      case "too_many_runs":
        return words.too_many_runs(fault.runs, fault.most);
      default:
        return fileFaultText(words, fault);
    }
  };
}
