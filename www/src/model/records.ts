/** What outlives the tab. `Saved` in src/session keeps it in IndexedDB. */
import type { Spec } from "../engine/protocol.ts";
import type { Settings } from "../spec/settings.ts";
import type { SavedRun } from "./runs.ts";

export interface SavedDocument {
  tab: string;
  /** Empty for a page of its own, the address of one in a frame: frames of a course page have nothing to do with each other. */
  place: string;
  /** Milliseconds since 1970. */
  at: number;
  title: string;
  spec: Spec;
  settings: Settings;
  /** Keys, the oldest first. */
  runs: string[];
  hidden: string[];
  /** Earlier versions of the page wrote none. */
  baseline?: string | null;
  /** The run that was in front. */
  current: string | null;
}

export type DocumentRecord = Omit<SavedDocument, "tab" | "at" | "place">;

export interface Recalled {
  document: SavedDocument;
  runs: SavedRun[];
  /** Steps of the checkpoints there are. */
  checkpoints: Map<string, number>;
  /** A copy of what another tab has, which is open. */
  elsewhere: boolean;
}

/** Everything here may fail: where there is no room (`QuotaExceededError`), or where nothing may be stored. */
export interface Records {
  recall(): Promise<Recalled | null>;
  /** The weights of a run, as a file. */
  checkpoint(key: string): Promise<Uint8Array | null>;
  putDocument(document: DocumentRecord): Promise<void>;
  putRun(run: SavedRun): Promise<void>;
  /** @returns the runs whose checkpoints had to go, so that this one has room. */
  putCheckpoint(key: string, step: number, bytes: Uint8Array): Promise<string[]>;
  /** An earlier step of a run, beside its newest; `change`: kept before a live change. @returns the keys of those that had to go. */
  putKeptStep(key: string, step: number, bytes: Uint8Array, change: boolean): Promise<string[]>;
  dropCheckpoints(keys: readonly string[]): Promise<void>;
  /** Only these runs stay. */
  keepOnly(keys: readonly string[]): Promise<void>;
}
