/** The experiments that are shipped: each is read, expands, and fits into the limits of the workbench. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PRESETS } from "../../../test/support/page-state.ts";
import { expand } from "./expand.ts";
import { readExperiment } from "./read.ts";

const folder = join(process.env.RECEPTIVE_ROOT ?? "..", "www/experiments");
const presets = new Map(PRESETS.map(({ name, spec }) => [name, spec]));

for (const file of readdirSync(folder)) {
  test(`${file} is read, and every variant is a specification`, () => {
    const experiment = readExperiment(readFileSync(join(folder, file), "utf8"));
    assert.equal(`${experiment.name}.json`, file);
    const expanded = expand(experiment, presets);
    assert.equal(new Set(expanded.map(({ name }) => name)).size, expanded.length);
    assert.equal(new Set(expanded.map(({ spec }) => JSON.stringify(spec))).size, expanded.length, "two variants are the same");
  });
}
