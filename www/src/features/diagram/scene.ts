/** The drawing of a network: every box, frame, link and text with its place, ready for SVG. */

import type { NodeDescription } from "../../engine/protocol.ts";
import { familyOf } from "../../spec/operators.ts";
import type { Cell, Item, Level, Link, LinkState } from "./graph.ts";
import { placeNumber } from "./graph.ts";
import type { LevelPlaces, LevelSizes } from "./layout.ts";
import type { Container } from "./tree.ts";
import type { Rect } from "./viewport.ts";

/** The first cell of a stack has two lines, those after it one. */
export const HEAD_HEIGHT = 40;
export const STRIP_HEIGHT = 22;
export const FRAME_TITLE = 34;
const FORK = 18;
const END_HEIGHT = 30;

export interface CellBox {
  kind: "cell";
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  cell: Cell;
  /** As it is called in its frame. */
  name: string;
  family: string;
  head: boolean;
  strip: boolean;
}

export interface FoldBox {
  kind: "fold";
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  container: Container;
}

export interface EndBox {
  kind: "input" | "output";
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  shape: readonly number[];
  head: boolean;
}

export interface FrameBox {
  kind: "frame";
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  container: Container;
  depth: number;
}

export type Box = CellBox | FoldBox | EndBox | FrameBox;

export interface Edge {
  path: string;
  state: LinkState;
  skip: boolean;
  head: boolean;
  /** Where a link forks inside a frame, or leaves it, the arrow and the shape are others'. */
  arrow: boolean;
  label: { x: number; y: number; left: boolean; text: string } | null;
  source: string;
  target: string;
  /** Where it arrives. */
  end: [number, number];
  /** It arrives from the right. */
  sideways: boolean;
}

/** What is wrong, beside where it is wrong. */
export interface Callout {
  x: number;
  y: number;
  width: number;
  height: number;
  lines: string[];
  /** Where the link does not fit. */
  at: [number, number];
}

export interface Scene {
  boxes: Box[];
  edges: Edge[];
  callout: Callout | null;
  left: number;
  width: number;
  height: number;
}

/** What the reader's language and the font make of a text. */
export interface Writing {
  shape: (shape: readonly number[]) => string;
  frameTitle: (container: Container) => string;
}

/** Of 13 px text; generous, for texts are not measured. */
const GLYPH = 6.6;

export const textWidth = (text: string): number => text.length * GLYPH;

/** A text that is cut where it would not fit. */
export function fitted(text: string, width: number): string {
  const room = Math.floor(width / GLYPH);
  return text.length <= room ? text : `${text.slice(0, Math.max(1, room - 1))}…`;
}

/** The longest short name of what folds into another box, in either language, is not cut. */
const LEAST = 132;

/** Wider by a step with every doubling of the channels. */
export function widthOf(shape: readonly number[]): number {
  const channels = shape[0] ?? 0;
  return channels < 1 ? LEAST : Math.min(276, LEAST + 12 * Math.log2(channels));
}

function sizeOf(item: Item, writing: Writing): { width: number; height: number; inside: LevelSizes | null } {
  switch (item.kind) {
    case "stack":
      return {
        width: widthOf(item.cells[0]?.node.output_shape ?? []),
        height: HEAD_HEIGHT + STRIP_HEIGHT * (item.cells.length - 1),
        inside: null,
      };
    case "fold":
      return { width: Math.max(160, widthOf(item.container.shape)), height: HEAD_HEIGHT + 4, inside: null };
    case "input":
    case "output":
      return { width: 112, height: END_HEIGHT, inside: null };
    case "frame":
      return { width: 0, height: 0, inside: sizesOf(item.inside, writing, item.container) };
  }
}

/** Whether what comes in goes several ways, and needs room for it. */
function forks({ links }: Level): boolean {
  const ways = links.flatMap(({ from, skip }) => (from.at === "entry" && !skip ? [from.index] : []));
  return new Set(ways).size < ways.length;
}

/** What the layout needs to know. */
export function sizesOf(level: Level, writing: Writing, container: Container | null = null): LevelSizes {
  return {
    items: level.items.map((item) => sizeOf(item, writing)),
    entries: level.entries.length,
    exits: level.exits.length,
    links: level.links.map((link) => ({
      from: placeNumber(level, link.from),
      fromPort: link.from.port,
      to: placeNumber(level, link.to),
      toPort: link.to.port,
      skip: link.skip,
      label: link.skip ? Math.ceil(textWidth(writing.shape(link.shape))) + 8 : 0,
    })),
    // The title stands on the left of the line in the middle, after the button.
    title: container ? [Math.ceil(textWidth(writing.frameTitle(container))) + 40, FRAME_TITLE + (forks(level) ? FORK : 0)] : null,
  };
}

export function sceneOf(level: Level, places: LevelPlaces, writing: Writing, problem: string | null = null): Scene {
  const boxes: Box[] = [];
  const edges: Edge[] = [];
  walk(level, places, 0, 0, 0, "");
  const callout = problem === null ? null : calloutOf(problem, boxes, edges);
  const left = Math.min(-places.left, callout?.x ?? 0);
  return {
    boxes,
    edges,
    callout,
    left,
    width: places.right - left,
    height: Math.max(places.height, callout ? callout.y + callout.height : 0),
  };

  function walk(level: Level, places: LevelPlaces, x: number, y: number, depth: number, prefix: string): void {
    for (const [i, item] of level.items.entries()) {
      const place = places.items[i];
      if (!place) continue;
      const [middle, top] = [x + place.x, y + place.y];
      if (item.kind === "frame" && place.inside) {
        const { inside } = place;
        boxes.push({
          kind: "frame",
          id: item.id,
          x: middle - inside.left,
          y: top,
          width: inside.left + inside.right,
          height: inside.height,
          container: item.container,
          depth,
        });
        walk(item.inside, inside, middle, top, depth + 1, item.container.label ?? prefix);
        continue;
      }
      const { width, height } = sizeOf(item, writing);
      const box = { id: item.id, x: middle - width / 2, y: top, width, height };
      if (item.kind === "stack") boxes.push(...cellsOf(item.cells, box, item.head, prefix));
      else if (item.kind === "fold") boxes.push({ kind: "fold", ...box, container: item.container });
      else if (item.kind !== "frame") boxes.push({ kind: item.kind, ...box, shape: item.shape, head: item.head });
    }
    const labelled = new Set<string>();
    const forked = new Set(level.links.filter(({ skip }) => skip).map(({ source }) => source));
    for (const [i, link] of level.links.entries()) {
      const drawn = places.links[i];
      if (drawn) edges.push(edgeOf(link, level, drawn.points, x, y, labelled, forked));
    }
  }

  function edgeOf(
    link: Link,
    level: Level,
    points: readonly [number, number][],
    x: number,
    y: number,
    labelled: Set<string>,
    forked: ReadonlySet<string>,
  ): Edge {
    const absolute = points.map(([px, py]): [number, number] => [x + px, y + py]);
    const { source, target, state, skip, head } = link;
    const target_ = link.to.at === "item" ? level.items[link.to.index] : undefined;
    const begin = absolute[0] ?? [0, 0];
    const text = state === "unknown" ? "?" : writing.shape(link.shape);
    // A value is named where it leaves its box, and once more on the way around.
    const repeated = labelled.has(source) || link.from.at === "entry" || link.to.at === "exit";
    if (!skip) labelled.add(source);
    const lane = absolute[2] ?? begin;
    // On the right, unless a link turns off there.
    const left = forked.has(source);
    const label = skip
      ? { x: lane[0] + 6, y: (lane[1] + (absolute[3]?.[1] ?? lane[1])) / 2 + 4, left: false, text }
      : repeated
        ? null
        : { x: begin[0] + (left ? -7 : 7), y: begin[1] + 18, left, text };
    return {
      path: skip ? rounded(absolute) : flowing(absolute),
      state,
      skip,
      head,
      arrow: target_ !== undefined && target_.kind !== "frame",
      label,
      source,
      target,
      end: absolute.at(-1) ?? begin,
      sideways: skip && target_ !== undefined && target_.kind !== "frame",
    };
  }
}

const CALLOUT = { characters: 34, line: 16, pad: 10, apart: 22 };

/** On the left, where nothing that is drawn lies below it. */
function calloutOf(problem: string, boxes: readonly Box[], edges: readonly Edge[]): Callout | null {
  const wrong = edges.filter(({ state, arrow }) => state === "wrong" && arrow)[0];
  if (!wrong) return null;
  const lines = wrapped(problem, CALLOUT.characters);
  const width = Math.ceil(textWidth("n".repeat(CALLOUT.characters))) + 2 * CALLOUT.pad;
  const height = lines.length * CALLOUT.line + 2 * CALLOUT.pad - 4;
  const at: [number, number] = [wrong.end[0], wrong.end[1] - (wrong.skip ? 0 : 15)];
  const y = Math.max(0, at[1] - 18);
  const beside = boxes.filter((box) => box.kind !== "frame" && box.x < at[0] && box.y < y + height + 8 && box.y + box.height > y - 8);
  return { x: Math.min(at[0] - 60, ...beside.map(({ x }) => x)) - CALLOUT.apart - width, y, width, height, lines, at };
}

/** A callout and where it points to. */
export function calloutPart({ x, y, width, height, at }: Callout): Rect {
  return { x, y: y - 8, width: Math.max(width, at[0] + 80 - x), height: height + 16 };
}

/** In lines of at most so many characters, where the words allow it. */
export function wrapped(text: string, characters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= characters) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function cellsOf(
  cells: readonly Cell[],
  { x, y, width }: { x: number; y: number; width: number },
  head: boolean,
  prefix: string,
): CellBox[] {
  return cells.map((cell, i) => ({
    kind: "cell",
    id: cell.node.name,
    x,
    y: i === 0 ? y : y + HEAD_HEIGHT + STRIP_HEIGHT * (i - 1),
    width,
    height: i === 0 ? HEAD_HEIGHT : STRIP_HEIGHT,
    cell,
    name: withoutPrefix(cell.node, prefix),
    family: familyOf(cell.node.op),
    head,
    strip: i > 0,
  }));
}

function withoutPrefix({ name }: NodeDescription, prefix: string): string {
  return prefix !== "" && name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);
const point = ([x, y]: readonly [number, number]): string => `${round(x)} ${round(y)}`;

/** Down, with a bow wherever it goes aside. */
export function flowing(points: readonly [number, number][]): string {
  return points.reduce((path, to, i) => {
    const from = points[i - 1];
    if (!from) return `M${point(to)}`;
    if (Math.abs(from[0] - to[0]) < 0.5) return `${path}V${round(to[1])}`;
    const half = (from[1] + to[1]) / 2;
    return `${path}C${point([from[0], half])} ${point([to[0], half])} ${point(to)}`;
  }, "");
}

/** Along its corners, each of them rounded. */
export function rounded(points: readonly [number, number][], radius = 9): string {
  return points.reduce((path, corner, i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (!before) return `M${point(corner)}`;
    if (!after) return `${path}L${point(corner)}`;
    const towards = (other: readonly [number, number]): [number, number] => {
      const [dx, dy] = [other[0] - corner[0], other[1] - corner[1]];
      const length = Math.hypot(dx, dy);
      const part = length > 0 ? Math.min(radius, length / 2) / length : 0;
      return [corner[0] + dx * part, corner[1] + dy * part];
    };
    return `${path}L${point(towards(before))}Q${point(corner)} ${point(towards(after))}`;
  }, "");
}
