// Runs test/browser/*.test.mjs with node's own test runner, two files at a time: pages wait for each other's workers less than they compute.
// `node test/run-browser.mjs [NAME]...` runs the files of these names only.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const AT_A_TIME = 2;
/** These take longest, and begin first: begun last, they would have the machine to themselves. */
const FIRST = ["screens", "training", "hosting", "saved", "states"];

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

run({ files, concurrency: AT_A_TIME })
  .on("test:fail", () => (process.exitCode = 1))
  .compose(spec)
  .pipe(process.stdout);
