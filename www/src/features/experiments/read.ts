/** From the text of a file to an experiment, whole and checked, or a fault. Pure. */
import { schemaCheck } from "../../lib/schema-check.ts";
import schema from "./experiment.schema.json" with { type: "json" };
import type { Experiment } from "./experiment.ts";
import { ExperimentError } from "./fault.ts";

type Node = { [key: string]: unknown };

const check = schemaCheck(schema);

/** The first value that is there twice. */
function repeated<T>(values: readonly T[]): T | undefined {
  return values.find((value, at) => values.indexOf(value) !== at);
}

/**
 * Checks what a file says against the schema, and what a schema cannot say: names that have to exist or to differ.
 *
 * @throws ExperimentError
 */
export function readExperiment(text: string): Experiment {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch (thrown) {
    throw new ExperimentError({ kind: "not_json", reason: thrown instanceof Error ? thrown.message : String(thrown) });
  }
  const version = typeof json === "object" && json !== null ? (json as Node).version : undefined;
  if (typeof version === "number" && version !== 1) throw new ExperimentError({ kind: "version", found: version });
  const fault = check(json);
  if (fault) throw new ExperimentError(fault);
  const experiment = json as Experiment;
  const { steps, images } = experiment.budget;
  if ((steps === undefined) === (images === undefined)) {
    throw new ExperimentError({ kind: "one_of_keys", path: "/budget", keys: ["steps", "images"] });
  }
  const names = experiment.variants.map(({ name }) => name);
  const twice = repeated(names);
  if (twice !== undefined) throw new ExperimentError({ kind: "repeated", path: "/variants", value: twice });
  for (const [at, { measure }] of (experiment.expect ?? []).entries()) {
    if (experiment.measure.includes(measure)) continue;
    throw new ExperimentError({ kind: "unmeasured", path: `/expect/${at}/measure`, measure, allowed: experiment.measure });
  }
  return experiment;
}
