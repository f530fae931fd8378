// Bundles test/*.test.ts and the features' own tests, src/features/*/*.test.ts, with esbuild and runs them with node's own test runner.
// Node 20 cannot read TypeScript itself.
// `node test/run-unit.mjs exports` runs those of test/exports, which need the engine's package.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { featuresModule } from "../tools/features.mjs";
import { fieldsModule } from "../tools/fields.mjs";
import { operatorsModule } from "../tools/operators.mjs";

const here = fileURLToPath(new URL("./", import.meta.url));
const [folder = ""] = process.argv.slice(2);
const outdir = join(here, "../build", folder || "unit");
const features = readdirSync(join(here, "../src/features"), { recursive: true, encoding: "utf8" }).map((name) =>
  join("../src/features", name),
);
const names = folder ? readdirSync(join(here, folder)).map((name) => join(folder, name)) : [...readdirSync(here), ...features];
const tests = names.filter((name) => name.endsWith(".test.ts"));
/** All in one folder: two features may have a test of the same name. */
const flat = (name) => name.replace(/\.ts$/u, "").replace("../src/features/", "").replaceAll("/", "-");

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: tests.map((name) => ({ in: join(here, name), out: flat(name) })),
  outdir,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  outExtension: { ".js": ".mjs" },
  sourcemap: "inline",
  plugins: [operatorsModule(join(here, "../..")), fieldsModule(join(here, "../..")), featuresModule(join(here, ".."))],
  // They load their own files from where they lie.
  external: ["*/pkg/receptive.js", "onnxruntime-web", "onnx-buf", "@bufbuild/protobuf"],
  logLevel: "warning",
});
const files = tests.map((name) => join(outdir, `${flat(name)}.mjs`));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...files], {
  stdio: "inherit",
  // The repository's root, for tests that read what the engine's tests wrote.
  env: { ...process.env, RECEPTIVE_ROOT: join(here, "../..") },
});
process.exit(status ?? 1);
