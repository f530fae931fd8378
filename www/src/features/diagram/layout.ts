/**
 * Where everything in a drawing of a network stands. Each level is laid out on its own, by dagre, with its frames as boxes of known size; levels that
 * are alike, as the blocks of a ResNet are, are laid out once. Links beside a longer way are led around on the right, and nothing else moves for them.
 */
import { layout as dagre, Graph } from "@dagrejs/dagre";

/** What the layout needs of a level: sizes and numbers only, so that equal levels are equal text. */
export interface LevelSizes {
  items: { width: number; height: number; inside: LevelSizes | null }[];
  entries: number;
  exits: number;
  /** Ends are numbered entries first, then items, then exits. */
  links: LinkSizes[];
  /** Width and height of the frame's title; null for the whole network. */
  title: [number, number] | null;
}

export interface LinkSizes {
  from: number;
  fromPort: number;
  to: number;
  toPort: number;
  skip: boolean;
  /** What is written beside it. */
  label: number;
}

/** Relative to the middle of the level's top: everything hangs on a line down its middle. */
export interface LevelPlaces {
  left: number;
  right: number;
  height: number;
  /** Middle of the top. */
  items: { x: number; y: number; inside: LevelPlaces | null }[];
  entries: number[];
  exits: number[];
  links: { points: [number, number][]; skip: boolean }[];
}

/** Between ranks; room for a shape beside the link. */
const RANK = 34;
const COLUMN = 28;
const PAD = 14;
/** Between links that are led around. */
const LANE = 16;
/** The height of a title's text. */
const STEM = 24;
/** How far a link goes straight before it turns aside. */
const STUB = 10;

export class Layout {
  readonly #known = new Map<string, LevelPlaces>();

  of(level: LevelSizes): LevelPlaces {
    const key = JSON.stringify(level);
    let places = this.#known.get(key);
    if (!places) {
      places = this.#make(level);
      this.#known.set(key, places);
    }
    return places;
  }

  #make(level: LevelSizes): LevelPlaces {
    const { entries, items, exits, links, title } = level;
    const insides = items.map(({ inside }) => inside && this.of(inside));
    const sizes = items.map(({ width, height }, i) => {
      const inside = insides[i];
      return inside ? { left: inside.left, right: inside.right, height: inside.height } : { left: width / 2, right: width / 2, height };
    });
    const graph = new Graph({ multigraph: true });
    graph.setGraph({ rankdir: "TB", ranksep: RANK, nodesep: COLUMN, edgesep: COLUMN, rankalign: "top" });
    graph.setDefaultEdgeLabel(() => ({}));
    for (let i = 0; i < entries; i += 1) graph.setNode(String(i), { width: 1, height: 1 });
    // As wide on both sides, so that the line in the middle of a frame is dagre's middle.
    for (const [i, { left, right, height }] of sizes.entries())
      graph.setNode(String(entries + i), { width: 2 * Math.max(left, right), height });
    for (let i = 0; i < exits; i += 1) graph.setNode(String(entries + items.length + i), { width: 1, height: 1 });
    const led = links.filter(({ skip }) => !skip);
    for (const [i, { from, to }] of led.entries()) graph.setEdge(String(from), String(to), { weight: 1 }, String(i));
    keepAtEnds(graph, level, led);
    dagre(graph);

    const node = (number: number): { x: number; y: number } => graph.node(String(number)) as { x: number; y: number };
    const middle = graph.hasNode("0") ? node(0).x : 0;
    const sign = mirrored(items.map((_, i) => node(entries + i).x)) ? -1 : 1;
    const at = (number: number): { x: number; y: number } => ({ x: sign * (node(number).x - middle), y: node(number).y });
    const tops = sizes.map(({ height }, i) => at(entries + i).y - height / 2);
    const shift = (title ? title[1] : 0) - Math.min(...tops, Infinity);
    const placed = sizes.map((size, i) => ({ x: at(entries + i).x, y: (tops[i] ?? 0) + shift, ...size }));
    const inner = Math.max(0, ...placed.map(({ y, height }) => y + height));
    const height = inner + (title ? PAD : 0);
    const entryX = Array.from({ length: entries }, (_, i) => at(i).x);
    const exitX = Array.from({ length: exits }, (_, i) => at(entries + items.length + i).x);

    const start = (link: LinkSizes): [number, number] => {
      if (link.from < entries) return [entryX[link.from] ?? 0, 0];
      const item = placed[link.from - entries];
      const port = insides[link.from - entries]?.exits[link.fromPort] ?? 0;
      return item ? [item.x + port, item.y + item.height] : [0, 0];
    };
    const end = (link: LinkSizes): [number, number] => {
      const exit = exitX[link.to - entries - items.length];
      if (exit !== undefined) return [exit, height];
      const item = placed[link.to - entries];
      const port = insides[link.to - entries]?.entries[link.toPort] ?? 0;
      return item ? [item.x + port, item.y] : [0, 0];
    };

    const drawn: LevelPlaces["links"] = links.map(() => ({ points: [], skip: false }));
    for (const [i, link] of led.entries()) {
      const { points = [] } = graph.edge(String(link.from), String(link.to), String(i)) as { points?: { x: number; y: number }[] };
      const bends = points.slice(1, -1).map(({ x, y }): [number, number] => [sign * (x - middle), y + shift]);
      const [begin, ...rest] = straightened(start(link), bends, end(link));
      // Past the frame's title first.
      const stem: [number, number][] = begin && title && link.from < entries ? [begin, [begin[0], STEM]] : begin ? [begin] : [];
      drawn[links.indexOf(link)] = { points: [...stem, ...rest], skip: false };
    }
    spread(links, drawn, placed, insides, entries);

    let left = Math.min(0, ...placed.map(({ x, left }) => x - left), ...drawn.flatMap(({ points }) => points.map(([x]) => x)));
    let right = Math.max(0, ...placed.map(({ x, right }) => x + right), ...drawn.flatMap(({ points }) => points.map(([x]) => x)));
    const lanes: { from: number; to: number; x: number }[] = [];
    const skips = links.filter(({ skip }) => skip).map((link) => ({ link, from: start(link), to: end(link) }));
    skips.sort((one, other) => one.to[1] - one.from[1] - (other.to[1] - other.from[1]));
    for (const { link, from, to } of skips) {
      const item = placed[link.to - entries];
      const beside = placed.filter(({ y, height }) => y + height > from[1] && y < to[1] + 1);
      const crossed = lanes.filter((lane) => lane.to > from[1] && lane.from < to[1]);
      const x = Math.max(...beside.map(({ x, right }) => x + right), from[0], to[0], ...crossed.map((lane) => lane.x)) + LANE;
      const turn = from[1] + STUB;
      const asBox = item && !insides[link.to - entries];
      // Into a box from its side; into a frame, or out of this one, from above.
      const tail: [number, number][] = asBox
        ? [
            [x, to[1] + 12],
            [item.x + item.right, to[1] + 12],
          ]
        : [[x, to[1] - STUB], [to[0], to[1] - STUB], to];
      drawn[links.indexOf(link)] = { points: [from, [from[0], turn], [x, turn], ...tail], skip: true };
      lanes.push({ from: from[1], to: to[1], x: x + Math.max(link.label, 0) });
      right = Math.max(right, x + Math.max(link.label, 0));
    }
    const half = title ? title[0] : 0;
    left = Math.min(left, -half) - (title ? PAD : 0);
    right += title ? PAD : 0;
    return {
      left: -left,
      right,
      height,
      items: placed.map(({ x, y }, i) => ({ x, y, inside: insides[i] ?? null })),
      entries: entryX,
      exits: exitX,
      links: drawn,
    };
  }
}

/** Entries stand above, exits below everything, however long the links from and to them become. */
function keepAtEnds(graph: Graph, { entries, items, exits }: LevelSizes, led: readonly LinkSizes[]): void {
  if (entries > 1) {
    graph.setNode("top", { width: 1, height: 1 });
    for (let i = 0; i < entries; i += 1) graph.setEdge("top", String(i), { weight: 100 });
  }
  const open = items.flatMap((_, i) => (led.some(({ from }) => from === entries + i) ? [] : [entries + i]));
  if (exits > 1 || (exits === 1 && open.length > 0)) {
    graph.setNode("bottom", { width: 1, height: 1 });
    for (let i = 0; i < exits; i += 1) graph.setEdge(String(entries + items.length + i), "bottom", { weight: 100 });
    for (const item of open) graph.setEdge(String(item), "bottom", { weight: 0, minlen: 2 });
  }
}

/** Whether what comes first stands on the right. */
function mirrored(xs: readonly number[]): boolean {
  const mean = xs.reduce((sum, x) => sum + x, 0) / Math.max(1, xs.length);
  return xs.reduce((sum, x, i) => sum + (x - mean) * (i - (xs.length - 1) / 2), 0) < -1;
}

/** Without the bends that a link does not need: those on the line between its ends. */
function straightened(from: [number, number], bends: readonly [number, number][], to: [number, number]): [number, number][] {
  const needed = bends.filter(([x]) => Math.abs(x - from[0]) > 1 || Math.abs(x - to[0]) > 1);
  // One bend between two ranks is dagre's place for a label.
  return needed.length < 2 ? [from, to] : [from, ...needed, to];
}

/** Links that arrive at one box arrive beside each other. */
function spread(
  links: readonly LinkSizes[],
  drawn: LevelPlaces["links"],
  placed: readonly { left: number; right: number }[],
  insides: readonly (LevelPlaces | null)[],
  entries: number,
): void {
  for (const [i, { left }] of placed.entries()) {
    if (insides[i]) continue;
    const arriving = links.flatMap((link, at) => (link.to === entries + i && !link.skip ? (drawn[at] ?? []) : []));
    if (arriving.length < 2) continue;
    arriving.sort((one, other) => (one.points.at(-2)?.[0] ?? 0) - (other.points.at(-2)?.[0] ?? 0));
    for (const [order, { points }] of arriving.entries()) {
      const end = points.at(-1);
      if (end) points[points.length - 1] = [end[0] + ((2 * (order + 0.5)) / arriving.length - 1) * left * 0.7, end[1]];
    }
  }
}
