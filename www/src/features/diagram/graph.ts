/** From what the engine says of a network to the graph that is drawn: stacks of nodes and frames around them, level by level, and the links of each level. */
import type { NetworkDescription, NodeDescription } from "../../engine/protocol.ts";
import type { Branch, Container, Folding } from "./tree.ts";
import { consumers, followsOn, treeOf } from "./tree.ts";

/** A node as it is drawn, and those of other rounds that it stands for. */
export interface Cell {
  node: NodeDescription;
  alike: readonly string[];
}

export type Item =
  | { kind: "stack"; id: string; cells: Cell[]; head: boolean }
  /** A container folded into one box. */
  | { kind: "fold"; id: string; container: Container }
  | { kind: "frame"; id: string; container: Container; inside: Level }
  /** The image, and what comes out at the end of the network or of a head. */
  | { kind: "input" | "output"; id: string; shape: readonly number[]; head: boolean };

/** `wrong`: what arrives does not fit. `unknown`: no shape, for what lies before it does not fit. */
export type LinkState = "ok" | "wrong" | "unknown";

/** Where a link begins or ends on its level: at an item, or at a place on the frame's edge. `port` tells apart those of a frame inside. */
export interface Place {
  at: "entry" | "item" | "exit";
  index: number;
  /** Of a frame inside: which of its entries or exits. */
  port: number;
}

export interface Link {
  from: Place;
  to: Place;
  /** Of the value that goes along it. */
  shape: readonly number[];
  state: LinkState;
  /** There is a longer way between the same ends. */
  skip: boolean;
  head: boolean;
  /** Ids of the boxes at the ends of the whole edge. */
  source: string;
  target: string;
}

/** What lies in one frame, or the whole network. Entries and exits are the ids of the boxes that their values come from. */
export interface Level {
  items: Item[];
  entries: string[];
  exits: string[];
  links: Link[];
}

export interface Graph {
  level: Level;
  /** For each node of the network, hidden ones too: the id of the box, and for a cell its node. */
  boxes: ReadonlyMap<string, { id: string; node: string | null }>;
  /** The network's last node that is no head's. */
  last: string | null;
}

interface Home {
  level: Level;
  /** From the whole network inwards. */
  frames: { id: string; level: Level }[];
}

/** Names of nodes have no slash at the beginning. */
export const INPUT = "/input";
export const OUTPUT = "/output";

export function graphOf(network: NetworkDescription, inputShape: readonly number[], folding: Folding, outputWrong: boolean): Graph {
  const { nodes } = network;
  const counts = consumers(nodes);
  const root: Level = { items: [], entries: [], exits: [], links: [] };
  const homes = new Map<string, Home>();
  const boxes = new Map<string, { id: string; node: string | null }>();
  const hidden = new Set<string>();
  const rootHome: Home = { level: root, frames: [] };

  const add = (home: Home, item: Item): void => {
    home.level.items.push(item);
    homes.set(item.id, home);
  };

  const place = (branches: readonly Branch[], home: Home, hiddenRounds: readonly number[]): void => {
    let stack: (Item & { kind: "stack" }) | null = null;
    for (const branch of branches) {
      if (typeof branch === "number") {
        const node = nodes[branch];
        if (!node) continue;
        const alike = hiddenRounds.flatMap((offset) => nodes[branch + offset]?.name ?? []);
        if (!stack || !followsOn(nodes, counts, branch) || stack.cells.at(-1)?.node !== nodes[branch - 1]) {
          stack = { kind: "stack", id: node.name, cells: [], head: node.head !== null };
          add(home, stack);
        }
        stack.cells.push({ node, alike });
        for (const name of [node.name, ...alike]) boxes.set(name, { id: stack.id, node: node.name });
        for (const name of alike) hidden.add(name);
        continue;
      }
      stack = null;
      const { container, inside } = branch;
      const id = `${container.name}/`;
      if (container.folded && container.rounds === 1) {
        add(home, { kind: "fold", id, container });
        const offsets = [0, ...hiddenRounds];
        for (let at = container.first; at < container.first + container.count; at += 1) {
          for (const offset of offsets) {
            const name = nodes[at + offset]?.name;
            if (name === undefined) continue;
            boxes.set(name, { id, node: null });
            if (offset > 0) hidden.add(name);
          }
        }
        continue;
      }
      const level: Level = { items: [], entries: [], exits: [], links: [] };
      add(home, { kind: "frame", id, container, inside: level });
      const more = container.folded ? Array.from({ length: container.rounds - 1 }, (_, i) => (i + 1) * container.count) : [];
      const offsets = [0, ...more].flatMap((outer) => [0, ...hiddenRounds].map((inner) => outer + inner)).filter((offset) => offset > 0);
      place(inside, { level, frames: [...home.frames, { id, level }] }, offsets);
    }
  };

  add(rootHome, { kind: "input", id: INPUT, shape: inputShape, head: false });
  boxes.set("input", { id: INPUT, node: null });
  place(treeOf(network, folding), rootHome, []);

  const shapes = new Map(nodes.map(({ name, output_shape }) => [name, output_shape]));
  shapes.set("input", [...inputShape]);
  const stateOf = (shape: readonly number[], wrong: boolean): LinkState => (wrong ? "wrong" : shape.length === 0 ? "unknown" : "ok");

  for (const node of nodes) {
    if (hidden.has(node.name)) continue;
    for (const input of node.inputs) {
      const [source, target] = [boxes.get(input)?.id, boxes.get(node.name)?.id];
      const shape = shapes.get(input) ?? [];
      if (source !== undefined && target !== undefined && source !== target)
        connect(source, target, shape, stateOf(shape, node.error !== null && shape.length > 0), node.head !== null);
    }
  }
  const last = nodes.findLast(({ head }) => head === null) ?? null;
  const heads = new Map(nodes.flatMap((node) => (node.head === null ? [] : [[node.head, node] as const])));
  for (const node of [...heads.values(), ...(last ? [last] : [])]) {
    const source = boxes.get(node.name)?.id;
    if (source === undefined) continue;
    const home = (node.head === null ? undefined : homes.get(source)) ?? rootHome;
    const id = node.head === null ? OUTPUT : `${OUTPUT}/${node.head}`;
    add(home, { kind: "output", id, shape: node.output_shape, head: node.head !== null });
    connect(source, id, node.output_shape, stateOf(node.output_shape, node === last && outputWrong), node.head !== null);
  }
  for (const level of new Set([root, ...[...homes.values()].map(({ level }) => level)])) markSkips(level);
  return { level: root, boxes, last: last?.name ?? null };

  /** An edge between two boxes is a link on every level it goes through. */
  function connect(source: string, target: string, shape: readonly number[], state: LinkState, head: boolean): void {
    const [from, to] = [homes.get(source), homes.get(target)];
    if (!from || !to) return;
    let shared = 0;
    while (from.frames[shared] && from.frames[shared]?.id === to.frames[shared]?.id) shared += 1;
    const link = (level: Level, from: Place, to: Place): void => {
      const known = level.links.find((one) => samePlace(one.from, from) && samePlace(one.to, to));
      if (!known) level.links.push({ from, to, shape, state, skip: false, head, source, target });
      else if (state === "wrong") known.state = state;
    };
    // Outwards from the source to the level that both are on.
    let begin: Place = { at: "item", index: indexOf(from.level, source), port: 0 };
    let level = from.level;
    for (let depth = from.frames.length - 1; depth >= shared; depth -= 1) {
      const port = placeOf(level.exits, source);
      link(level, begin, { at: "exit", index: port, port: 0 });
      const frame = from.frames[depth]?.id ?? "";
      level = from.frames[depth - 1]?.level ?? root;
      begin = { at: "item", index: indexOf(level, frame), port };
    }
    // And inwards to the target.
    for (let depth = shared; depth < to.frames.length; depth += 1) {
      const frame = to.frames[depth];
      if (!frame) return;
      const port = placeOf(frame.level.entries, source);
      link(level, begin, { at: "item", index: indexOf(level, frame.id), port });
      level = frame.level;
      begin = { at: "entry", index: port, port: 0 };
    }
    link(level, begin, { at: "item", index: indexOf(level, target), port: 0 });
  }
}

const indexOf = ({ items }: Level, id: string): number => items.findIndex((item) => item.id === id);

function placeOf(places: string[], id: string): number {
  const known = places.indexOf(id);
  return known >= 0 ? known : places.push(id) - 1;
}

const samePlace = (one: Place, other: Place): boolean => one.at === other.at && one.index === other.index && one.port === other.port;

/** Entries, items and exits of a level in one row, as numbers. */
export function placeNumber({ entries, items }: Level, { at, index }: Place): number {
  return at === "entry" ? index : at === "item" ? entries.length + index : entries.length + items.length + index;
}

function markSkips(level: Level): void {
  const after = new Map<number, number[]>();
  for (const link of level.links) {
    const from = placeNumber(level, link.from);
    after.set(from, [...(after.get(from) ?? []), placeNumber(level, link.to)]);
  }
  for (const link of level.links) {
    const next = after.get(placeNumber(level, link.from)) ?? [];
    if (next.length < 2) continue;
    const target = placeNumber(level, link.to);
    const seen = new Set<number>();
    const open = next.filter((one) => one !== target);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...(after.get(at) ?? []));
    }
    link.skip = seen.has(target);
  }
}
