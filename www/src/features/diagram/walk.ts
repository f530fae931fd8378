/** Which box an arrow key leads to: along the links, to what stands beside, into frames and out of them. */
import type { Box, Scene } from "./scene.ts";

export type Direction = "up" | "down" | "left" | "right";

const middle = ({ x, width }: Box): number => x + width / 2;
const contains = (outer: Box, inner: Box): boolean =>
  outer !== inner &&
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

/** The box that the cell belongs to is named by its first cell. */
function stackOf(scene: Scene, box: Box): Box[] {
  if (box.kind !== "cell") return [box];
  const at = scene.boxes.indexOf(box);
  let first = at;
  while (isStrip(scene.boxes[first])) first -= 1;
  let last = at;
  while (isStrip(scene.boxes[last + 1])) last += 1;
  return scene.boxes.slice(first, last + 1);
}

const isStrip = (box: Box | undefined): boolean => box?.kind === "cell" && box.strip;

export function enclosing(scene: Scene, box: Box): Box | null {
  const around = scene.boxes.filter((one) => one.kind === "frame" && contains(one, box));
  return around.reduce<Box | null>((least, one) => (!least || one.width * one.height < least.width * least.height ? one : least), null);
}

/** Null where there is nothing in that direction. */
export function walked(scene: Scene, from: Box, direction: Direction): Box | null {
  const byId = new Map(scene.boxes.map((box) => [box.id, box]));
  if (from.kind === "frame") {
    if (direction === "left") return enclosing(scene, from);
    if (direction !== "up") return scene.boxes.filter((box) => contains(from, box)).sort((one, other) => one.y - other.y)[0] ?? null;
  }
  const stack = stackOf(scene, from);
  const nearest = (boxes: (Box | undefined)[]): Box | null =>
    boxes.reduce<Box | null>(
      (best, box) => (box && (!best || Math.abs(middle(box) - middle(from)) < Math.abs(middle(best) - middle(from))) ? box : best),
      null,
    );
  switch (direction) {
    case "down": {
      const next = stack[stack.indexOf(from) + 1];
      if (next) return next;
      return nearest(scene.edges.flatMap(({ source, target, skip }) => (source === stack[0]?.id && !skip ? byId.get(target) : [])));
    }
    case "up": {
      const before = stack[stack.indexOf(from) - 1];
      if (before) return before;
      const sources = scene.edges.flatMap(({ source, target, skip }) => (target === from.id && !skip ? byId.get(source) : []));
      const source = nearest(sources);
      return source ? (stackOf(scene, source).at(-1) ?? source) : from.kind === "frame" ? enclosing(scene, from) : null;
    }
    case "left":
    case "right": {
      const sign = direction === "left" ? -1 : 1;
      const beside = scene.boxes.filter(
        (box) => box.kind !== "frame" && !stack.includes(box) && (middle(box) - middle(from)) * sign > 20 && Math.abs(box.y - from.y) < 60,
      );
      const distance = (box: Box): number => Math.abs(middle(box) - middle(from)) + 2 * Math.abs(box.y - from.y);
      const found = beside.reduce<Box | null>((best, box) => (!best || distance(box) < distance(best) ? box : best), null);
      return found ?? (direction === "left" ? enclosing(scene, from) : null);
    }
  }
}
