/** A number as people type it: with a point or a comma, with thousands apart by spaces, commas or points. Null where it is none. Pure. */
export function numberOf(typed: string): number | null {
  const text = typed.trim().replaceAll(/[\s\u00a0\u202f]/gu, "");
  const thousands = /^-?\d{1,3}(?:[,.]\d{3})+$/u.test(text);
  const plain = thousands ? text.replaceAll(/[,.]/gu, "") : text.replace(",", ".");
  return /^-?(?:\d+\.?\d*|\.\d+)$/u.test(plain) ? Number(plain) : null;
}
