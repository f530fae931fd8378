/** Networks, right and wrong, with the engine's examination of each; `test/browser/outline.test.mjs` asks it again. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReceptiveError } from "../../src/engine/errors.ts";
import type { Spec } from "../../src/engine/protocol.ts";
import type { Examination } from "../../src/engine/spec-protocol.ts";
import type { NetworkDocument } from "../../src/spec/document.ts";
import { newDocument } from "../../src/spec/document.ts";

const file = join(process.env.RECEPTIVE_ROOT ?? "..", "www/test/fixtures/examinations.json");
export const EXAMINATIONS = JSON.parse(readFileSync(file, "utf8")) as { [name: string]: { spec: Spec; examination: Examination } };

export function examined(name: string): { spec: Spec; examination: Examination; error: ReceptiveError | null; document: NetworkDocument } {
  const found = EXAMINATIONS[name];
  if (!found) throw new Error(`there is no examination of ${name}`);
  const { spec, examination } = found;
  const error = (examination.error ?? examination.network?.training_refused ?? null) as ReceptiveError | null;
  return { spec, examination, error, document: { ...newDocument({ title: name, spec }), examination, examined: true } };
}
