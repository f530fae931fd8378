/** Type-ahead: which of some choices a few letters may mean. Pure. */

/** Small letters, without the dots of ё. */
const plain = (text: string): string => text.toLowerCase().replaceAll("ё", "е");

/** The choices that have all typed words in them, those first whose words begin so, in their order else. */
export function matching<T>(choices: readonly T[], typed: string, wordsOf: (choice: T) => string): T[] {
  const wanted = plain(typed)
    .split(/\s+/u)
    .filter((word) => word !== "");
  const ranked = choices.map((choice, order) => {
    const text = plain(wordsOf(choice));
    const words = text.split(/[\s_.,()-]+/u);
    const rank = wanted.reduce((sum, part) => {
      if (words[0]?.startsWith(part)) return sum;
      if (words.some((word) => word.startsWith(part))) return sum + 1;
      return text.includes(part) ? sum + 10 : sum + 1000;
    }, 0);
    return { choice, order, rank };
  });
  return ranked
    .filter(({ rank }) => rank < 1000)
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .map(({ choice }) => choice);
}
