/** Brings MNIST into the engine: shards from beside the page, or files the user chose. */

import type { OwnData } from "../../../../src/web/types.d.ts";
import { joined } from "../../lib/bytes.ts";
import type { ReceptiveError } from "../errors.ts";
import { ReceptiveFailure } from "../errors.ts";
import { gunzip } from "../gunzip.ts";
import type { RequestBody, Split, TrainerEvent } from "../protocol.ts";
import type { Session } from "./engine.ts";

interface Shard {
  file: string;
  images: number;
  /** Compressed. */
  bytes: number;
}

interface Manifest {
  version: 1;
  train: { total: number; shards: Shard[] };
  test: { total: number; shards: Shard[] };
}

type Emit = (event: TrainerEvent) => void;

const fail = (error: ReceptiveError): never => {
  throw new ReceptiveFailure(error);
};

/** Images the session has from shards; what a retry after a failure need not fetch again. */
export type Counts = { [S in Split]: number };

/**
 * Streams all shards into the session, which is only waited for once the first of them is here. The order lets training start early and be tested
 * soon: the first training shard, the test set, the rest. `have` is kept up to date.
 */
export async function loadShards(session: Promise<Session>, base: URL, have: Counts, emit: Emit, signal: AbortSignal): Promise<void> {
  const manifest = await fetchManifest(new URL("manifest.json", base), signal);
  const [first, ...rest] = manifest.train.shards.map((shard) => ({ split: "train" as Split, shard }));
  const test = manifest.test.shards.map((shard) => ({ split: "test" as Split, shard }));
  const order = [...(first ? [first] : []), ...test, ...rest];
  const total = order.reduce((sum, { shard }) => sum + shard.bytes, 0);
  let before = 0;
  let reported = 0;
  const progress = (loaded: number): void => {
    const now = performance.now();
    if (now - reported < 250 && loaded < total) return;
    reported = now;
    emit({ type: "data_loading", loaded, total });
  };

  const reached = { train: 0, test: 0 };
  for (const { split, shard } of order) {
    reached[split] += shard.images;
    if (reached[split] > have[split]) {
      const bytes = await fetchShard(new URL(shard.file, base), shard, (loaded) => progress(before + loaded), signal);
      const engine = await session;
      signal.throwIfAborted();
      have[split] = engine.addShard(split, bytes, shard.file).images;
    }
    before += shard.bytes;
    emit({ type: "data", split, images: have[split], total: manifest[split].total });
  }
}

async function get(address: URL, file: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(address, { signal }).catch((thrown: unknown) => {
    if (signal.aborted) throw thrown;
    return fail({ kind: "fetch_failed", message: `${file}: the network gave no answer`, file, status: 0 });
  });
  if (!response.ok) fail({ kind: "fetch_failed", message: `${file}: status ${response.status}`, file, status: response.status });
  return response;
}

export async function fetchManifest(address: URL, signal: AbortSignal): Promise<Manifest> {
  const file = "manifest.json";
  const text = await (await get(address, file, signal)).text();
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (thrown) {
    return fail({
      kind: "malformed_json",
      message: `${file}: ${String(thrown)}`,
      reason: `${file}: ${String(thrown)}`,
      line: 1,
      column: 1,
    });
  }
  const { version } = manifest as { version?: unknown };
  if (version !== 1) {
    fail({
      kind: "unsupported_version",
      message: `${file}: version ${String(version)}`,
      found: `${file}: ${String(version)}`,
      supported: 1,
    });
  }
  return manifest as Manifest;
}

export async function fetchShard(address: URL, shard: Shard, progress: (loaded: number) => void, signal: AbortSignal): Promise<Uint8Array> {
  const file = shard.file;
  const response = await get(address, file, signal);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = (response.body ?? new Blob().stream()).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((thrown: unknown) => {
      if (signal.aborted) throw thrown;
      return fail({
        kind: "truncated",
        message: `${file}: the connection ended at byte ${loaded} of ${shard.bytes}`,
        file,
        offset: loaded,
        needed: shard.bytes,
      });
    });
    if (done) break;
    chunks.push(value as Uint8Array<ArrayBuffer>);
    loaded += value.byteLength;
    progress(loaded);
  }
  if (loaded < shard.bytes) {
    fail({ kind: "truncated", message: `${file}: ends at byte ${loaded} of ${shard.bytes}`, file, offset: loaded, needed: shard.bytes });
  }
  if (loaded > shard.bytes) {
    const message = `${file}: ${loaded} bytes instead of ${shard.bytes}`;
    fail({ kind: "wrong_size", message, file, offset: shard.bytes, what: "file_length", found: loaded, expected: shard.bytes });
  }
  return gunzip(joined(chunks), file);
}

/** @returns how many images there are now of each split, and what they are like. */
export async function loadFiles(session: Session, files: Extract<RequestBody, { type: "load_files" }>): Promise<OwnData> {
  const { train_images, train_labels, test_images, test_labels } = files;
  const names = [train_images, train_labels, test_images, test_labels].map((file) => file?.name ?? "");
  return session.loadIdx(train_images.bytes, train_labels.bytes, test_images?.bytes, test_labels?.bytes, names);
}
