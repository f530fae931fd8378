// Writes `shaders.json` into a folder: the WGSL of all kernels by the names that the engine has for them. `node tools/shaders.mjs FOLDER`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What only people read is left out; WGSL has no text literals, so that two slashes always begin a comment. */
const stripped = (source) =>
  source
    .split("\n")
    .map((line) => line.replace(/\/\/.*/u, "").trim())
    .filter((line) => line !== "")
    .map((line) => `${line}\n`)
    .join("");

/** Each use of `wgsl!` in the crate, as `src/core/wgsl.rs` names it. */
export function shaders() {
  const texts = {};
  for (const file of readdirSync(join(root, "src"), { recursive: true }).sort()) {
    if (!file.endsWith(".rs")) continue;
    const path = posix.join("src", file.replaceAll("\\", "/"));
    for (const [, wgsl] of readFileSync(join(root, path), "utf8").matchAll(/wgsl!\("([^"]+)"\)/gu)) {
      texts[`${path}:${wgsl}`] = stripped(readFileSync(join(root, dirname(path), wgsl), "utf8"));
    }
  }
  return texts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (!folder) throw new Error("usage: node tools/shaders.mjs FOLDER");
  writeFileSync(join(folder, "shaders.json"), JSON.stringify(shaders()));
}
