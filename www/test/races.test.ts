import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spec } from "../src/engine/protocol.ts";
import { earlierRace, keepRace } from "../src/engine/races.ts";
import { TestEnvironment } from "./support/environment.ts";

const spec = (batch_size: number): Spec =>
  ({
    version: 1,
    input: [1, 28, 28],
    layers: [{ op: "flatten" }, { op: "linear", out_features: 10 }],
    training: { batch_size },
  }) as unknown as Spec;

test("a race is remembered by network, batch and workers, the oldest forgotten", () => {
  const { storage } = new TestEnvironment();
  const race = { cpu_ms: 4, webgpu_ms: 2.5 };
  keepRace(storage, spec(64), 1, race);
  assert.deepEqual(earlierRace(storage, spec(64), 1), race);
  assert.equal(earlierRace(storage, spec(64), 2), null);
  assert.equal(earlierRace(storage, spec(32), 1), null);
  for (let batch = 1; batch <= 8; batch += 1) keepRace(storage, spec(batch), 1, race);
  assert.equal(earlierRace(storage, spec(64), 1), null);
  assert.deepEqual(earlierRace(storage, spec(8), 1), race);
  storage.remember("races", "{ not an array");
  assert.equal(earlierRace(storage, spec(8), 1), null);
});
