/** A specification as the page takes it, made of one as others write it. Pure. */
import type { Spec } from "../engine/protocol.ts";

/** What a network without an `input` is for: an image of MNIST. */
const INPUT = [1, 28, 28];

/** `null` counts as absent in the language. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const there = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(there.map(([field, inner]) => [field, withoutNulls(inner)]));
}

/** The same network with its input said, and without fields that say nothing. The engine has read it: it is an object, and not too deep. */
export function wholeSpec(spec: Spec | (Omit<Spec, "input"> & { input?: number[] | null })): Spec {
  const { input = INPUT, ...rest } = withoutNulls(spec) as Partial<Spec>;
  return { ...rest, input } as Spec;
}
