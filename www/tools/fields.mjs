// The fields of operators and containers, from the JSON Schema of the network language: what the inspector shows, and what may stand in each.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const CONTAINERS = ["stage", "residual", "parallel", "repeat", "head", "save", "join"];

/** A property of the schema as a field. */
function field(schema, at) {
  const { type, minimum: least, maximum: most, default: initial, anyOf = [], enum: words } = schema;
  const made = (rest) => ({ ...rest, ...(initial !== undefined && { default: initial }) });
  if (words) return made({ type: "choice", choices: words });
  if (type === "integer" || type === "number") return made({ type, least, most });
  if (type === "boolean") return made({ type });
  if (type === "string") return made({ type: "text" });
  const [one, list] = anyOf;
  if (one?.type === "integer" && list?.type === "array")
    return made({ type: list.minItems === 4 ? "sides" : "pair", least: one.minimum, most: one.maximum });
  if (one?.enum) return made({ type: "shortcut", choices: one.enum });
  if (one?.const !== undefined) return made({ type: "connections", choices: [one.const] });
  throw new Error(`${at}: a field of this kind is not known`);
}

/**
 * `{ conv2d: { out_channels: { type, least, most, required } } }`, without lists of items, nor what can have one value only.
 * @param {string} root the repository
 */
export async function readFields(root) {
  const { $defs } = JSON.parse(await readFile(join(root, "docs/schema/network-1.json"), "utf8"));
  const resolved = ({ $ref, ...rest }) => ($ref ? { ...$defs[$ref.split("/").at(-1)], ...rest } : rest);
  const isList = (schema) => schema.allOf?.[0]?.$ref === "#/$defs/items" || schema.type === "array";
  const fieldsOf = (name) => {
    const { properties, required } = $defs[name].properties[name]?.type === "object" ? $defs[name].properties[name] : $defs[name];
    const entries = Object.entries(properties).filter(([, schema]) => schema.const === undefined && !isList(schema));
    return Object.fromEntries(
      entries.map(([key, schema]) => [
        key,
        { ...field(resolved(schema), `${name}.${key}`), ...(required?.includes(key) && { required: true }) },
      ]),
    );
  };
  const operators = $defs.layer.oneOf.map(({ $ref }) => $ref.split("/").at(-1));
  const fields = Object.fromEntries([...operators, ...CONTAINERS].map((name) => [name, fieldsOf(name)]));
  fields.join.join.type = "saved";
  return fields;
}

/**
 * An esbuild plugin for the module `receptive:fields`.
 * @param {string} root the repository
 */
export function fieldsModule(root) {
  return {
    name: "fields",
    setup(build) {
      build.onResolve({ filter: /^receptive:fields$/ }, ({ path }) => ({ path, namespace: "fields" }));
      build.onLoad({ filter: /.*/, namespace: "fields" }, async () => ({
        contents: JSON.stringify(await readFields(root)),
        loader: "json",
      }));
    },
  };
}
