/** The environment of a page in a test: an address without a browser, storage in memory, a clock that stands until it is moved. */
import type { DocumentRecord, Recalled, Records, SavedDocument } from "../../src/model/records.ts";
import type { SavedRun } from "../../src/model/runs.ts";
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

/** Records in memory: what a page left there, the next one with the same records finds. */
export class TestRecords implements Records {
  document: SavedDocument | null = null;
  readonly runs = new Map<string, SavedRun>();
  readonly weights = new Map<string, { step: number; bytes: Uint8Array }>();

  async recall(): Promise<Recalled | null> {
    const { document, runs, weights } = this;
    const checkpoints = new Map([...weights].map(([key, { step }]) => [key, step]));
    return document && { document, runs: [...runs.values()], checkpoints, elsewhere: false };
  }

  async checkpoint(key: string): Promise<Uint8Array | null> {
    return this.weights.get(key)?.bytes ?? null;
  }

  async putDocument(document: DocumentRecord): Promise<void> {
    this.document = { ...document, tab: "tab", place: "", at: 0 };
  }

  async putRun(run: SavedRun): Promise<void> {
    this.runs.set(run.key, run);
  }

  async putCheckpoint(key: string, step: number, bytes: Uint8Array): Promise<string[]> {
    this.weights.set(key, { step, bytes });
    return [];
  }

  async putKeptStep(key: string, step: number, bytes: Uint8Array): Promise<string[]> {
    return this.putCheckpoint(key, step, bytes);
  }

  async dropCheckpoints(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.weights.delete(key);
  }

  async keepOnly(keys: readonly string[]): Promise<void> {
    for (const key of this.runs.keys()) if (!keys.includes(key)) this.runs.delete(key);
  }
}

export class TestEnvironment implements Environment {
  /** Every entry that was written or visited, the newest last. */
  readonly entries: URL[];
  readonly stored = new Map<string, string>();
  readonly #visit = signal();
  readonly #hash = signal();
  readonly #press = signal<KeyboardEvent>();
  readonly #hide = signal();
  readonly #leave = signal();
  readonly #records: Records | null;
  #now = 0;
  #timers: { at: number; work: () => void }[] = [];

  /** `records` are null where the page may not store data. */
  constructor(address = "https://example.org/course/", records: Records | null = null) {
    this.#records = records;
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

  async openRecords(): Promise<Records> {
    if (!this.#records) throw new Error("nothing may be stored");
    return this.#records;
  }

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
