/** A network's nodes in its containers, as a tree; what is folded stands in it as one. */

import type { GroupDescription, NetworkDescription, NodeDescription } from "../../engine/protocol.ts";
import type { Selection } from "../../spec/document.ts";
import { familyOf } from "../../spec/operators.ts";
import { isWithin } from "../../spec/spec-path.ts";

export type FrameKind = GroupDescription["kind"];

/** A container as it is drawn: with those that hold the same nodes and nothing else, it is one frame. */
export interface Container {
  /** Of the outermost group; unique. */
  name: string;
  /** Of the innermost group. */
  path: string;
  kind: FrameKind;
  /** What stands before the names of its nodes; null where it has none. */
  label: string | null;
  first: number;
  count: number;
  params: number;
  shape: readonly number[];
  /** Rounds of a repeat: which of how many. */
  round: number;
  rounds: number;
  /** What folds and unfolds it: its name; of rounds, the first one's. */
  key: string;
  /** One box instead of a frame; of rounds: the first round stands for all. */
  folded: boolean;
  head: boolean;
}

export type Branch = number | { container: Container; inside: Branch[] };

/** What the reader folded, and which rounds were unfolded, by the containers' names; of rounds, the first one's. */
export interface Folding {
  folded: ReadonlySet<string>;
  unfolded: ReadonlySet<string>;
}

export const NOTHING_FOLDED: Folding = { folded: new Set(), unfolded: new Set() };

/** Families that are drawn on what they follow. */
const FOLLOWERS: ReadonlySet<string> = new Set(["normalization", "activation", "noise"]);

export function consumers(nodes: readonly NodeDescription[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { inputs } of nodes) for (const input of inputs) counts.set(input, (counts.get(input) ?? 0) + 1);
  return counts;
}

/** Whether node `at` is drawn as a part of the one before it: convolution, normalization and activation are one stack. */
export function followsOn(nodes: readonly NodeDescription[], counts: ReadonlyMap<string, number>, at: number): boolean {
  const [before, node] = [nodes[at - 1], nodes[at]];
  if (!before || !node || node.error || before.error) return false;
  return (
    node.inputs.length === 1 &&
    node.inputs[0] === before.name &&
    counts.get(before.name) === 1 &&
    node.head === before.head &&
    FOLLOWERS.has(familyOf(node.op))
  );
}

interface Raw {
  group: GroupDescription;
  inside: (number | Raw)[];
}

/** Groups come each before those it holds; nodes of a group are beside each other. */
function rawTree({ nodes, groups }: NetworkDescription): (number | Raw)[] {
  const waiting = groups.filter(({ nodes: count, kind }) => count > 0 && kind !== "branch" && kind !== "join");
  let next = 0;
  const upTo = (from: number, end: number): (number | Raw)[] => {
    const found: (number | Raw)[] = [];
    for (let at = from; at < end; ) {
      const group = waiting[next];
      if (group && group.first_node === at && at + group.nodes <= end) {
        next += 1;
        found.push({ group, inside: upTo(at, at + group.nodes) });
        at += group.nodes;
      } else {
        found.push(at);
        at += 1;
      }
    }
    return found;
  };
  return upTo(0, nodes.length);
}

/** The network's tree, with everything folded that is to be. A container with a node that does not fit is open. */
export function treeOf(network: NetworkDescription, { folded, unfolded }: Folding): Branch[] {
  const { nodes } = network;
  const counts = consumers(nodes);
  const firstWrong = nodes.findIndex(({ error }) => error !== null);
  // Nodes behind one that does not fit have no shape, and so no error of their own.
  const wrongIn = (first: number, count: number): boolean => firstWrong >= first && firstWrong < first + count;

  const containerOf = (raw: Raw, round: number, rounds: number): { container: Container; inside: (number | Raw)[] } => {
    let inner = raw;
    let label = named(raw.group, nodes);
    for (;;) {
      const [only, ...others] = inner.inside;
      if (typeof only !== "object" || others.length > 0) break;
      inner = only;
      label = named(inner.group, nodes) ?? label;
    }
    const { group } = raw;
    const container: Container = {
      name: group.name,
      path: inner.group.path,
      kind: inner.group.kind === "stage" ? group.kind : inner.group.kind,
      label,
      first: group.first_node,
      count: group.nodes,
      params: group.params,
      shape: nodes[group.first_node + group.nodes - 1]?.output_shape ?? [],
      round,
      rounds,
      key: group.name,
      folded: folded.has(group.name) && !wrongIn(group.first_node, group.nodes),
      head: group.kind === "head",
    };
    return { container, inside: inner.inside };
  };

  const build = (raws: readonly (number | Raw)[]): Branch[] => {
    const built: Branch[] = [];
    for (let at = 0; at < raws.length; ) {
      const raw = raws[at];
      if (raw === undefined) break;
      if (typeof raw === "number") {
        built.push(raw);
        at += 1;
        continue;
      }
      let rounds = 1;
      if (raw.group.kind === "repeat") {
        for (
          let next = raws[at + rounds];
          typeof next === "object" && next.group.kind === "repeat" && next.group.path === raw.group.path;
          next = raws[at + rounds]
        )
          rounds += 1;
      }
      const all = raws.slice(at, at + rounds) as Raw[];
      at += rounds;
      const shut = rounds > 1 && !unfolded.has(raw.group.name) && !all.slice(1).some(({ group }) => wrongIn(group.first_node, group.nodes));
      for (const [i, one] of all.entries()) {
        if (shut && i > 0) break;
        const { container, inside } = containerOf(one, i + 1, rounds);
        if (rounds > 1) Object.assign(container, { folded: shut, key: raw.group.name });
        if (rounds === 1 && container.kind === "stage" && isOneStack(container))
          built.push(...inside.filter((item) => typeof item === "number"));
        else built.push({ container, inside: container.folded && rounds === 1 ? [] : build(inside) });
      }
    }
    return built;
  };

  const isOneStack = ({ first, count }: Container): boolean => {
    for (let at = first + 1; at < first + count; at += 1) if (!followsOn(nodes, counts, at)) return false;
    return true;
  };

  return build(rawTree(network));
}

/** A group's own name; the engine numbers those that have none, and such a name stands before no node's. */
function named({ name, first_node }: GroupDescription, nodes: readonly NodeDescription[]): string | null {
  return nodes[first_node]?.name.startsWith(`${name}.`) ? name : null;
}

/** Every container that can be folded, and every repeat, whatever is folded now. */
export function foldable(network: NetworkDescription): { containers: string[]; rounds: string[] } {
  const open: Branch[] = treeOf(network, { folded: new Set(), unfolded: new Set(network.groups.map(({ name }) => name)) });
  const [containers, rounds]: [string[], string[]] = [[], []];
  const walk = (branches: readonly Branch[]): void => {
    for (const branch of branches) {
      if (typeof branch === "number") continue;
      const { container } = branch;
      if (container.rounds === 1) containers.push(container.name);
      else if (container.round === 1) rounds.push(container.name);
      walk(branch.inside);
    }
  };
  walk(open);
  return { containers, rounds };
}

/** With everything open that hides what is selected; a container that is selected itself stays as it is. */
export function openedFor({ nodes, groups }: NetworkDescription, folding: Folding, { path, node }: Selection): Folding {
  const at = nodes.findIndex(({ name }) => name === node);
  const hides = (name: string): boolean => {
    const group = groups.find((one) => one.name === name);
    if (!group) return false;
    const { first_node: first, nodes: count } = group;
    const isSelected = groups.some((one) => one.path === path && one.first_node === first && one.nodes === count);
    if (isSelected) return false;
    return at < 0 ? isWithin(path, group.path) : at >= first && at < first + count;
  };
  const folded = new Set([...folding.folded].filter((name) => !hides(name)));
  return folded.size === folding.folded.size ? folding : { ...folding, folded };
}
