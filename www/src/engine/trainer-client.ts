/**
 * The page's side of the trainer: a promise for every request, typed events, and the certainty that every promise settles, whatever
 * becomes of the worker.
 */
import type { ErrorOf, ReceptiveError } from "./errors.ts";
import { ReceptiveFailure } from "./errors.ts";
import type { EventOf, ReplyTo, RequestBody, RequestType, TrainerEvent, TrainerEventType, WorkerMessage } from "./protocol.ts";
import { isReply } from "./protocol.ts";

/** What is used of a `Worker`, so that tests can stand in for one. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<WorkerMessage>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

/** Events of the client itself. */
export type ClientEvent =
  /** The worker gave no sign of life for the time said in the error. */
  | { type: "silent"; error: ErrorOf<"worker_silent"> }
  /** It answers again. */
  | { type: "answers" }
  /** The worker is gone or unusable; `restart` makes a new one. */
  | { type: "crashed"; error: ReceptiveError };

type AnyEvent = TrainerEvent | ClientEvent;
type AnyEventType = AnyEvent["type"];
type Payload<T extends AnyEventType> = T extends TrainerEventType ? EventOf<T> : Extract<ClientEvent, { type: T }>;

/** The DOM event that carries a message of type `T`. */
export class TrainerMessageEvent<T extends AnyEventType = AnyEventType> extends Event {
  declare readonly type: T;
  readonly detail: Payload<T>;

  constructor(detail: Payload<T>) {
    super(detail.type);
    this.detail = detail;
  }
}

interface Waiting {
  resolve(reply: never): void;
  reject(failure: ReceptiveFailure): void;
}

export interface ClientOptions {
  /** Milliseconds without a sign of life before `silent`. */
  patience?: number;
  now?: () => number;
}

export class TrainerClient extends EventTarget {
  readonly #create: () => WorkerLike;
  readonly #patience: number;
  readonly #now: () => number;
  readonly #waiting = new Map<number, Waiting>();
  #worker: WorkerLike;
  #nextId = 1;
  #silent = false;
  #lastSign: number;
  #pingSent: number | null = null;
  #lastCheck: number;
  #timer: ReturnType<typeof setInterval>;

  constructor(create: () => WorkerLike, { patience = 10_000, now = () => performance.now() }: ClientOptions = {}) {
    super();
    this.#create = create;
    this.#patience = patience;
    this.#now = now;
    this.#lastSign = this.#lastCheck = now();
    this.#worker = this.#open();
    this.#timer = setInterval(() => this.#check(), patience / 4);
  }

  /** Calls `handler` for every event of a type; the result stops that. */
  on<T extends AnyEventType>(type: T, handler: (detail: Payload<T>) => void): () => void {
    const listener = (event: Event): void => handler((event as TrainerMessageEvent<T>).detail);
    this.addEventListener(type, listener);
    return () => this.removeEventListener(type, listener);
  }

  /** @throws ReceptiveFailure with the error the request ended in. */
  request<B extends RequestBody>(body: B, transfer: Transferable[] = []): Promise<ReplyTo<B["type"] & RequestType>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#worker.postMessage({ id, ...body }, transfer);
    });
  }

  /** Ends the worker and starts a new one, which knows nothing of the old one's network and data. Open requests fail with `worker_stopped`. */
  restart(): void {
    this.#close();
    this.#silent = false;
    this.#worker = this.#open();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#close();
  }

  #open(): WorkerLike {
    const worker = this.#create();
    worker.onmessage = (event) => this.#receive(event.data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      const reason = event.message || "the worker's script could not be loaded";
      this.#crash({ kind: "engine_failed", message: reason, reason });
    };
    worker.onmessageerror = () => this.#crash({ kind: "engine_failed", message: "unreadable message", reason: "unreadable message" });
    this.#lastSign = this.#now();
    this.#pingSent = null;
    return worker;
  }

  #close(): void {
    this.#worker.onmessage = this.#worker.onerror = this.#worker.onmessageerror = null;
    this.#worker.terminate();
    this.#fail({ kind: "worker_stopped", message: "the engine was stopped" });
  }

  #fail(error: ReceptiveError): void {
    const open = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of open) reject(new ReceptiveFailure(error));
  }

  #crash(error: ReceptiveError): void {
    this.#fail(error);
    this.#emit({ type: "crashed", error });
  }

  #receive(message: WorkerMessage): void {
    this.#lastSign = this.#now();
    this.#pingSent = null;
    if (this.#silent) {
      this.#silent = false;
      this.#emit({ type: "answers" });
    }
    if (!isReply(message)) {
      this.#emit(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === "error") {
      waiting?.reject(new ReceptiveFailure(message.error));
      // A panic leaves the wasm instance unusable: nothing asked of it later can succeed.
      if (message.error.kind === "panic") this.#crash(message.error);
    } else {
      waiting?.resolve(message as never);
    }
  }

  #emit<T extends AnyEventType>(detail: Payload<T>): void {
    this.dispatchEvent(new TrainerMessageEvent(detail));
  }

  /**
   * Asks for a sign of life and looks whether the last question was answered in time. A check that itself comes late (the computer slept, or the
   * tab is in the background) says nothing about the worker, so it only asks again.
   */
  #check(): void {
    const now = this.#now();
    const late = now - this.#lastCheck > this.#patience;
    this.#lastCheck = now;
    if (this.#pingSent !== null && !late && !this.#silent && now - Math.max(this.#lastSign, this.#pingSent) >= this.#patience) {
      this.#silent = true;
      const seconds = Math.round((now - this.#lastSign) / 1000);
      this.#emit({ type: "silent", error: { kind: "worker_silent", message: `no answer from the engine for ${seconds} s`, seconds } });
    }
    if (this.#pingSent === null || late) {
      this.#pingSent = now;
      this.request({ type: "ping" }).catch(() => undefined);
    }
  }
}
