// `cargo xtask export`: the page's own exporters, run by node. Standard input has the specification and what the engine says of it.
import { openAsBlob } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "esbuild";

const www = fileURLToPath(new URL("../", import.meta.url));

/** The exporters as a module that node can read. */
async function exporters() {
  const outfile = join(www, "build/export/registry.mjs");
  const common = { bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "warning" };
  await build({ ...common, entryPoints: [join(www, "src/exports/registry.ts")], outfile });
  return import(pathToFileURL(outfile).href);
}

/** Writes a file part by part: weights go from one file to the other in pieces. */
async function write(path, parts) {
  const file = await open(path, "w");
  try {
    for (const part of parts) {
      if (part instanceof Blob) for await (const piece of part.stream()) await file.write(piece);
      else await file.write(typeof part === "string" ? Buffer.from(part) : part);
    }
  } finally {
    await file.close();
  }
}

/** What the weights of a network of the literature expect of an image; undefined for other networks. */
async function normalizationOf(network) {
  const { networks } = JSON.parse(await readFile(join(www, "architectures.json"), "utf8"));
  return networks.find(({ name }) => name === network)?.normalization;
}

async function run({ network, spec, description, to, stem, weights, external, out }) {
  const { EXPORTERS, Weights, readNetwork } = await exporters();
  const exporter = EXPORTERS[to];
  if (!exporter) throw new Error(`there is no exporter ${to}; there are ${Object.keys(EXPORTERS).join(", ")}`);
  const read = weights ? await Weights.read(await openAsBlob(weights)) : null;
  const files = await exporter.export(readNetwork(spec, description, await normalizationOf(network)), { stem, weights: read, external });
  await mkdir(out, { recursive: true });
  for (const { name, parts } of files) {
    await write(join(out, name), parts);
    console.log(join(out, name));
  }
}

const input = [];
for await (const piece of process.stdin) input.push(piece);
try {
  await run(JSON.parse(Buffer.concat(input).toString()));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
