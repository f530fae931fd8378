/** Words inside errors: the engine sends codes and numbers, and each language has a text for each. */
import type { DoingWord, Expected, FixWord, MeasureWord, NamedWord, OperandsWord, PartWord } from "../engine/errors.ts";

type OfCode<C extends Expected["code"]> = Expected & { code: C };

export interface ErrorWords {
  /** What stands behind "expected". */
  expected: { [C in Expected["code"]]: string | ((expected: OfCode<C>) => string) };
  fix: { [W in FixWord]: string };
  operands: { [W in OperandsWord]: string };
  part: { [W in PartWord]: string };
  measure: { [W in MeasureWord]: string };
  doing: { [W in DoingWord]: string };
  named: { [W in NamedWord]: string };
}

export function expectedText({ expected }: ErrorWords, found: Expected): string {
  const text = expected[found.code] as string | ((expected: Expected) => string);
  return typeof text === "string" ? text : text(found);
}
