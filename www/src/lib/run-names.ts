/** Names and looks that tell runs apart. */
import type { Language } from "../i18n/messages.ts";
import type { NumberSetting, Settings } from "./settings.ts";

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

/** How a setting is called in a run's name; both languages, since a name is kept as it is. */
const SHORT: { [S in NumberSetting]: { [L in Language]: string } } = {
  learning_rate: { en: "rate", ru: "скорость" },
  momentum: { en: "momentum", ru: "момент" },
  weight_decay: { en: "decay", ru: "затухание" },
  batch_size: { en: "batch", ru: "батч" },
  epochs: { en: "epochs", ru: "эпохи" },
  seed: { en: "seed", ru: "зерно" },
};
const LONGEST = 24;

/** A name of what is other than in the run before: "batch 32"; null where nothing is, where it is too much for a name, or where another has it. */
export function nameOfDifference(before: Settings, after: Settings, language: Language, taken: readonly string[]): string | null {
  const settings = Object.keys(SHORT) as NumberSetting[];
  const words = settings
    .filter((setting) => before[setting] !== after[setting])
    .map((setting) => `${SHORT[setting][language]} ${after[setting]}`);
  const name = words.join(", ");
  return name === "" || name.length > LONGEST || taken.includes(name) ? null : name;
}
