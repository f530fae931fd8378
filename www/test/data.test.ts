import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { gzipSync } from "node:zlib";
import { ReceptiveFailure } from "../src/engine/errors.ts";
import type { Split, TrainerEvent } from "../src/engine/protocol.ts";
import type { Counts } from "../src/engine/worker/data.ts";
import { loadFiles, loadShards } from "../src/engine/worker/data.ts";
import type { Session } from "../src/engine/worker/engine.ts";

const base = new URL("https://host.example/course/data/");
const shard = (size: number): Uint8Array => gzipSync(Uint8Array.from({ length: size }, (_, at) => (at * 31) % 251));
const files: { [name: string]: Uint8Array } = { "train-0.bin": shard(6000), "train-1.bin": shard(4000), "test-0.bin": shard(1000) };
const entry = (file: string, images: number): object => ({ file, images, bytes: files[file]?.length, sha256: "" });
const manifest = {
  version: 1,
  train: { total: 10, shards: [entry("train-0.bin", 6), entry("train-1.bin", 4)] },
  test: { total: 1, shards: [entry("test-0.bin", 1)] },
};

afterEach(() => mock.restoreAll());

/** Serves the files above, some of them changed; counts what is asked for. */
function serve(changes: { [name: string]: Uint8Array | number | "no answer" } = {}): string[] {
  const asked: string[] = [];
  mock.method(globalThis, "fetch", (address: URL | RequestInfo) => {
    const name = String(address).replace(base.href, "");
    asked.push(name);
    const answer = changes[name] ?? (name === "manifest.json" ? new TextEncoder().encode(JSON.stringify(manifest)) : files[name]) ?? 404;
    if (answer === "no answer") return Promise.reject(new TypeError("Failed to fetch"));
    return Promise.resolve(typeof answer === "number" ? new Response(null, { status: answer }) : new Response(answer as BodyInit));
  });
  return asked;
}

interface Added {
  split: Split;
  size: number;
  file: string;
}

function session(): { session: Promise<Session>; added: Added[] } {
  const added: Added[] = [];
  const counts: Counts = { train: 0, test: 0 };
  const fake = {
    addShard(split: Split, bytes: Uint8Array, file: string) {
      added.push({ split, size: bytes.length, file });
      counts[split] += bytes.length / 1000;
      return { images: counts[split], total: manifest[split].total };
    },
  };
  return { session: Promise.resolve(fake as unknown as Session), added };
}

async function load(changes: Parameters<typeof serve>[0], have: Counts = { train: 0, test: 0 }) {
  const asked = serve(changes);
  const events: TrainerEvent[] = [];
  const { session: engine, added } = session();
  let error: { kind: string; [field: string]: unknown } | null = null;
  try {
    await loadShards(engine, base, have, (event) => events.push(event), new AbortController().signal);
  } catch (thrown) {
    assert.ok(thrown instanceof ReceptiveFailure, String(thrown));
    error = thrown.error;
  }
  return { asked, events, added, have, error };
}

test("first the first training shard, then the test set, then the rest, and the counts go up", async () => {
  const { added, events, have, error } = await load({});
  assert.equal(error, null);
  assert.deepEqual(
    added.map(({ file }) => file),
    ["train-0.bin", "test-0.bin", "train-1.bin"],
  );
  assert.deepEqual(
    added.map(({ size }) => size),
    [6000, 1000, 4000],
  );
  const counts = events.filter((event) => event.type === "data").map(({ split, images, total }) => `${split} ${images}/${total}`);
  assert.deepEqual(counts, ["train 6/10", "test 1/1", "train 10/10"]);
  assert.deepEqual(have, { train: 10, test: 1 });
  const last = events.filter((event) => event.type === "data_loading").at(-1);
  assert.equal(last?.loaded, last?.total);
});

test("a retry fetches only what is missing", async () => {
  const have = { train: 0, test: 0 };
  const first = await load({ "train-1.bin": "no answer" }, have);
  assert.deepEqual(first.error && [first.error.kind, first.error.file], ["fetch_failed", "train-1.bin"]);
  assert.deepEqual(have, { train: 6, test: 1 });
  mock.restoreAll();
  const again = await load({}, have);
  assert.deepEqual(again.asked, ["manifest.json", "train-1.bin"]);
});

for (const [what, changes, kind, fields] of [
  ["a missing manifest", { "manifest.json": 404 }, "fetch_failed", { file: "manifest.json", status: 404 }],
  ["no network", { "train-0.bin": "no answer" }, "fetch_failed", { file: "train-0.bin", status: 0 }],
  [
    "a shard cut off",
    { "train-0.bin": files["train-0.bin"]?.subarray(0, 100) },
    "truncated",
    { offset: 100, needed: files["train-0.bin"]?.length },
  ],
  [
    "a shard with something behind it",
    { "train-0.bin": Buffer.concat([files["train-0.bin"] ?? Buffer.alloc(0), Buffer.alloc(3)]) },
    "wrong_size",
    { file: "train-0.bin" },
  ],
  [
    "a damaged shard",
    { "train-0.bin": files["train-0.bin"]?.map((value, at) => (at === 40 ? value ^ 0xff : value)) },
    "bad_gzip",
    { file: "train-0.bin" },
  ],
  [
    "a manifest of another version",
    { "manifest.json": new TextEncoder().encode('{"version":2}') },
    "unsupported_version",
    { supported: 1 },
  ],
  ["a manifest that is none", { "manifest.json": new TextEncoder().encode("<!doctype html>") }, "malformed_json", {}],
] as [string, Parameters<typeof serve>[0], string, object][]) {
  test(`${what}: ${kind}, and nothing is added`, async () => {
    const { error, added, events } = await load(changes);
    assert.equal(error?.kind, kind);
    for (const [field, value] of Object.entries(fields)) assert.equal(error?.[field], value, field);
    assert.deepEqual(added, []);
    assert.ok(!events.some(({ type }) => type === "data"));
  });
}

test("chosen files are handed on with their names", async () => {
  const calls: unknown[][] = [];
  const fake = {
    loadIdx: (...args: unknown[]) => {
      calls.push(args);
      return { train: 4, test: 0 };
    },
  } as unknown as Session;
  const files = {
    train_images: { name: "i", bytes: Uint8Array.of(0, 0, 8, 3) },
    train_labels: { name: "l", bytes: Uint8Array.of(0, 0, 8, 1) },
  };
  assert.deepEqual(await loadFiles(fake, { type: "load_files", ...files }), { train: 4, test: 0 });
  assert.deepEqual(calls, [[files.train_images.bytes, files.train_labels.bytes, undefined, undefined, ["i", "l", "", ""]]]);
});
