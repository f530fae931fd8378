/**
 * The page's side of a worker that answers requests and has nothing to tell otherwise. It is made when first needed; every promise settles, whatever
 * becomes of it.
 */
import type { ReceptiveError } from "./errors.ts";
import { ReceptiveFailure } from "./errors.ts";

/** What such a worker sends: to each request any number of `progress`, then one `reply` or `error`. */
export type AnswerMessage<Replies, Progress> =
  | { id: number; type: "progress"; progress: Progress }
  | { id: number; type: "error"; error: ReceptiveError }
  | { [T in keyof Replies]: { id: number; type: "reply"; to: T; reply: Replies[T] } }[keyof Replies];

/** What is used of a `Worker`, so that tests can stand in for one. */
export interface RequestWorkerLike<Message> {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

interface Waiting<Reply, Progress> {
  resolve(reply: Reply): void;
  reject(failure: ReceptiveFailure): void;
  progress(progress: Progress): void;
}

/** After these nothing asked of this worker can succeed; a new one may. */
const FATAL: readonly string[] = ["panic", "engine_failed", "fetch_failed", "device_lost"];

export class RequestClient<Requests, Replies extends { [T in keyof Requests]: unknown }, Progress = never> {
  readonly #create: () => RequestWorkerLike<AnswerMessage<Replies, Progress>>;
  readonly #waiting = new Map<number, Waiting<Replies[keyof Replies], Progress>>();
  #worker: RequestWorkerLike<AnswerMessage<Replies, Progress>> | null = null;
  #nextId = 1;

  constructor(create: () => RequestWorkerLike<AnswerMessage<Replies, Progress>>) {
    this.#create = create;
  }

  /** @throws ReceptiveFailure with the error the request ended in. */
  request<T extends keyof Requests>(
    type: T,
    body: Requests[T],
    progress: (progress: Progress) => void = () => undefined,
  ): Promise<Replies[T]> {
    const id = this.#nextId++;
    const worker = (this.#worker ??= this.#open());
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (reply: Replies[keyof Replies]) => void, reject, progress });
      worker.postMessage({ id, type, ...body });
    });
  }

  /** Ends the worker at once and gives its memory back. Open requests fail with `worker_stopped`; the next one makes a new worker. */
  stop(): void {
    this.#end({ kind: "worker_stopped", message: "the engine was stopped" });
  }

  #open(): RequestWorkerLike<AnswerMessage<Replies, Progress>> {
    const worker = this.#create();
    worker.onmessage = (event) => this.#receive(event.data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.#failed(event.message || "the worker's script could not be loaded");
    };
    worker.onmessageerror = () => this.#failed("unreadable message");
    return worker;
  }

  #failed(reason: string): void {
    this.#end({ kind: "engine_failed", message: reason, reason });
  }

  #end(error: ReceptiveError): void {
    if (this.#worker) {
      this.#worker.onmessage = this.#worker.onerror = this.#worker.onmessageerror = null;
      this.#worker.terminate();
      this.#worker = null;
    }
    const open = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of open) reject(new ReceptiveFailure(error));
  }

  #receive(message: AnswerMessage<Replies, Progress>): void {
    const waiting = this.#waiting.get(message.id);
    if (message.type === "progress") {
      waiting?.progress(message.progress);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.type === "reply") {
      waiting?.resolve(message.reply);
      return;
    }
    waiting?.reject(new ReceptiveFailure(message.error));
    if (FATAL.includes(message.error.kind)) this.#end(message.error);
  }
}
