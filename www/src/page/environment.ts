/** What the page has around it: address, storage, global keys, clock. One page has the browser's (app/browser-environment.ts), a test has its own. */

import type { StoragePort } from "../lib/storage.ts";
import type { Records } from "../model/records.ts";

export interface AddressPort {
  /** As `location` has them. */
  readonly href: string;
  readonly search: string;
  readonly hash: string;
  /** Writes an address, relative to the present one: in an entry of its own, or in place of the present one. May throw where the browser forbids it. */
  push(address: string): void;
  replace(address: string): void;
  /** Hears of an entry that the page did not write: by hand, or by back and forward. @returns what ends it. */
  onVisit(listener: () => void): () => void;
  /** Hears of a hash that was followed. */
  onHash(listener: () => void): () => void;
}

/** Keys that are pressed anywhere on the page. */
export interface KeysPort {
  onPress(listener: (event: KeyboardEvent) => void): () => void;
}

export interface ClockPort {
  /** Milliseconds since some moment. */
  now(): number;
  /** @returns what calls it off. */
  after(milliseconds: number, work: () => void): () => void;
}

/** The page goes out of sight, and may not come back. */
export interface VisibilityPort {
  onHide(listener: () => void): () => void;
  /** It is left. */
  onLeave(listener: () => void): () => void;
}

export interface Environment {
  readonly address: AddressPort;
  readonly storage: StoragePort;
  readonly keys: KeysPort;
  readonly clock: ClockPort;
  readonly visibility: VisibilityPort;
  /** What outlives the tab. Fails where the page may not store data. */
  openRecords(): Promise<Records>;
}
