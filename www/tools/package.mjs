// The engine's package as a visitor gets it: what the page's workers use of its script, minified, and short names between that script and the wasm.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";
import { minify } from "terser";

import { shortImports } from "./wasm-imports.mjs";

/** `EnginePackage` in src/engine/worker/engine.ts. */
export const USED = ["default", "Network", "Replica", "Session", "examine", "longSpec", "presets", "shortSpec", "topClasses"];

/** `CheckPackage` in src/check/worker.ts. */
export const USED_BY_CHECK = ["default", "Check", "CheckResults", "describe", "presets"];

/** Shrinks `receptive.js`, `receptive_bg.wasm` and the scripts in `snippets/` of `folder`, whose script keeps the exports `used`. */
export async function shrinkPackage(folder, used = USED) {
  const [script, wasm] = [join(folder, "receptive.js"), join(folder, "receptive_bg.wasm")];
  const { outputFiles } = await build({
    stdin: { contents: `export { ${used.join(", ")} } from "./receptive.js";`, resolveDir: folder },
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
  const { code } = await minify(renamed, {
    module: true,
    ecma: 2022,
    compress: { passes: 2 },
    mangle: { properties: { regex: /^__(wbg_ptr|destroy_into_raw|wrap)$/u } },
    format: { comments: false },
  });
  await Promise.all([writeFile(script, code), writeFile(wasm, bytes)]);
  const snippets = join(folder, "snippets");
  for (const file of await readdir(snippets, { recursive: true })) {
    if (!file.endsWith(".js")) continue;
    const made = await minify(await readFile(join(snippets, file), "utf8"), { module: true, ecma: 2022 });
    await writeFile(join(snippets, file), made.code);
  }
}
