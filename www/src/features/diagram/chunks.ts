/** A drawing in parts, each put into the page on its own: the page answers between two of them. */
import type { Box, Edge, Scene } from "./scene.ts";

const CHUNK = 40;

export type Chunk = { edges: readonly Edge[] } | { boxes: readonly Box[] };

/** Frames lie below the links, and boxes on them. */
export function chunksOf({ boxes, edges }: Scene): Chunk[] {
  const cut = <T>(all: readonly T[]): T[][] =>
    Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK));
  const frames = boxes.filter(({ kind }) => kind === "frame");
  const others = boxes.filter(({ kind }) => kind !== "frame");
  return [
    ...cut(frames).map((boxes) => ({ boxes })),
    ...cut(edges).map((edges) => ({ edges })),
    ...cut(others).map((boxes) => ({ boxes })),
  ];
}
