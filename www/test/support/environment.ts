/** The environment of a page in a test: an address without a browser, storage in memory, a clock that stands until it is moved. */
import type { Environment } from "../../src/page/environment.ts";

const signal = <T = void>(): { on: (listener: (detail: T) => void) => () => void; fire: (detail: T) => void } => {
  const listeners = new Set<(detail: T) => void>();
  return {
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    fire: (detail) => {
      for (const listener of listeners) listener(detail);
    },
  };
};

export class TestEnvironment implements Environment {
  /** Every entry that was written or visited, the newest last. */
  readonly entries: URL[];
  readonly stored = new Map<string, string>();
  readonly #visit = signal();
  readonly #hash = signal();
  readonly #press = signal<KeyboardEvent>();
  readonly #hide = signal();
  readonly #leave = signal();
  #now = 0;
  #timers: { at: number; work: () => void }[] = [];

  constructor(address = "https://example.org/course/") {
    this.entries = [new URL(address)];
  }

  get #here(): URL {
    return this.entries.at(-1) as URL;
  }

  readonly address = ((environment: TestEnvironment) => ({
    get href() {
      return environment.#here.href;
    },
    get search() {
      return environment.#here.search;
    },
    get hash() {
      return environment.#here.hash;
    },
    push: (address: string) => void environment.entries.push(new URL(address, environment.#here)),
    replace: (address: string) => void environment.entries.push(new URL(address, environment.entries.pop())),
    onVisit: (listener: () => void) => environment.#visit.on(listener),
    onHash: (listener: () => void) => environment.#hash.on(listener),
  }))(this);

  readonly storage = {
    recall: (name: string) => this.stored.get(name) ?? null,
    remember: (name: string, value: string) => void this.stored.set(name, value),
  };

  readonly keys = { onPress: (listener: (event: KeyboardEvent) => void) => this.#press.on(listener) };

  readonly clock = {
    now: () => this.#now,
    after: (milliseconds: number, work: () => void) => {
      const timer = { at: this.#now + milliseconds, work };
      this.#timers.push(timer);
      return () => void (this.#timers = this.#timers.filter((one) => one !== timer));
    },
  };

  readonly visibility = {
    onHide: (listener: () => void) => this.#hide.on(listener),
    onLeave: (listener: () => void) => this.#leave.on(listener),
  };

  /** The clock goes on, and what was due by then is done. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { work } of due) work();
  }

  /** Somebody follows this address, or goes back to it. */
  visit(address: string): void {
    this.entries.push(new URL(address, this.#here));
    this.#visit.fire();
    this.#hash.fire();
  }

  hide(): void {
    this.#hide.fire();
  }

  leave(): void {
    this.#leave.fire();
  }
}
