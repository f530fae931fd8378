/**
 * Data-parallel training between workers: the first worker's side (`ReplicaWorkers`, which the engine drives) and that of the others (`serveReplica`).
 * All run the same script; a worker whose name is `replica` serves. What is computed and when is `src/train/parallel.rs`.
 */
import type { ReplicaDone, ReplicaTask } from "../../../src/web/types.d.ts";
import type { Spec } from "../protocol.ts";
import type { Engine, Replica, ReplicaStarter } from "./engine.ts";

export const REPLICA = "replica";

/** How long a worker may take to load the engine and make its network. */
const START_MS = 60_000;

type ToReplica = { type: "create"; spec: Spec } | { type: "task"; task: ReplicaTask };
type FromReplica = { type: "created" } | { type: "done"; done: ReplicaDone } | { type: "failed" };

/** Only the end of a step: the one that told it goes on. */
const isAnswered = (message: ToReplica): boolean => message.type === "create" || message.task.images !== undefined || message.task.sums;

/** Buffers that are handed over instead of copied. */
const buffers = (object: object): ArrayBuffer[] => Object.values(object).flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));

/** One worker, from here. What it does not answer in time, or cannot do, is null. */
class Place {
  #worker: Worker;
  #answer: ((message: FromReplica | null) => void) | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<FromReplica>) => this.#settle(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#settle(null);
    });
  }

  #settle(message: FromReplica | null): void {
    this.#answer?.(message);
    this.#answer = null;
  }

  ask(message: ToReplica, patienceMs: number): Promise<FromReplica | null> {
    return new Promise((resolve) => {
      const silent = setTimeout(() => this.#settle(null), patienceMs);
      this.#answer = (answer) => {
        clearTimeout(silent);
        resolve(answer);
      };
      this.#worker.postMessage(message, message.type === "task" ? buffers(message.task) : []);
    });
  }

  tell(message: ToReplica & { type: "task" }): void {
    this.#worker.postMessage(message, buffers(message.task));
  }

  end(): void {
    this.#worker.terminate();
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

  async run(tasks: (ReplicaTask | null)[], patienceMs: number): Promise<(ReplicaDone | null)[]> {
    return Promise.all(
      tasks.map(async (task, at) => {
        const answer = task && (await this.#places[at]?.ask({ type: "task", task }, patienceMs));
        return answer?.type === "done" ? answer.done : null;
      }),
    );
  }

  tell(tasks: (ReplicaTask | null)[]): void {
    for (const [at, task] of tasks.entries()) if (task) this.#places[at]?.tell({ type: "task", task });
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

/** Answers the first worker, a message at a time. */
export function serveReplica(scope: Scope, engine: Promise<Engine>): void {
  let replica: Replica | null = null;
  const answer = async (message: ToReplica): Promise<FromReplica> => {
    const { package: own } = await engine;
    if (message.type === "create") {
      replica = await own.Replica.create(message.spec);
      return { type: "created" };
    }
    return replica ? { type: "done", done: replica.run(message.task) } : { type: "failed" };
  };
  scope.addEventListener("message", ({ data }) => {
    answer(data)
      // Why it failed does not matter to the run: another takes its place, and what is wrong with the network the first worker finds itself.
      .catch((): FromReplica => {
        replica = null;
        return { type: "failed" };
      })
      .then((message) => isAnswered(data) && scope.postMessage(message, message.type === "done" ? buffers(message.done) : []));
  });
}
