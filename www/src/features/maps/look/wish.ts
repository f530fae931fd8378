/** What has to be asked for to show a node at some depth. Pure. */

import type { NetworkDescription, NodeDescription, NodeMaps } from "../../../engine/protocol.ts";
import type { Looked, LookWish } from "../probe-client.ts";

export const DEPTHS = ["layer", "unit", "number"] as const;
export type Depth = (typeof DEPTHS)[number];

/** A node of the network, or the image, which the engine calls `input`. */
export type Shown = Pick<NodeDescription, "name" | "op" | "inputs" | "path" | "output_shape">;

export const IMAGE = "input";

/** What can be shown: the image, and every node there is outside of training. */
export function shownOf({ nodes }: NetworkDescription, image: readonly number[]): Shown[] {
  return [{ name: IMAGE, op: IMAGE, inputs: [], path: "", output_shape: [...image] }, ...nodes.filter(({ head }) => head === null)];
}

export function wishFor(node: Shown, depth: Depth, what: LookWish["what"], unit: readonly number[]): LookWish {
  const image = node.name === IMAGE;
  const names = depth === "layer" ? [node.name] : depth === "unit" ? [node.name, IMAGE] : [node.name, ...node.inputs, IMAGE];
  return {
    what: depth === "number" ? "activations" : what,
    nodes: [...new Set(names)],
    weights: image ? null : node.name,
    field: depth === "layer" || image ? null : { node: node.name, unit },
  };
}

/** The place in the middle of the first map. */
export function middle([, rows = 1, columns = 1]: readonly number[], channel = 0): number[] {
  return [channel, Math.floor(rows / 2), Math.floor(columns / 2)];
}

/** A unit as the engine names it: features have no row and no column. */
export function unitOf(shape: readonly number[], [channel = 0, row = 0, column = 0]: readonly number[]): number[] {
  return shape.length === 1 ? [channel] : [channel, row, column];
}

/** The same unit where there is one, else the nearest. */
export function clamped(
  [channels = 1, rows = 1, columns = 1]: readonly number[],
  [channel = 0, row = 0, column = 0]: readonly number[],
): number[] {
  const within = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at));
  return [within(channel, channels), within(row, rows), within(column, columns)];
}

export function mapsOf(answer: Looked | null, node: string): NodeMaps | null {
  return answer?.maps.maps.find((maps) => maps.node === node) ?? null;
}
