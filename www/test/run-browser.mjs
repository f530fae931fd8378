// Runs test/browser/*.test.mjs with node's own test runner, two files at a time: pages wait for each other's workers less than they compute.
// `node test/run-browser.mjs [NAME]...` runs the files of these names only.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const AT_A_TIME = 2;
/** These take longest, and begin first: begun last, they would have the machine to themselves. */
const FIRST = ["screens", "training", "states", "saved"];

const folder = fileURLToPath(new URL("./browser/", import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".test.mjs") ? [file.slice(0, -".test.mjs".length)] : []));
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no test/browser/${unknown[0]}.test.mjs; there are ${names.join(", ")}`);
  process.exit(2);
}
const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
const files = names
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
  .map((name) => join(folder, `${name}.test.mjs`));
const { status } = spawnSync(process.execPath, ["--test", `--test-concurrency=${AT_A_TIME}`, "--test-reporter=spec", ...files], { stdio: "inherit" });
process.exit(status ?? 1);
