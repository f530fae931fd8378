// The engine's package as a visitor gets it: what the page's workers use of its script, minified, and short names between that script and the wasm.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";
import { minify } from "terser";

/** `EnginePackage` in src/worker/engine.ts. */
const USED = ["default", "Network", "Session", "examine", "longSpec", "presets", "shortSpec", "topClasses"];
const MODULE = "./receptive_bg.js";
/** A section of the wasm, and kinds of what is imported. */
const IMPORTS = 2;
const FUNCTION = 0;
const TABLE = 1;
const MEMORY = 2;

/** Shrinks `receptive.js` and `receptive_bg.wasm` in `folder`. */
export async function shrinkPackage(folder) {
  const [script, wasm] = [join(folder, "receptive.js"), join(folder, "receptive_bg.wasm")];
  const { outputFiles } = await build({
    stdin: { contents: `export { ${USED.join(", ")} } from "./receptive.js";`, resolveDir: folder },
    external: ["./snippets/*"],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
  });
  const { bytes, names } = shortImports(await readFile(wasm));
  // The names end in hashes of sixteen digits: what is called so is an import and nothing else.
  const renamed = outputFiles[0].text.replaceAll(/\b__wb\w+/gu, (word) => names.get(word) ?? word);
  const { code } = await minify(renamed, { module: true, ecma: 2022, compress: { passes: 2 }, mangle: { properties: { regex: /^__(wbg_ptr|destroy_into_raw|wrap)$/u } }, format: { comments: false } });
  await Promise.all([writeFile(script, code), writeFile(wasm, bytes)]);
}

/** A wasm file whose imports from the package's script are called a, b, c and so on, and what each was called before. */
export function shortImports(wasm) {
  const names = new Map();
  const sections = [wasm.subarray(0, 8)];
  const reader = new Reader(wasm, 8);
  while (!reader.atEnd) {
    const begin = reader.at;
    const kind = reader.byte();
    const length = reader.number();
    const end = reader.at + length;
    if (kind === IMPORTS) {
      const body = Buffer.concat(renamedImports(reader, names));
      sections.push(Buffer.from([IMPORTS]), number(body.length), body);
      if (reader.at !== end) throw new Error("the wasm's imports are of a kind that is not known here");
    } else {
      sections.push(wasm.subarray(begin, end));
    }
    reader.at = end;
  }
  return { bytes: Buffer.concat(sections), names };
}

function renamedImports(reader, names) {
  const count = reader.number();
  const parts = [number(count)];
  for (let i = 0; i < count; i += 1) {
    const [from, name] = [reader.text(), reader.text()];
    if (from === MODULE && name.startsWith("__wb")) names.set(name, `$${names.size.toString(36)}`);
    parts.push(text(from), text(names.get(name) ?? name), reader.description());
  }
  return parts;
}

class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  get atEnd() {
    return this.at >= this.bytes.length;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** LEB128, without a sign. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }

  /** What is imported, as it stands: a function's type, a table's or a memory's limits, a global. */
  description() {
    const begin = this.at;
    const kind = this.byte();
    if (kind === FUNCTION) this.number();
    else if (kind === MEMORY || kind === TABLE) {
      if (kind === TABLE) this.byte();
      const hasMost = (this.byte() & 1) === 1;
      this.number();
      if (hasMost) this.number();
    } else this.at += 2;
    return this.bytes.subarray(begin, this.at);
  }
}

function number(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}

function text(value) {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([number(bytes.length), bytes]);
}
