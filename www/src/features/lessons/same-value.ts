/**
 * Two values of JSON that are the same, in whatever order their fields stand. `lib/same-content.ts` is in the page's first script, and would be in a part of
 * its own if this feature shared it: more bytes before the first paint than these here.
 */
const text = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );

export const sameValue = (one: unknown, other: unknown): boolean => text(one) === text(other);
