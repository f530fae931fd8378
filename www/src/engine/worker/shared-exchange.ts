/**
 * What two workers tell each other in every step of data-parallel training, where the page is isolated and may share memory: tensors and images lie where both
 * see them, and a count says that they are there. It does what the messages of `replicas.ts` do, without waiting for two event loops.
 */
import type { ReplicaDone, SharedTensors } from "../../../../src/web/types.d.ts";
import type { Replica } from "./engine.ts";

/** Whether memory can be shared here: pages with the headers of cross-origin isolation. */
export const canShare = (): boolean => globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === "function";

/** Counts that both sides read; each but the last two is written by the first worker. */
const TOLD = 0;
const UPDATES = 1;
const SHARDS = 2;
const MESSAGES = 3;
const ANSWERED = 4;
const FAILED = 5;
const COUNTS = 6;

/** Who waits looks again and again for so long: a thread that sleeps is woken too late for steps of a few milliseconds. */
const SPIN_MS = 1;
/** Longer than this the first worker's event loop does not stand still for another's shard. */
const STAND_MS = 20;

/** Numbers in each of the shared tensors. */
export type Lengths = { readonly [Name in keyof SharedTensors]: number };

/** The memory of one pair of workers. */
interface Shared extends SharedTensors {
  readonly counts: Int32Array;
}

function laidOut(memory: SharedArrayBuffer, { exchanged, hyper, images, labels, random }: Lengths): Shared {
  let at = 0;
  const next = (bytes: number): number => (at += bytes) - bytes;
  return {
    counts: new Int32Array(memory, next(4 * COUNTS), COUNTS),
    exchanged: new Float32Array(memory, next(4 * exchanged), exchanged),
    hyper: new Float32Array(memory, next(4 * hyper), hyper),
    random: new Uint32Array(memory, next(4 * random), random),
    images: new Uint8Array(memory, next(images), images),
    labels: new Uint8Array(memory, next(labels), labels),
  };
}

const bytesOf = ({ exchanged, hyper, images, labels, random }: Lengths): number =>
  4 * (COUNTS + exchanged + hyper + random) + images + labels;

/** The first worker's side. */
export class Exchange {
  readonly memory: SharedArrayBuffer;
  readonly lengths: Lengths;
  readonly #shared: Shared;
  #ended = false;

  constructor(lengths: Lengths) {
    this.lengths = lengths;
    this.memory = new SharedArrayBuffer(bytesOf(lengths));
    this.#shared = laidOut(this.memory, lengths);
  }

  /** Where to write what is told next. What came of a shard must have been read. */
  get tensors(): SharedTensors {
    return this.#shared;
  }

  #tell(count: number): void {
    const { counts } = this.#shared;
    Atomics.add(counts, count, 1);
    Atomics.add(counts, TOLD, 1);
    Atomics.notify(counts, TOLD);
  }

  /** Says that a message is under way, which only an event loop receives. */
  tellOfMessage(): void {
    this.#tell(MESSAGES);
  }

  tellUpdate(): void {
    this.#tell(UPDATES);
  }

  tellShard(): void {
    this.#tell(SHARDS);
  }

  /** What came of the last shard, in memory that the next task overwrites; null from one that failed, has ended, or is silent for longer. */
  async answer(patienceMs: number): Promise<ReplicaDone | null> {
    const { counts, exchanged } = this.#shared;
    const begin = performance.now();
    // The caller computes its own shard before it waits for this one.
    await Promise.resolve();
    const stands = performance.now();
    for (let seen: number; (seen = Atomics.load(counts, ANSWERED)) !== Atomics.load(counts, SHARDS); ) {
      const now = performance.now();
      if (this.#ended || Atomics.load(counts, FAILED) !== 0 || now - begin > patienceMs) return null;
      if (now - stands < SPIN_MS) continue;
      if (now - stands < STAND_MS) Atomics.wait(counts, ANSWERED, seen, STAND_MS);
      else await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return { exchanged, sums: new Uint32Array() };
  }

  /** Nobody is waited for any more. */
  end(): void {
    this.#ended = true;
  }
}

/** The other worker's side. It stands still while it waits, as nothing but the first worker has anything to tell it. */
export class Served {
  readonly #shared: Shared;
  #updates = 0;
  #shards = 0;
  #messages = 0;

  constructor(memory: SharedArrayBuffer, lengths: Lengths) {
    this.#shared = laidOut(memory, lengths);
  }

  /** A message has come, by the event loop. */
  messageCame(): void {
    this.#messages += 1;
  }

  /** Does what is told, until a message is under way. Throws what the replica does. */
  serve(replica: Replica): void {
    const { counts, exchanged, hyper, images, labels, random } = this.#shared;
    try {
      for (let idle = performance.now(); ; ) {
        const told = Atomics.load(counts, TOLD);
        if (Atomics.load(counts, UPDATES) !== this.#updates) {
          replica.run({ exchanged, hyper, sums: false });
          this.#updates += 1;
        } else if (Atomics.load(counts, SHARDS) !== this.#shards) {
          replica.run({ images, labels, random, sums: false, into: exchanged });
          this.#shards += 1;
          Atomics.store(counts, ANSWERED, this.#shards);
          Atomics.notify(counts, ANSWERED);
        } else if (Atomics.load(counts, MESSAGES) !== this.#messages) {
          return;
        } else {
          if (performance.now() - idle > SPIN_MS) Atomics.wait(counts, TOLD, told);
          continue;
        }
        idle = performance.now();
      }
    } catch (thrown) {
      Atomics.store(counts, FAILED, 1);
      Atomics.notify(counts, ANSWERED);
      throw thrown;
    }
  }
}
