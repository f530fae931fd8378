import assert from "node:assert/strict";
import { test } from "node:test";
import { wantedWorkers, workerChoices, workersByDefault } from "../src/engine/workers.ts";
import { remember } from "../src/lib/storage.ts";

test("half of the cores, at most four, and at least one", () => {
  assert.deepEqual([1, 2, 3, 4, 8, 64].map(workersByDefault), [1, 1, 1, 2, 4, 4]);
  assert.deepEqual(workerChoices(3), [1, 2, 3]);
  assert.equal(workerChoices(64).length, 8);
});

test("an address decides before what was chosen, and nonsense does not count", () => {
  remember("workers", "3");
  assert.equal(wantedWorkers("2"), 2);
  assert.equal(wantedWorkers(null), 3);
  for (const wish of ["0", "9", "1.5", "many"]) assert.ok(wantedWorkers(wish) >= 1);
});
