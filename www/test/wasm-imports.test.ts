import assert from "node:assert/strict";
import { test } from "node:test";
import { shortImports } from "../tools/wasm-imports.mjs";

const MODULE = "./receptive_bg.js";
const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
/** Its length takes two bytes, as a long one's does. */
const section = (kind: number, body: number[]): number[] => [kind, (body.length & 127) | 128, body.length >> 7, ...body];

/** A type without parameters, these imports, and nothing else. */
const wasmOf = (...imports: number[][]): Buffer =>
  Buffer.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(2, [imports.length, ...imports.flat()]),
    ...section(0, [...text("name"), 7]),
  ]);

test("imports from the package's script get short names, and all else stays", () => {
  const wasm = wasmOf(
    [...text(MODULE), ...text("__wbg_log_0123456789abcdef"), 0, 0],
    [...text(MODULE), ...text("memory"), 2, 3, 1, 0x80, 2],
    [...text("./other.js"), ...text("__wbg_not_ours"), 0, 0],
    [...text(MODULE), ...text("table"), 1, 0x70, 0, 1],
    [...text(MODULE), ...text("global"), 3, 0x7f, 0],
    [...text(MODULE), ...text("__wbindgen_throw"), 0, 0],
  );
  const { bytes, names } = shortImports(wasm);
  assert.deepEqual(
    [...names],
    [
      ["__wbg_log_0123456789abcdef", "$0"],
      ["__wbindgen_throw", "$1"],
    ],
  );
  const made = new WebAssembly.Module(Uint8Array.from(bytes));
  const imports = WebAssembly.Module.imports(made);
  assert.deepEqual(
    imports.map(({ name, kind }) => [name, kind]),
    [
      ["$0", "function"],
      ["memory", "memory"],
      ["__wbg_not_ours", "function"],
      ["table", "table"],
      ["global", "global"],
      ["$1", "function"],
    ],
  );
  assert.equal(WebAssembly.Module.customSections(made, "name").length, 1);
});

test("a wasm that is cut off is refused", () => {
  const wasm = wasmOf([...text(MODULE), ...text("__wbg_log_0123456789abcdef"), 0, 0]);
  assert.throws(() => shortImports(wasm.subarray(0, 30)), /ends too early/u);
});
