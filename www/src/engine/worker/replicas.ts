/**
 * Data-parallel training between workers: the first worker's side (`ReplicaWorkers`, which the engine drives) and that of the others (`serveReplica`).
 * All run the same script; a worker whose name is `replica` serves. What is computed and when is `src/run/parallel.rs`.
 */
import type { HandedTask, ReplicaDone, ReplicaTask, SharedTensors } from "../../../../src/web/types.d.ts";
import type { Spec } from "../protocol.ts";
import type { Engine, Replica, ReplicaStarter } from "./engine.ts";
import type { Lengths } from "./shared-exchange.ts";
import { canShare, Exchange, Served } from "./shared-exchange.ts";

export const REPLICA = "replica";

/** How long a worker may take to load the engine and make its network. */
const START_MS = 60_000;

type ToReplica =
  | { type: "create"; spec: Spec }
  | { type: "task"; task: ReplicaTask }
  | { type: "share"; memory: SharedArrayBuffer; lengths: Lengths };
type FromReplica = { type: "created" } | { type: "done"; done: ReplicaDone } | { type: "failed" };

/** The end of a step and shared memory are not: the one that told of them goes on. */
const isAnswered = (message: ToReplica): boolean =>
  message.type === "create" || (message.type === "task" && (message.task.images !== undefined || message.task.sums));

/** Buffers that are handed over instead of copied. */
const buffers = (object: object): ArrayBuffer[] =>
  Object.values(object).flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));

/** One worker, from here. What it does not answer in time, or cannot do, is null. */
class Place {
  #worker: Worker;
  #answer: ((message: FromReplica | null) => void) | null = null;
  /** Memory that both see, once it is known how much. */
  #exchange: Exchange | null = null;
  #lengths: Omit<Lengths, "hyper"> | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<FromReplica>) => this.#settle(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#exchange?.end();
      this.#settle(null);
    });
  }

  #settle(message: FromReplica | null): void {
    this.#answer?.(message);
    this.#answer = null;
  }

  #post(message: ToReplica): void {
    this.#exchange?.tellOfMessage();
    this.#worker.postMessage(message, message.type === "task" ? buffers(message.task) : []);
  }

  ask(message: ToReplica, patienceMs: number): Promise<FromReplica | null> {
    return new Promise((resolve) => {
      const silent = setTimeout(() => this.#settle(null), patienceMs);
      this.#answer = (answer) => {
        clearTimeout(silent);
        resolve(answer);
      };
      this.#post(message);
    });
  }

  async run(task: HandedTask, patienceMs: number): Promise<ReplicaDone | null> {
    if (typeof task === "string") {
      this.#exchange?.tellShard();
      return this.#exchange?.answer(patienceMs) ?? null;
    }
    const { images, labels, random } = task;
    const shard = images && labels && random ? { images: images.length, labels: labels.length, random: random.length } : null;
    const answer = await this.ask({ type: "task", task }, patienceMs);
    if (answer?.type !== "done") return null;
    if (shard) this.#lengths = { ...shard, exchanged: answer.done.exchanged.length };
    return answer.done;
  }

  tell(task: HandedTask): void {
    if (typeof task === "string") return this.#exchange?.tellUpdate();
    // Once it is sent it has no length.
    const hyper = task.hyper?.length;
    this.#post({ type: "task", task });
    if (hyper && this.#lengths) this.#share({ ...this.#lengths, hyper });
  }

  /** Shares memory from now on, if it can be: a step has shown how much is exchanged. */
  #share(lengths: Lengths): void {
    if (this.#exchange || !canShare()) return;
    const exchange = new Exchange(lengths);
    this.#post({ type: "share", memory: exchange.memory, lengths });
    this.#exchange = exchange;
  }

  get shared(): SharedTensors | null {
    return this.#exchange?.tensors ?? null;
  }

  end(): void {
    this.#worker.terminate();
    this.#exchange?.end();
    this.#settle(null);
  }
}

export class ReplicaWorkers implements ReplicaStarter {
  #places: Place[] = [];
  readonly #create: () => Worker;

  constructor(create: () => Worker) {
    this.#create = create;
  }

  async start(spec: Spec, places: Uint32Array, images: Uint32Array): Promise<boolean> {
    const asked = [...places].map((at, index) => {
      this.#places[at]?.end();
      const place = (this.#places[at] = new Place(this.#create()));
      return place.ask({ type: "create", spec: { ...spec, training: { ...spec.training, batch_size: images[index] } } as Spec }, START_MS);
    });
    return (await Promise.all(asked)).every((answer) => answer?.type === "created");
  }

  shared(place: number): SharedTensors | null {
    return this.#places[place]?.shared ?? null;
  }

  async run(tasks: (HandedTask | null)[], patienceMs: number): Promise<(ReplicaDone | null)[]> {
    return Promise.all(tasks.map(async (task, at) => (task && (await this.#places[at]?.run(task, patienceMs))) ?? null));
  }

  tell(tasks: (HandedTask | null)[]): void {
    for (const [at, task] of tasks.entries()) if (task) this.#places[at]?.tell(task);
  }

  stop(): void {
    for (const place of this.#places.splice(0)) place.end();
  }
}

/** The part of a worker's scope used here. */
interface Scope {
  postMessage(message: FromReplica, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToReplica>) => void): void;
}

/** Answers the first worker, a message at a time; between messages it serves the memory that they share, if they do. */
export function serveReplica(scope: Scope, engine: Promise<Engine>): void {
  let replica: Replica | null = null;
  let served: Served | null = null;
  const answer = async (message: ToReplica): Promise<FromReplica> => {
    const { package: own } = await engine;
    switch (message.type) {
      case "create":
        replica = await own.Replica.create(message.spec);
        return { type: "created" };
      case "share":
        served = new Served(message.memory, message.lengths);
        return { type: "created" };
      case "task":
        return replica ? { type: "done", done: replica.run(message.task) } : { type: "failed" };
    }
  };
  const fail = (): FromReplica => {
    // Why it failed does not matter to the run: another takes its place, and what is wrong with the network the first worker finds itself.
    replica = null;
    return { type: "failed" };
  };
  scope.addEventListener("message", ({ data }) => {
    if (data.type !== "share") served?.messageCame();
    answer(data)
      .catch(fail)
      .then((message) => {
        if (isAnswered(data)) scope.postMessage(message, message.type === "done" ? buffers(message.done) : []);
        if (replica) served?.serve(replica);
      })
      .catch(fail);
  });
}
