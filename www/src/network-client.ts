/** The page's side of the worker that runs networks at true size. It is made when first needed; every promise settles, whatever becomes of it. */
import type { ReceptiveError } from "./errors.ts";
import { ReceptiveFailure } from "./errors.ts";
import type { NetworkMessage, NetworkReplies, NetworkRequestType, NetworkRequests, Progress } from "./network-protocol.ts";

/** What is used of a `Worker`, so that tests can stand in for one. */
export interface NetworkWorkerLike {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<NetworkMessage>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

interface Waiting {
  resolve(reply: NetworkReplies[NetworkRequestType]): void;
  reject(failure: ReceptiveFailure): void;
  progress(progress: Progress): void;
}

export class NetworkClient {
  readonly #create: () => NetworkWorkerLike;
  readonly #waiting = new Map<number, Waiting>();
  #worker: NetworkWorkerLike | null = null;
  #nextId = 1;

  constructor(create: () => NetworkWorkerLike) {
    this.#create = create;
  }

  /** @throws ReceptiveFailure with the error the request ended in. */
  request<T extends NetworkRequestType>(type: T, body: NetworkRequests[T], progress: (progress: Progress) => void = () => undefined): Promise<NetworkReplies[T]> {
    const id = this.#nextId++;
    const worker = (this.#worker ??= this.#open());
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject, progress });
      worker.postMessage({ id, type, ...body });
    });
  }

  /** Ends the worker at once and gives its memory back. Open requests fail with `worker_stopped`; the next one makes a new worker. */
  stop(): void {
    this.#end({ kind: "worker_stopped", message: "the engine was stopped" });
  }

  #open(): NetworkWorkerLike {
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

  #receive(message: NetworkMessage): void {
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
    // After these nothing asked of this worker can succeed; a new one may.
    if (["panic", "engine_failed", "fetch_failed", "device_lost"].includes(message.error.kind)) this.#end(message.error);
  }
}
