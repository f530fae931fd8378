import type { Spec } from "../engine/protocol.ts";

/** The network up to the layer that cannot be read; null where the first one cannot, or where something else is wrong. */
export function readablePrefix(spec: Spec, error: object | null): Spec | null {
  const path = error && "path" in error ? String(error.path) : "";
  const at = Number(/^layers\[(\d+)\]/u.exec(path)?.[1] ?? 0);
  return at > 0 ? { ...spec, layers: spec.layers.slice(0, at) } : null;
}
