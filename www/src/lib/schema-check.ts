/** From a JSON Schema and a value to the first thing that is wrong, as a code with its place and what is allowed there. Pure. */
import type { OutputUnit } from "@cfworker/json-schema";
import { Validator } from "@cfworker/json-schema";

export type SchemaFault =
  /** `allowed`: names of JSON's types. */
  | { kind: "wrong_type"; path: string; allowed: string[] }
  | { kind: "unknown_key"; path: string; key: string; allowed: string[] }
  | { kind: "missing_key"; path: string; key: string }
  | { kind: "not_one_of"; path: string; allowed: unknown[] }
  | { kind: "pattern"; path: string; pattern: string }
  /** A list, a text or a number that is too small or too large. */
  | { kind: "out_of_range"; path: string; limit: "least" | "most"; value: number }
  | { kind: "repeated"; path: string; value: unknown };

type Node = { [key: string]: unknown };

/** Keywords that only pass on what one inside them found. */
const OUTER = new Set(["properties", "items", "$ref", "false", "if", "then", "allOf"]);

/** The part of the schema that a keyword's address names: `#/properties/base/$ref/required`. */
function partOf(schema: Node, location: string): { part: Node; keyword: string } {
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

function valueAt(json: unknown, path: string): unknown {
  let value = json;
  for (const key of path.split("/").slice(1)) value = (value as Node)[key.replaceAll("~1", "/").replaceAll("~0", "~")];
  return value;
}

function faultOf(schema: Node, errors: readonly OutputUnit[], json: unknown): SchemaFault {
  const inner = errors.filter(({ keyword }) => !OUTER.has(keyword));
  // The last but those that say it again from outside: an unknown key is said by the object it is in.
  const error = inner[0];
  if (!error) return { kind: "wrong_type", path: "", allowed: ["object"] };
  const path = error.instanceLocation.slice(1);
  const { part, keyword } = partOf(schema, error.keywordLocation);
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

/** @returns what a value breaks of the schema (2020-12), null where it keeps it. */
export function schemaCheck(schema: object): (json: unknown) => SchemaFault | null {
  const validator = new Validator(schema as ConstructorParameters<typeof Validator>[0], "2020-12");
  return (json) => {
    const { valid, errors } = validator.validate(json);
    return valid ? null : faultOf(schema as Node, errors, json);
  };
}
