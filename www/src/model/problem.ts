/** What keeps a network from being trained: a contradiction in it, or only that it is not finished. Pure. */
import type { ReceptiveError } from "../engine/errors.ts";
import type { AppState } from "./state.ts";

/** How a network has to end, and how it ends: shapes. */
export interface OpenEnd {
  needed: readonly number[];
  found: readonly number[];
}

const refusal = ({ document }: Pick<AppState, "document">): ReceptiveError["kind"] | null =>
  (document?.examination?.network?.training_refused as ReceptiveError | null | undefined)?.kind ?? null;

/** Of a network for other images than those here, as one of full size: nothing is wrong with it, but it cannot be trained. */
export const onlyToLookAt = (state: Pick<AppState, "document">): boolean =>
  state.document?.examined === true && state.document.examination?.error == null && refusal(state) === "images_mismatch";

/** What keeps it from being trained is no mistake in it: it is not said in red. */
export const isNeutral = (state: Pick<AppState, "document">): boolean => openEnd(state) !== null || onlyToLookAt(state);

const ENDS = { mnist: [10], cluttered_mnist: [11, 28, 28] } as const;

/** Of a network whose layers all fit, and which does not end in what its data has classes for; null of any other. */
export function openEnd({ document }: Pick<AppState, "document">): OpenEnd | null {
  if (!document?.examined || document.examination?.error != null) return null;
  const network = document.examination?.network;
  const kind = refusal({ document });
  const last = network?.nodes.findLast(({ head }) => head === null);
  if (!last || (kind !== "rank_mismatch" && kind !== "classes_mismatch")) return null;
  const { data = "mnist" } = document.present.spec;
  return { needed: typeof data === "object" ? [data.classes] : ENDS[data], found: last.output_shape };
}
