// Bundles test/*.test.ts with esbuild and runs them with node's own test runner. Node 20 cannot read TypeScript itself.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { fieldsModule } from "../tools/fields.mjs";
import { operatorsModule } from "../tools/operators.mjs";

const here = fileURLToPath(new URL("./", import.meta.url));
const outdir = join(here, "../build/unit");
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: tests.map((name) => join(here, name)),
  outdir,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  outExtension: { ".js": ".mjs" },
  sourcemap: "inline",
  plugins: [operatorsModule(join(here, "../..")), fieldsModule(join(here, "../.."))],
  logLevel: "warning",
});
const files = tests.map((name) => join(outdir, name.replace(/\.ts$/u, ".mjs")));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...files], {
  stdio: "inherit",
  // The repository's root, for tests that read what the engine's tests wrote.
  env: { ...process.env, RECEPTIVE_ROOT: join(here, "../..") },
});
process.exit(status ?? 1);
