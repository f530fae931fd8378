// Runs a job in headless Chromium for `cargo xtask conformance | train | bench | forward | experiment`.
// `node tools/drive.mjs JOB` reads its configuration (JSON) from standard input and writes one JSON object a line to
// standard output; anything meant for people goes to standard error. Exit code 1: the job itself could not be done.
import { text } from "node:stream/consumers";

import { bench } from "./drive/bench.mjs";
import { conformance } from "./drive/conformance.mjs";
import { experiment } from "./drive/experiment.mjs";
import { forward } from "./drive/forward.mjs";
import { train } from "./drive/train.mjs";

const JOBS = { bench, conformance, experiment, forward, train };

const job = JOBS[process.argv[2]];
if (!job) {
  console.error(`usage: node tools/drive.mjs ${Object.keys(JOBS).join("|")}`);
  process.exit(2);
}
const emit = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
try {
  await job(JSON.parse(await text(process.stdin)), emit);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
