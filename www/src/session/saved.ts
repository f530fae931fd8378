/**
 * What outlives the tab: the network as it is edited, runs with their curves, and checkpoints, in IndexedDB. Each tab has records of its own, and a new
 * tab begins with a copy of the newest ones: two tabs never write the same.
 */

import type { DBSchema, IDBPDatabase } from "idb";
import { openDB } from "idb";
import { isKeptStep, runOf, surplus } from "../lib/kept-steps.ts";
import { borrowed, isOpen, tabName } from "../lib/tab-name.ts";
import type { DocumentRecord, Recalled, Records, SavedDocument } from "../model/records.ts";
import type { SavedRun } from "../model/runs.ts";

/** The version of all records; others are left alone. */
const VERSION = 1;
/** Runs whose weights are kept beside their curves, of each tab; and the most that those before the newest may take. */
const CHECKPOINTS = 4;
const MOST_BYTES = 96 << 20;
/** Tabs whose records are kept. */
const TABS = 4;

/** Earlier versions of the page wrote a blob. */
type SavedWeights = { tab: string; key: string } & ({ bytes: ArrayBuffer } | { blob: Blob });

/** What is stored is a copy of the bytes and nothing around them. */
const bufferOf = (bytes: Uint8Array): ArrayBuffer =>
  (bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer) as ArrayBuffer;

/** The bytes of a record, as it is written now or was before. */
export async function bytesOf(record: SavedWeights): Promise<Uint8Array> {
  return new Uint8Array("bytes" in record ? record.bytes : await record.blob.arrayBuffer());
}

interface Schema extends DBSchema {
  documents: { key: string; value: SavedDocument };
  runs: { key: [string, string]; value: { tab: string; run: SavedRun } };
  /** `change`: an earlier step of the run, kept before a live change. */
  checkpoints: { key: [string, string]; value: { tab: string; key: string; at: number; step: number; size: number; change?: boolean } };
  /**
   * Beside what is known of them, so that nobody has to read megabytes to count them; as buffers, since WebKit refuses blobs in private windows.
   */
  weights: { key: [string, string]; value: SavedWeights };
}

/** All that a tab has under its name and a run's key. */
const STORES = ["runs", "checkpoints", "weights"] as const;

/** Where this page stands. */
function placeOf(): string {
  return window.top === window ? "" : `${location.pathname}${location.search}`;
}

export class Saved implements Records {
  readonly #db: IDBPDatabase<Schema>;
  readonly #tab: string;
  readonly #place: string;
  /** The records are a copy of those of a tab that is open: its runs go on there. */
  #elsewhere = false;

  private constructor(db: IDBPDatabase<Schema>, tab: string, place: string) {
    this.#db = db;
    this.#tab = tab;
    this.#place = place;
  }

  /** @throws where the page may not store data. */
  static async open(): Promise<Saved> {
    const place = placeOf();
    const item = `receptive.tab${place}`;
    const before = borrowed() ?? sessionStorage.getItem(item);
    const tab = await tabName(item);
    const db = await openDB<Schema>("receptive", VERSION, {
      upgrade(db) {
        db.createObjectStore("documents", { keyPath: "tab" });
        db.createObjectStore("runs", { keyPath: ["tab", "run.key"] });
        db.createObjectStore("checkpoints", { keyPath: ["tab", "key"] });
        db.createObjectStore("weights", { keyPath: ["tab", "key"] });
      },
    });
    const saved = new Saved(db, tab, place);
    await saved.#adopt(before);
    return saved;
  }

  #of(tab: string): IDBKeyRange {
    return IDBKeyRange.bound([tab], [tab, []]);
  }

  /** A tab without records gets a copy of those of the tab it was made from, or else of the newest. */
  async #adopt(before: string | null): Promise<void> {
    const documents = (await this.#db.getAll("documents")).sort((one, other) => other.at - one.at);
    if (documents.some(({ tab }) => tab === this.#tab)) return;
    const source = documents.find(({ tab }) => tab === before) ?? documents.find(({ place }) => place === this.#place);
    if (!source) return;
    this.#elsewhere = await isOpen(source.tab);
    const tab = this.#tab;
    const transaction = this.#db.transaction(["documents", ...STORES], "readwrite");
    const [documentsOf, runs, checkpoints, weights] = [
      transaction.objectStore("documents"),
      transaction.objectStore("runs"),
      transaction.objectStore("checkpoints"),
      transaction.objectStore("weights"),
    ];
    const from = this.#of(source.tab);
    const work: Promise<unknown>[] = [documentsOf.put({ ...source, tab, at: Date.now() })];
    for (const run of await runs.getAll(from)) work.push(runs.put({ ...run, tab }));
    for (const checkpoint of await checkpoints.getAll(from)) work.push(checkpoints.put({ ...checkpoint, tab }));
    for (const weight of await weights.getAll(from)) work.push(weights.put({ ...weight, tab }));
    for (const { tab: old } of documents.filter((one) => one !== source).slice(TABS - 1)) {
      work.push(documentsOf.delete(old), ...[runs, checkpoints, weights].map((store) => (store as typeof runs).delete(this.#of(old))));
    }
    await Promise.all([...work, transaction.done]);
  }

  async recall(): Promise<Recalled | null> {
    const document = await this.#db.get("documents", this.#tab);
    if (!document) return null;
    const runs = (await this.#db.getAll("runs", this.#of(this.#tab))).map(({ run }) => run);
    const checkpoints = await this.#db.getAll("checkpoints", this.#of(this.#tab));
    return { document, runs, checkpoints: new Map(checkpoints.map(({ key, step }) => [key, step])), elsewhere: this.#elsewhere };
  }

  async checkpoint(key: string): Promise<Uint8Array | null> {
    const found = await this.#db.get("weights", [this.#tab, key]);
    return found ? bytesOf(found) : null;
  }

  async putDocument(document: DocumentRecord): Promise<void> {
    await this.#db.put("documents", { ...document, tab: this.#tab, place: this.#place, at: Date.now() });
  }

  async putRun(run: SavedRun): Promise<void> {
    await this.#db.put("runs", { tab: this.#tab, run });
  }

  /** @returns the runs whose checkpoints had to go, so that this one has room. */
  async putCheckpoint(key: string, step: number, bytes: Uint8Array): Promise<string[]> {
    const tab = this.#tab;
    const transaction = this.#db.transaction(["checkpoints", "weights"], "readwrite");
    const [checkpoints, weights] = [transaction.objectStore("checkpoints"), transaction.objectStore("weights")];
    const put = Promise.all([
      weights.put({ tab, key, bytes: bufferOf(bytes) }),
      checkpoints.put({ tab, key, at: Date.now(), step, size: bytes.length }),
    ]);
    const others = (await checkpoints.getAll(this.#of(tab))).filter((other) => other.key !== key && !isKeptStep(other.key));
    let room = MOST_BYTES - bytes.length;
    const gone: string[] = [];
    const deleted: Promise<void>[] = [];
    for (const [place, other] of others.sort((one, next) => next.at - one.at).entries()) {
      room -= other.size;
      if (place < CHECKPOINTS - 1 && room >= 0) continue;
      gone.push(other.key);
      deleted.push(weights.delete([tab, other.key]), checkpoints.delete([tab, other.key]));
    }
    await Promise.all([put, ...deleted, transaction.done]);
    return gone;
  }

  /** An earlier step of a run, beside its newest. @returns the keys of those that had to go. */
  async putKeptStep(key: string, step: number, bytes: Uint8Array, change: boolean): Promise<string[]> {
    const tab = this.#tab;
    const transaction = this.#db.transaction(["checkpoints", "weights"], "readwrite");
    const [checkpoints, weights] = [transaction.objectStore("checkpoints"), transaction.objectStore("weights")];
    const put = Promise.all([
      weights.put({ tab, key, bytes: bufferOf(bytes) }),
      checkpoints.put({ tab, key, at: Date.now(), step, size: bytes.length, change }),
    ]);
    const kept = (await checkpoints.getAll(this.#of(tab))).filter((one) => isKeptStep(one.key));
    const gone = surplus(kept.map((one) => ({ ...one, change: one.change === true })));
    await Promise.all([put, ...gone.flatMap((one) => [weights.delete([tab, one]), checkpoints.delete([tab, one])]), transaction.done]);
    return gone;
  }

  async dropCheckpoints(keys: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction(["checkpoints", "weights"], "readwrite");
    const deleted = (["checkpoints", "weights"] as const).flatMap((store) =>
      keys.map((key) => transaction.objectStore(store).delete([this.#tab, key])),
    );
    await Promise.all([...deleted, transaction.done]);
  }

  /** Only these runs stay. */
  async keepOnly(keys: readonly string[]): Promise<void> {
    const transaction = this.#db.transaction(STORES, "readwrite");
    for (const name of STORES) {
      const store = transaction.objectStore(name);
      for (const key of await store.getAllKeys(this.#of(this.#tab))) if (!keys.includes(runOf(key[1]))) void store.delete(key);
    }
    await transaction.done;
  }
}
