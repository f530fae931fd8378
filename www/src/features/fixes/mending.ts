/** A fix goes on: where mending one block breaks the next in the same way, that is mended in the same step. */

import type { ReceptiveError } from "../../engine/errors.ts";
import type { Spec } from "../../engine/protocol.ts";
import type { SpecClient } from "../../page/page.ts";
import type { NetworkDocument } from "../../spec/document.ts";
import { compilable } from "../../spec/document.ts";
import type { FixText } from "./fix.ts";
import { fixesFor } from "./fixes.ts";

/** Blocks that one fix may go through. */
const MOST = 64;

/**
 * `spec` is what the fix of kind `code` made of the network in `document`, whose error was of kind `kind`. @returns it with all later places mended that have an
 * error of that kind and a fix of that kind; where the engine does not answer, as it is.
 */
export async function mendedOn(
  specs: Pick<SpecClient, "request">,
  document: NetworkDocument,
  { spec, code, kind }: { spec: Spec; code: FixText["code"]; kind: string },
): Promise<Spec> {
  const seen = new Set<string>();
  let made = spec;
  try {
    for (let times = 0; times < MOST; times++) {
      const present = { ...document.present, spec: made };
      const examination = await specs.request("examine", { spec: compilable({ ...document, present }, present.settings) });
      const error = (examination.error ?? examination.network?.nodes.find((node) => node.error)?.error ?? null) as ReceptiveError | null;
      const place = JSON.stringify(error);
      if (!error || error.kind !== kind || seen.has(place)) return made;
      seen.add(place);
      const next = fixesFor(error, { ...document, present, examination }).find(({ text, spec }) => text.code === code && spec !== null);
      if (!next?.spec) return made;
      made = next.spec;
    }
  } catch {
    // What is mended so far is a network all the same.
  }
  return made;
}
