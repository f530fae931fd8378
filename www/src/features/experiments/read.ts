/** From the text of a file to an experiment, whole and checked, or a fault. Pure. */
import type { OutputUnit } from "@cfworker/json-schema";
import { Validator } from "@cfworker/json-schema";
import schema from "./experiment.schema.json" with { type: "json" };
import type { Experiment } from "./experiment.ts";
import type { ExperimentFault } from "./fault.ts";
import { ExperimentError } from "./fault.ts";

type Node = { [key: string]: unknown };

const validator = new Validator(schema as ConstructorParameters<typeof Validator>[0], "2020-12");

/** Keywords that only pass on what one inside them found. */
const OUTER = new Set(["properties", "items", "$ref", "false"]);

/** The part of the schema that a keyword's address names: `#/properties/base/$ref/required`. */
function partOf(location: string): { part: Node; keyword: string } {
  const keys = location.split("/").slice(1);
  const keyword = keys.pop() ?? "";
  let part: Node = schema;
  for (const key of keys) {
    const next = part[key];
    if (key === "$ref") part = (schema.$defs as { [name: string]: Node })[String(next).replace("#/$defs/", "")] ?? {};
    else part = (next ?? {}) as Node;
  }
  return { part, keyword };
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [String(value)]);

function faultOf(errors: readonly OutputUnit[], json: unknown): ExperimentFault {
  const inner = errors.filter(({ keyword }) => !OUTER.has(keyword));
  // The last but those that say it again from outside: an unknown key is said by the object it is in.
  const error = inner[0];
  if (!error) return { kind: "wrong_type", path: "", allowed: ["object"] };
  const path = error.instanceLocation.slice(1);
  const { part, keyword } = partOf(error.keywordLocation);
  const value = valueAt(json, path);
  const limit = part[keyword];
  switch (keyword) {
    case "type":
      return { kind: "wrong_type", path, allowed: list(limit) };
    case "required":
      return { kind: "missing_key", path, key: list(limit).find((key) => !(key in (value as Node))) ?? "" };
    case "additionalProperties": {
      const allowed = Object.keys(part.properties as Node);
      return { kind: "unknown_key", path, key: Object.keys(value as Node).find((key) => !allowed.includes(key)) ?? "", allowed };
    }
    case "const":
    case "enum":
      return { kind: "not_one_of", path, allowed: keyword === "const" ? [limit] : (limit as unknown[]) };
    case "pattern":
      return { kind: "pattern", path, pattern: String(limit) };
    case "uniqueItems": {
      const values = (value as unknown[]).map((one) => JSON.stringify(one));
      return { kind: "repeated", path, value: (value as unknown[]).find((_, at) => values.indexOf(values[at] ?? "") !== at) };
    }
    default:
      return { kind: "out_of_range", path, limit: keyword.startsWith("min") ? "least" : "most", value: Number(limit) };
  }
}

function valueAt(json: unknown, path: string): unknown {
  let value = json;
  for (const key of path.split("/").slice(1)) value = (value as Node)[key.replaceAll("~1", "/").replaceAll("~0", "~")];
  return value;
}

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
  const { valid, errors } = validator.validate(json);
  if (!valid) throw new ExperimentError(faultOf(errors, json));
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
