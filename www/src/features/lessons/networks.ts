/** Which network a step begins with. Pure. */
import type { Operation } from "rfc6902";
import { applyPatch } from "rfc6902";
import type { Preset, Spec } from "../../engine/protocol.ts";
import { LessonError } from "./fault.ts";
import type { Lesson, NetworkChoice } from "./lesson.ts";

export interface StepNetwork {
  title: string;
  spec: Spec;
}

/** A copy with a patch on it; null where the patch does not fit. */
export function patched(spec: Spec, patch: readonly Operation[]): Spec | null {
  const result = structuredClone(spec);
  for (const operation of patch) if (applyPatch(result, [structuredClone(operation)])[0]) return null;
  return result;
}

/**
 * The network that a lesson has at a step, by the lesson alone: its last preset or specification until then, and the patches since. Null where it has none.
 *
 * @throws LessonError
 */
export function networkAt({ steps }: Lesson, at: number, presets: readonly Preset[]): StepNetwork | null {
  return steps
    .slice(0, at + 1)
    .reduce<StepNetwork | null>((before, { id, open }) => (open?.network ? chosen(id, open.network, before, presets) : before), null);
}

function chosen(step: string, choice: NetworkChoice, before: StepNetwork | null, presets: readonly Preset[]): StepNetwork {
  if ("spec" in choice) return { title: choice.spec.name ?? "network", spec: choice.spec };
  if ("preset" in choice) {
    const found = presets.find(({ name }) => name === choice.preset);
    if (!found) throw new LessonError({ kind: "not_opened", step, what: "preset", name: choice.preset });
    return { title: found.title, spec: found.spec };
  }
  const spec = before && patched(before.spec, choice.patch);
  if (!before || !spec) throw new LessonError({ kind: "not_opened", step, what: "patch", name: step });
  return { title: before.title, spec };
}
