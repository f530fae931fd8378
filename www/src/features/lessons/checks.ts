/** Every kind of check: a small pure function from what is wanted and what is there to what was measured. */
import type { NodeDescription } from "../../engine/protocol.ts";
import { sameNetwork } from "../../spec/same-network.ts";
import { valueAt } from "../../spec/spec-path.ts";
import type { Facts, RunFacts } from "./facts.ts";
import type { Bounds, Check, CheckKind, Checks, NodeChoice, Quantities, Quantity } from "./lesson.ts";
import { entryOf } from "./lesson.ts";
import { sameValue } from "./same-value.ts";

/** What was found. The page words it, with the distance to what is wanted. */
export type Measured =
  | ({ type: "number"; value: number } & Bounds)
  | { type: "shape"; shape: readonly number[]; is: readonly (number | null)[] }
  | { type: "value"; value: unknown; is: unknown }
  | { type: "seen"; missing: readonly string[] }
  /** Nothing to measure: no network that can be read, no such node, nothing trained yet, another network trained than the one on show. */
  | { type: "nothing"; why: "no_network" | "no_node" | "not_trained" | "other_trained" | "not_run" };

export interface Outcome {
  check: Check;
  passed: boolean;
  measured: Measured;
}

type Nothing = Extract<Measured, { type: "nothing" }>;
const nothing = (why: Nothing["why"]): Nothing => ({ type: "nothing", why });

const CONTAINERS = new Set(["stage", "residual", "parallel", "branch", "repeat", "join", "head"]);

/** The node that is meant; undefined where there is none. */
function nodeOf({ node, last }: NodeChoice, nodes: readonly NodeDescription[]): NodeDescription | undefined {
  return node === undefined ? nodes.findLast(({ op }) => last === undefined || op === last) : nodes.find(({ name }) => name === node);
}

/** A number of one node, or of the whole network where none is named. */
function ofNode(
  { network }: Facts,
  choice: NodeChoice,
  whole: (network: NonNullable<Facts["network"]>) => number,
  one: (node: NodeDescription) => number,
): number | Nothing {
  if (!network) return nothing("no_network");
  if (choice.node === undefined && choice.last === undefined) return whole(network);
  const node = nodeOf(choice, network.nodes);
  return node ? one(node) : nothing("no_node");
}

/** `3` is `[3, 3]` where a field takes one number for both sides. */
const both = (value: unknown): unknown => (typeof value === "number" ? [value, value] : value);

function count({ spec, network }: Facts, { of, fields }: Quantities["count"]): number | Nothing {
  if (!network || !spec) return nothing("no_network");
  if (CONTAINERS.has(of)) return network.groups.filter(({ kind }) => kind === of).length;
  const fits = ({ path }: NodeDescription): boolean => {
    const item = valueAt(spec, path) as { [name: string]: unknown } | undefined;
    return Object.entries(fields ?? {}).every(([name, value]) => sameValue(both(item?.[name]), both(value)));
  };
  return network.nodes.filter((node) => node.op === of && fits(node)).length;
}

const quantities: { [K in keyof Quantities]: (facts: Facts, choice: Quantities[K]) => number | Nothing } = {
  parameters: (facts, choice) =>
    ofNode(
      facts,
      choice,
      ({ totals }) => totals.params,
      ({ params }) => params,
    ),
  macs: (facts, choice) =>
    ofNode(
      facts,
      choice,
      ({ totals }) => totals.macs,
      ({ macs }) => macs,
    ),
  receptive_field: (facts, choice) =>
    ofNode(
      facts,
      choice,
      ({ nodes }) => Math.max(0, ...nodes.map(({ receptive_field: [height] }) => height)),
      ({ receptive_field: [height] }) => height,
    ),
  count,
};

const within = (value: number, { least, most }: Bounds): boolean => value >= (least ?? -Infinity) && value <= (most ?? Infinity);

function bounded(value: number | Nothing, { least, most }: Bounds): Omit<Outcome, "check"> {
  if (typeof value !== "number") return { passed: false, measured: value };
  const bounds = { ...(least !== undefined && { least }), ...(most !== undefined && { most }) };
  return { passed: within(value, bounds), measured: { type: "number", value, ...bounds } };
}

function shape({ network }: Facts, { is, ...choice }: Checks["shape"]): Omit<Outcome, "check"> {
  if (!network) return { passed: false, measured: nothing("no_network") };
  const node = nodeOf(choice, network.nodes);
  if (!node) return { passed: false, measured: nothing("no_node") };
  const found = node.output_shape;
  const passed = found.length === is.length && is.every((size, at) => size === null || size === found[at]);
  return { passed, measured: { type: "shape", shape: found, is } };
}

/** By JSON Pointer (RFC 6901). */
function pointed(root: unknown, pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  return keys
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? (value as { [key: string]: unknown })[key] : undefined),
      root,
    );
}

function setting({ spec }: Facts, wanted: Checks["setting"]): Omit<Outcome, "check"> {
  if (!spec) return { passed: false, measured: nothing("no_network") };
  const value = pointed(spec, wanted.path);
  if ("is" in wanted) return { passed: sameValue(value, wanted.is), measured: { type: "value", value, is: wanted.is } };
  return typeof value === "number" ? bounded(value, wanted) : { passed: false, measured: { type: "value", value, is: undefined } };
}

/** The newest run of the network on show. */
function runOnShow({ spec, runs }: Facts): RunFacts | Nothing {
  if (!spec) return nothing("no_network");
  if (runs.length === 0) return nothing("not_trained");
  return runs.findLast((run) => sameNetwork(run.spec, spec)) ?? nothing("other_trained");
}

const isNothing = (value: object): value is Nothing => "type" in value && value.type === "nothing";

function accuracy(facts: Facts, { least, epochs, measure = "top1" }: Checks["accuracy"]): Omit<Outcome, "check"> {
  const run = runOnShow(facts);
  if (isNothing(run)) return { passed: false, measured: run };
  const { evaluation } = run;
  const values = run.epochs.filter(({ epoch }) => epoch <= epochs).map((summary) => summary[`test_${measure}`]);
  if (evaluation?.split === "test" && evaluation.epoch <= epochs) values.push(evaluation[measure]);
  const found = values.filter((value) => value !== null);
  return found.length > 0 ? bounded(Math.max(...found), { least }) : { passed: false, measured: nothing("not_trained") };
}

function trained(facts: Facts, { steps }: Checks["trained"]): Omit<Outcome, "check"> {
  const run = runOnShow(facts);
  return isNothing(run) ? { passed: false, measured: run } : bounded(run.steps, { least: steps });
}

const kinds: { [K in CheckKind]: (facts: Facts, wanted: Checks[K]) => Omit<Outcome, "check"> } = {
  parameters: (facts, wanted) => bounded(quantities.parameters(facts, wanted), wanted),
  macs: (facts, wanted) => bounded(quantities.macs(facts, wanted), wanted),
  receptive_field: (facts, wanted) => bounded(quantities.receptive_field(facts, wanted), wanted),
  count: (facts, wanted) => bounded(quantities.count(facts, wanted), wanted),
  shape,
  setting,
  accuracy,
  trained,
  runs: ({ runs }, { least, steps }) => bounded(runs.filter((run) => run.steps >= steps).length, { least }),
  looked: ({ seen }, { views }) => {
    const missing = views.filter((view) => !seen.has(view));
    return { passed: missing.length === 0, measured: { type: "seen", missing } };
  },
  experiment: ({ experiment }, { name, runs }) =>
    experiment?.name === name ? bounded(experiment.runs, { least: runs }) : { passed: false, measured: nothing("not_run") },
};

/** Kinds that need a trained network or a person: what a specification alone cannot show. */
export const TRAINED: ReadonlySet<CheckKind> = new Set(["accuracy", "trained", "runs", "looked", "experiment"]);

export function outcomeOf(check: Check, facts: Facts): Outcome {
  const [kind, wanted] = entryOf(check);
  return { check, ...(kinds[kind] as (facts: Facts, wanted: object) => Omit<Outcome, "check">)(facts, wanted) };
}

/** What the engine counts; null where there is nothing to count. */
export function measuredOf(quantity: Quantity, facts: Facts): number | null {
  const [kind, choice] = entryOf(quantity);
  const value = (quantities[kind as keyof Quantities] as (facts: Facts, choice: object) => number | Nothing)(facts, choice);
  return typeof value === "number" ? value : null;
}
