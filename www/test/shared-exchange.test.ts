import assert from "node:assert/strict";
import { test } from "node:test";

import type { ReplicaTask } from "../../src/web/types.d.ts";
import type { Replica } from "../src/engine/worker/engine.ts";
import { Exchange, Served } from "../src/engine/worker/shared-exchange.ts";

const LENGTHS = { exchanged: 3, hyper: 2, images: 5, labels: 1, random: 4 };
const shard = (images: number[], label: number): ReplicaTask => ({
  images: Uint8Array.from(images),
  labels: Uint8Array.of(label),
  random: Uint32Array.of(1, 2, 3, 4),
  sums: false,
});
const update = (value: number): ReplicaTask => ({
  exchanged: Float32Array.of(value, value, value),
  hyper: Float32Array.of(0.5, value),
  sums: false,
});

/** A task as it is now: the memory behind it is overwritten. */
const kept = (task: ReplicaTask): object =>
  Object.fromEntries(
    Object.entries(task)
      .filter(([name]) => name !== "into")
      .map(([name, value]) => [name, ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value]),
  );

/** A replica whose gradients say what it was given. */
function replica(heard: object[]): Replica {
  return {
    run: (task: ReplicaTask) => {
      heard.push(kept(task));
      task.into?.set([task.images?.[4] ?? -1, task.labels?.[0] ?? -1, heard.length]);
      return { sums: new Uint32Array() };
    },
  } as unknown as Replica;
}

function pair(): { exchange: Exchange; served: Served } {
  const exchange = new Exchange(LENGTHS);
  return { exchange, served: new Served(exchange.memory, exchange.lengths) };
}

function tellShard(exchange: Exchange, { images, labels, random }: ReplicaTask): void {
  exchange.tensors.images.set(images ?? []);
  exchange.tensors.labels.set(labels ?? []);
  exchange.tensors.random.set(random ?? []);
  exchange.tellShard();
}

function tellUpdate(exchange: Exchange, { exchanged, hyper }: ReplicaTask): void {
  exchange.tensors.exchanged.set(exchanged ?? []);
  exchange.tensors.hyper.set(hyper ?? []);
  exchange.tellUpdate();
}

test("what ends a step comes before the next shard, and a message ends the standing still", async () => {
  const { exchange, served } = pair();
  const heard: object[] = [];
  tellUpdate(exchange, update(7));
  tellShard(exchange, shard([9, 8, 7, 6, 5], 4));
  exchange.tellOfMessage();
  served.serve(replica(heard));
  assert.deepEqual(heard, [update(7), shard([9, 8, 7, 6, 5], 4)].map(kept));
  assert.deepEqual([...((await exchange.answer(1000))?.exchanged ?? [])], [5, 4, 2]);
  // The message has come; what is told afterwards is served.
  served.messageCame();
  tellShard(exchange, shard([1, 1, 1, 1, 3], 2));
  exchange.tellOfMessage();
  served.serve(replica(heard));
  assert.deepEqual([...((await exchange.answer(1000))?.exchanged ?? [])], [3, 2, 3]);
});

test("who fails, ends or is silent answers nothing", async () => {
  const failing = pair();
  tellShard(failing.exchange, shard([0, 0, 0, 0, 0], 0));
  const broken = {
    run: () => {
      throw new Error("another network");
    },
  } as unknown as Replica;
  assert.throws(() => failing.served.serve(broken), /another network/u);
  assert.equal(await failing.exchange.answer(10_000), null);

  const ended = pair();
  tellShard(ended.exchange, shard([0, 0, 0, 0, 0], 0));
  setTimeout(() => ended.exchange.end(), 40);
  assert.equal(await ended.exchange.answer(10_000), null);

  const silent = pair();
  tellShard(silent.exchange, shard([0, 0, 0, 0, 0], 0));
  const begin = performance.now();
  assert.equal(await silent.exchange.answer(60), null);
  assert.ok(performance.now() - begin >= 60);
});
