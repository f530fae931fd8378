/** How the Maps view looks at a layer. It is in the address, so that a link shows the same. Pure. */

import type { ScaleChoice } from "./scales.ts";
import { SCALES } from "./scales.ts";
import type { Depth } from "./wish.ts";
import { DEPTHS } from "./wish.ts";

export const TABS = ["activations", "gradients", "weights"] as const;
export type Tab = (typeof TABS)[number];

export interface Looking {
  tab: Tab;
  scale: ScaleChoice;
  depth: Depth;
  /** Channel, row and column. */
  unit: readonly number[];
}

export const AS_FIRST: Looking = { tab: "activations", scale: "local", depth: "layer", unit: [0, 0, 0] };

const one = <T extends string>(all: readonly T[], text: string | null, otherwise: T): T => all.find((known) => known === text) ?? otherwise;

/** As an address has it; the initial state where the address has none, or nonsense. */
export function parseLooking(fields: URLSearchParams): Looking {
  const unit = (fields.get("unit") ?? "").split(".");
  const depth = one(DEPTHS, fields.get("depth"), AS_FIRST.depth);
  const tab = one(TABS, fields.get("maps"), AS_FIRST.tab);
  return {
    // Deeper there are no weights.
    tab: depth !== "layer" && tab === "weights" ? AS_FIRST.tab : tab,
    scale: one(SCALES, fields.get("scale"), AS_FIRST.scale),
    depth,
    unit: unit.length === 3 && unit.every((at) => /^\d{1,5}$/u.test(at)) ? unit.map(Number) : AS_FIRST.unit,
  };
}

/** What is not as at first. A unit is only seen below the layer. */
export function writeLooking({ tab, scale, depth, unit }: Looking): Record<string, string> {
  return {
    ...(tab !== AS_FIRST.tab && { maps: tab }),
    ...(scale !== AS_FIRST.scale && { scale }),
    ...(depth !== AS_FIRST.depth && { depth, unit: unit.join(".") }),
  };
}
