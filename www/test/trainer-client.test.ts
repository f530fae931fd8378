import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ReceptiveFailure } from "../src/engine/errors.ts";
import type { Request, WorkerMessage } from "../src/engine/protocol.ts";
import type { WorkerLike } from "../src/engine/trainer-client.ts";
import { TrainerClient } from "../src/engine/trainer-client.ts";

class FakeWorker implements WorkerLike {
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  onmessageerror: WorkerLike["onmessageerror"] = null;
  terminated = false;
  readonly sent: Request[] = [];

  postMessage(message: unknown): void {
    this.sent.push(message as Request);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: WorkerMessage): void {
    this.onmessage?.({ data: message } as MessageEvent<WorkerMessage>);
  }
}

function open(): { client: TrainerClient; workers: FakeWorker[]; pass(ms: number): void; close(): void } {
  mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  const workers: FakeWorker[] = [];
  const client = new TrainerClient(
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
    { now: () => now },
  );
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 500) {
      now += 500;
      mock.timers.tick(500);
    }
  };
  const close = (): void => {
    client.dispose();
    mock.timers.reset();
  };
  return { client, workers, pass, close };
}

const kindOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "resolved",
    (thrown: unknown) => (thrown instanceof ReceptiveFailure ? thrown.error.kind : String(thrown)),
  );

test("each request gets its own reply, whatever the order", async () => {
  const {
    client,
    workers: [worker],
    close,
  } = open();
  const first = client.request({ type: "pause" });
  const second = client.request({ type: "start", epochs: 2 });
  const [a, b] = worker?.sent ?? [];
  assert.deepEqual([a?.type, b?.type], ["pause", "start"]);
  worker?.say({ id: b?.id ?? 0, type: "started", run: "r" });
  worker?.say({ id: a?.id ?? 0, type: "paused", run: "r", step: 7 });
  assert.equal((await first).step, 7);
  assert.equal((await second).run, "r");
  close();
});

test("an error reply rejects with the typed error and leaves the worker alone", async () => {
  const {
    client,
    workers: [worker],
    close,
  } = open();
  const asked = client.request({ type: "step" });
  worker?.say({ id: worker.sent[0]?.id ?? 0, type: "error", error: { kind: "busy", message: "" } });
  assert.equal(await kindOf(asked), "busy");
  assert.equal(worker?.terminated, false);
  close();
});

test("events reach those who listen, until they stop", () => {
  const {
    client,
    workers: [worker],
    close,
  } = open();
  const steps: number[] = [];
  const stop = client.on("done", ({ step }) => steps.push(step));
  worker?.say({ type: "done", run: "r", step: 1 });
  stop();
  worker?.say({ type: "done", run: "r", step: 2 });
  assert.deepEqual(steps, [1]);
  close();
});

test("a crash of the worker fails what is open and says so", async () => {
  const {
    client,
    workers: [worker],
    close,
  } = open();
  const crashes: string[] = [];
  client.on("crashed", ({ error }) => crashes.push(error.kind));
  const asked = client.request({ type: "pause" });
  worker?.onerror?.({ message: "out of memory" } as ErrorEvent);
  assert.equal(await kindOf(asked), "engine_failed");
  assert.deepEqual(crashes, ["engine_failed"]);
  close();
});

test("a panic in a reply is a crash: the instance cannot be used again", async () => {
  const {
    client,
    workers: [worker],
    close,
  } = open();
  const crashes: string[] = [];
  client.on("crashed", ({ error }) => crashes.push(error.kind));
  const [asked, other] = [client.request({ type: "step" }), client.request({ type: "pause" })];
  worker?.say({ id: worker.sent[0]?.id ?? 0, type: "error", error: { kind: "panic", message: "", reason: "" } });
  assert.deepEqual([await kindOf(asked), await kindOf(other)], ["panic", "panic"]);
  assert.deepEqual(crashes, ["panic"]);
  close();
});

test("restarting makes a new worker; the old one is ended and no longer heard", async () => {
  const { client, workers, close } = open();
  const asked = client.request({ type: "pause" });
  client.restart();
  assert.equal(await kindOf(asked), "worker_stopped");
  const [old, fresh] = workers;
  assert.equal(old?.terminated, true);
  assert.equal(old?.onmessage, null);
  const again = client.request({ type: "dispose" });
  fresh?.say({ id: fresh.sent[0]?.id ?? 0, type: "disposed" });
  assert.equal((await again).type, "disposed");
  close();
});

test("a worker that says nothing for ten seconds is reported once, and again when it answers", () => {
  const {
    client,
    workers: [worker],
    pass,
    close,
  } = open();
  const seen: string[] = [];
  client.on("silent", ({ error }) => seen.push(`silent ${error.seconds}`));
  client.on("answers", () => seen.push("answers"));
  pass(9_000);
  assert.deepEqual(seen, []);
  pass(20_000);
  assert.equal(seen.length, 1);
  assert.match(seen[0] ?? "", /^silent 1[0-3]$/u);
  worker?.say({ type: "done", run: "r", step: 1 });
  assert.deepEqual(seen.slice(1), ["answers"]);
  close();
});

test("a worker that answers its pings is never called silent, however long a request takes", () => {
  const {
    client,
    workers: [worker],
    pass,
    close,
  } = open();
  let silent = 0;
  client.on("silent", () => silent++);
  void client
    .request({ type: "compile", run: "r", spec: { version: 1, input: [1, 28, 28], layers: [] }, backend: "webgpu" })
    .catch(() => undefined);
  for (let second = 0; second < 60; second++) {
    pass(1000);
    for (const { type, id } of worker?.sent.splice(0) ?? []) if (type === "ping") worker?.say({ id, type: "pong" });
  }
  assert.equal(silent, 0);
  close();
});
