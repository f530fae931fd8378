/** How often something short is repeated so that a browser's coarse clock can time it. No DOM, no engine. */
import type { Timing } from "./protocol.ts";

export interface Patience {
  /** Milliseconds that a sample should take at least. */
  sample: number;
  /** Milliseconds that all samples together should take at most: a slow thing is sampled less often. */
  budget: number;
  /** Repetitions in a sample at most. */
  repeats: number;
  /** Takes off what one sample costs beside its repetitions: a submit to a GPU, and waiting for it. */
  overhead: boolean;
}

const SAMPLES = 5;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest time that a clock can tell, in milliseconds. Browsers make theirs coarse on purpose: 0.1 ms, or 1 ms. */
export function resolution(now: () => number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    const begin = now();
    let end = begin;
    while (end === begin) end = now();
    least = Math.min(least, end - begin);
  }
  return least;
}

/** An odd number of samples that the budget has room for, from 1 to 5. */
export function samplesWithin(budget: number, sample: number): number {
  const room = Math.min(SAMPLES, Math.max(1, Math.floor(budget / sample)));
  return room % 2 === 0 ? room - 1 : room;
}

/**
 * Times one repetition of something. `run(repeats, samples)` does so many repetitions at once, so many times over, and says how long each sample took. The first
 * run is thrown away: it makes and compiles what later ones use.
 */
export async function timed(run: (repeats: number, samples: number) => Promise<readonly number[]>, patience: Patience): Promise<Timing> {
  const once = async (repeats: number): Promise<number> => median(await run(repeats, 1));
  await once(1);
  let repeats = 1;
  let samples = 1;
  let all = await once(1);
  do {
    while (all < patience.sample && repeats < patience.repeats) {
      // A little more than seems enough, at most twenty times as many: the clock may have missed most of it.
      const factor = Math.min(20, Math.max(2, (1.2 * patience.sample) / Math.max(all, 1e-3)));
      repeats = Math.min(patience.repeats, Math.ceil(repeats * factor));
      all = await once(repeats);
    }
    samples = samplesWithin(patience.budget, Math.max(all, 1e-3));
    all = median(await run(repeats, samples));
    // One sample seems long where something else had the processor; the median of several tells, and then there are more repetitions to do.
  } while (all < patience.sample / 2 && repeats < patience.repeats);
  const alone = patience.overhead && repeats > 1 ? median(await run(1, samples)) : 0;
  // Where one alone seems as long as many, it was the clock: then the overhead stays in.
  const ms = alone > 0 && alone < all ? (all - alone) / (repeats - 1) : all / repeats;
  return { ms, samples, repeats };
}
