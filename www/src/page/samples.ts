/** Images of the test set. */

import type { Sample } from "../model/state.ts";
import type { Engine } from "./page.ts";

/** @throws ReceptiveFailure where there is no image of this number. */
export async function fetchSample(engine: Pick<Engine, "request">, number: number): Promise<Sample> {
  const { pixels, label, index } = await engine.request({ type: "sample", split: "test", index: number });
  return { pixels: Uint8Array.from(pixels), label, index };
}
