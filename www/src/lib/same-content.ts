/** Two values with the same content, in whatever order their fields stand. */
export function sameContent(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null || Array.isArray(one) !== Array.isArray(other))
    return false;
  const known = (value: object): [string, unknown][] => Object.entries(value).filter(([, inner]) => inner !== undefined);
  const [left, right] = [known(one), new Map(known(other))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameContent(value, right.get(key)));
}
