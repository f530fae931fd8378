/** Names of runs that say what they change. Pure. */
import type { Language } from "../lib/language.ts";
import type { NumberSetting, Settings } from "../spec/settings.ts";

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
