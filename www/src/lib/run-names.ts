/** Names and looks that tell runs apart. */

const WORDS = [
  "kiwi",
  "oak",
  "fox",
  "lime",
  "wren",
  "fig",
  "elk",
  "mint",
  "owl",
  "plum",
  "lynx",
  "fern",
  "crab",
  "pear",
  "swan",
  "moss",
  "hare",
  "rose",
  "seal",
  "palm",
  "toad",
  "sage",
  "wolf",
  "iris",
];

/** The next name that none has. After the last word they begin anew, with a number. */
export function nextName(taken: Iterable<string>): string {
  const known = new Set(taken);
  for (let round = 1; ; round++) {
    const found = WORDS.map((word) => (round === 1 ? word : `${word} ${round}`)).find((name) => !known.has(name));
    if (found) return found;
  }
}

/** How a run's curve is drawn: a colour (`--run-N`) and a dash, so that neither stands alone. */
export const LOOKS: readonly { colour: string; dash: readonly number[] }[] = [
  { colour: "--run-1", dash: [] },
  { colour: "--run-2", dash: [7, 3] },
  { colour: "--run-3", dash: [2, 3] },
  { colour: "--run-4", dash: [9, 3, 2, 3] },
  { colour: "--run-5", dash: [12, 5] },
  { colour: "--run-6", dash: [4, 2] },
];

/** The look that fewest have. */
export function nextLook(taken: readonly number[]): number {
  const counts = LOOKS.map((_, look) => taken.filter((one) => one === look).length);
  return counts.indexOf(Math.min(...counts));
}
