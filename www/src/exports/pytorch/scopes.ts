/**
 * A network as modules within modules. A container with a name becomes a module of its own where it is closed: it reads one value, and one of its
 * values is read from outside. The layers of any other container are written where the container stands.
 */
import type { Network, NetworkGroup, NetworkNode } from "../network.ts";

/** What a module does one after the other. */
export type Step = { readonly kind: "node"; readonly node: NetworkNode } | { readonly kind: "scope"; readonly scope: Scope };

export interface Scope {
  /** Before the names of its nodes, with a dot; empty for the network. */
  readonly prefix: string;
  /** Null for the network. */
  readonly group: NetworkGroup | null;
  readonly steps: readonly Step[];
  /** The value it reads. */
  readonly input: string;
  /** The value it returns. */
  readonly output: string;
  /** The head that it is, or is in. */
  readonly head: string | null;
}

/** The name of what a step makes. */
export const madeBy = (step: Step): string => (step.kind === "node" ? step.node.name : step.scope.output);

/** What a step reads. */
export const inputsOf = (step: Step): readonly string[] => (step.kind === "node" ? step.node.inputs : [step.scope.input]);

/** Its name within a scope. */
export function nameIn(scope: Scope, step: Step): string {
  const full = step.kind === "node" ? step.node.name : step.scope.prefix.slice(0, -1);
  return full.startsWith(scope.prefix) ? full.slice(scope.prefix.length) : full;
}

/** Which head a step is for. */
export const headOf = (step: Step): string | null => (step.kind === "node" ? step.node.head : step.scope.head);

/** The item that a step was made of. */
export const pathOf = (step: Step): string => (step.kind === "node" ? step.node.path : (step.scope.group?.path ?? ""));

interface Closed {
  group: NetworkGroup;
  input: string;
  output: string;
}

export function scopesOf(network: Network): Scope {
  const places = new Map(network.nodes.map((node, at) => [node.name, at]));
  const readers = new Map<string, number[]>();
  network.nodes.forEach((node, at) => node.inputs.forEach((name) => readers.set(name, [...(readers.get(name) ?? []), at])));
  const closed = (group: NetworkGroup): Closed | null => {
    const [first, end] = [group.first, group.first + group.count];
    const inside = network.nodes.slice(first, end);
    const within = (at: number | undefined): boolean => at !== undefined && at >= first && at < end;
    const from = new Set(inside.flatMap((node) => node.inputs).filter((name) => !within(places.get(name))));
    const [input] = from;
    const to = inside.filter((node) => node.name === network.output || readers.get(node.name)?.some((at) => !within(at)));
    const last = inside.at(-1);
    const output = to[0] ?? last;
    const heads = new Set(inside.map((node) => node.head));
    if (from.size !== 1 || to.length > 1 || heads.size !== 1 || input === undefined || !output) return null;
    return { group, input, output: output.name };
  };
  const found = network.groups.filter((group) => group.name !== null && group.count > 0).map(closed);
  const groups = found.filter((group): group is Closed => group !== null);
  const build = (own: Closed | null, first: number, end: number): Scope => {
    const steps: Step[] = [];
    for (let at = first; at < end; ) {
      const child = groups.find((other) => other !== own && other.group.first === at && contains(own?.group ?? null, other.group, groups));
      const node = network.nodes[at];
      if (child) {
        steps.push({ kind: "scope", scope: build(child, at, at + child.group.count) });
        at += child.group.count;
      } else {
        if (node) steps.push({ kind: "node", node });
        at += 1;
      }
    }
    const head = network.nodes[first]?.head ?? null;
    const prefix = own ? `${own.group.name}.` : "";
    return {
      prefix,
      group: own?.group ?? null,
      steps,
      input: own?.input ?? "input",
      output: own?.output ?? network.output,
      head: own ? head : null,
    };
  };
  return build(null, 0, network.nodes.length);
}

/** Whether `inner` stands in `outer`, with no other closed group that begins at the same node between them. */
function contains(outer: NetworkGroup | null, inner: NetworkGroup, groups: readonly Closed[]): boolean {
  const depth = (group: NetworkGroup): number => (group.name ?? "").split(".").length;
  const under = (a: NetworkGroup | null, b: NetworkGroup): boolean =>
    a === null || (`${b.name}`.startsWith(`${a.name}.`) && b.first >= a.first && b.first + b.count <= a.first + a.count);
  if (!under(outer, inner)) return false;
  return !groups.some(({ group }) => {
    const between = group !== inner && group !== outer && under(outer, group) && under(group, inner);
    return between && group.first === inner.first && depth(group) < depth(inner);
  });
}
