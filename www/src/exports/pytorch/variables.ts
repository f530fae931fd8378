/** Which variable of a `forward` holds which value: `x` where it is free, and a name that says something where it is not. */
import type { Network } from "../network.ts";
import { variable } from "./python.ts";
import type { Scope, Step } from "./scopes.ts";
import { headOf, inputsOf, madeBy, pathOf } from "./scopes.ts";

/** The variable of every value of a scope; its input is in `x`. */
export function variablesOf(network: Network, scope: Scope): Map<string, string> {
  const forced = forcedNames(network, scope);
  const variables = new Map<string, string>([[scope.input, "x"]]);
  const lastUse = new Map<string, number>();
  scope.steps.forEach((step, at) => inputsOf(step).forEach((name) => lastUse.set(name, at)));
  const always = [scope.output, ...(scope.group ? [] : network.heads.map((head) => head.output))];
  always.forEach((name) => lastUse.set(name, Number.POSITIVE_INFINITY));
  scope.steps.forEach((step, at) => {
    const live = new Set<string>();
    for (const [value, name] of variables) if ((lastUse.get(value) ?? -1) > at) live.add(name);
    const inputs = inputsOf(step).map((name) => variables.get(name) ?? "x");
    variables.set(madeBy(step), choose(scope, step, forced.get(madeBy(step)), live, inputs));
  });
  return variables;
}

/** Values that a join brings back are called what they were saved as; those of heads what the head is called. */
function forcedNames(network: Network, scope: Scope): Map<string, string> {
  const names = new Map<string, string>();
  for (const group of network.groups) {
    const from = network.nodes[group.first]?.inputs[0];
    if (group.kind === "join" && from && typeof group.item.join === "string") names.set(from, variable(group.item.join, "saved"));
  }
  if (!scope.group) for (const head of network.heads) names.set(head.output, variable(head.name, "aux"));
  return names;
}

function choose(scope: Scope, step: Step, forced: string | undefined, live: Set<string>, inputs: readonly string[]): string {
  const free = (name: string): string => {
    let chosen = name;
    for (let n = 2; live.has(chosen); n += 1) chosen = `${name}${n}`;
    return chosen;
  };
  if (forced) return free(forced);
  const hint = hintOf(pathOf(step).slice(scope.group?.path.length ?? 0));
  const [first = "x"] = inputs;
  if (headOf(step) !== scope.head) return live.has(first) || first === "x" ? free("aux") : first;
  if (hint.startsWith("branch")) {
    const own = first.startsWith(hint) && !live.has(first);
    return own ? first : free(hint);
  }
  if (!live.has("x")) return "x";
  return live.has(first) || inputs.length > 1 ? free(hint) : first;
}

/** What the innermost container around a step says of it. */
function hintOf(path: string): string {
  const [, branch, part] = [...path.matchAll(/\.parallel\.branches\[(\d+)\]|\.residual\.(shortcut|body)/gu)].at(-1) ?? [];
  if (branch !== undefined) return `branch${Number(branch) + 1}`;
  return part === "shortcut" ? "shortcut" : "y";
}
