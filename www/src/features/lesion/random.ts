/** Parts drawn at random, the same ones each time. Pure. */
import type { Draw } from "./model.ts";

/** Draws of each number of parts. */
export const DRAWS = 5;
/** Numbers of parts that are tried at most. */
const MOST = 8;

/** Numbers below 1, the same sequence each time (mulberry32, public domain). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many parts are left out together: each number where there are few parts, else some of them. */
export function numbersOf(parts: number): number[] {
  if (parts <= MOST) return Array.from({ length: parts }, (_, at) => at + 1);
  return [...new Set(Array.from({ length: MOST }, (_, at) => Math.max(1, Math.round((at * parts) / MOST))))].concat(parts);
}

/** So many of the ids, in their order. */
function drawn(ids: readonly string[], k: number, random: () => number): string[] {
  const left = ids.map((_, at) => at);
  const chosen = Array.from({ length: k }, () => left.splice(Math.floor(random() * left.length), 1)[0] ?? 0);
  return chosen.sort((one, other) => one - other).map((at) => ids[at] ?? "");
}

/** Up to five draws of each number, no two of a number alike. */
export function draws(ids: readonly string[]): Draw[] {
  const random = generator(0x5eed);
  return numbersOf(ids.length).flatMap((k) => {
    const found = new Map<string, Draw>();
    // Of few parts there are fewer choices.
    for (let tries = 0; tries < 8 * DRAWS && found.size < DRAWS; tries++) {
      const cut = drawn(ids, k, random);
      found.set(cut.join("\n"), { k, cut });
    }
    return [...found.values()];
  });
}
