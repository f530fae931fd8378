import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { faults } from "../src/engine/protocol-schema.ts";

const fixture = join(process.env.RECEPTIVE_ROOT ?? "..", "tests/fixtures/protocol.json");

interface Examples {
  requests: object[];
  replies: object[];
  events: object[];
}

test("every example the engine's tests wrote is a message of ours", () => {
  const examples = JSON.parse(readFileSync(fixture, "utf8")) as Examples;
  const kinds = [
    ["request", examples.requests],
    ["reply", examples.replies],
    ["event", examples.events],
  ] as const;
  for (const [direction, messages] of kinds) {
    assert.ok(messages.length > 5, `${direction}s: ${messages.length}`);
    for (const message of messages) {
      // The id is the worker script's affair; the engine's own examples may leave it out.
      const complete = direction === "event" || "id" in message ? message : { id: 1, ...message };
      assert.deepEqual(faults(direction, complete), [], JSON.stringify(message));
    }
  }
});

test("what is not a message is told apart", () => {
  assert.deepEqual(faults("request", { id: 1, type: "pause" }), []);
  assert.equal(faults("request", { type: "pause" }).length, 1);
  assert.equal(faults("request", { id: 1, type: "explode" }).length, 1);
  assert.equal(faults("request", { id: 1, type: "toString" }).length, 1);
  assert.equal(faults("event", { id: 1, type: "done", run: "a", step: 3 }).length, 1);
  assert.equal(faults("event", { type: "done", run: "a", step: -3 }).length, 1);
  assert.equal(faults("event", { type: "done", run: "a" }).length, 1);
  assert.equal(faults("event", { type: "done", run: "a", step: 3, more: 1 }).length, 1);
  assert.equal(faults("reply", { id: 1, type: "error", error: { kind: "busy", message: "" } }).length, 0);
  assert.equal(faults("reply", { id: 1, type: "error", error: { message: "" } }).length, 1);
  assert.equal(faults("request", { id: 2, type: "predict", pixels: new Uint8Array(784) }).length, 0);
  assert.equal(faults("request", { id: 2, type: "predict", pixels: [1, 2, 300] }).length, 1);
  assert.equal(faults("reply", null).length, 1);
});
