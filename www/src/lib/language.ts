/** Which languages there are, without their texts. */

export type Language = "ru" | "en";

export const LANGUAGES: readonly Language[] = ["ru", "en"];

/** The first of the wishes that is a language of ours, whatever its region; English if none is. */
export function pickLanguage(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const found = LANGUAGES.find((language) => wish?.toLowerCase().split(/[-_]/u)[0] === language);
    if (found) return found;
  }
  return "en";
}
