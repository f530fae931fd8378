/**
 * The page's state: one signal a slice, so that whoever reads a slice hears of its changes and of no other's (docs/decisions/0026). Knows nothing of what the
 * slices hold.
 */
import type { ReadonlySignal, Signal } from "@preact/signals-core";
import { batch, computed, effect, signal, untracked } from "@preact/signals-core";

type Listener<S> = (state: S, before: S) => void;
type Signals<S> = { readonly [K in keyof S]: Signal<S[K]> };

/** Of each live state, what was made of it: a signal for each selector. */
const selections = new WeakMap<object, Map<object, ReadonlySignal<unknown>>>();

export class Store<S extends object> {
  /** The slices as they are now. Reading one inside {@link watch} or a selector subscribes to it. */
  readonly state: Readonly<S>;
  readonly #signals: Signals<S>;
  readonly #listeners = new Set<Listener<S>>();
  #snapshot: S;
  readonly #news: (readonly [after: S, before: S])[] = [];

  constructor(initial: S) {
    this.#snapshot = { ...initial };
    const names = Object.keys(initial) as (keyof S)[];
    this.#signals = Object.fromEntries(names.map((name) => [name, signal(initial[name])])) as unknown as Signals<S>;
    const state = {} as S;
    for (const name of names) Object.defineProperty(state, name, { enumerable: true, get: () => this.#signals[name].value });
    this.state = state;
    selections.set(state, new Map());
  }

  /** All slices as one value that stays as it is. */
  get snapshot(): S {
    return this.#snapshot;
  }

  /** Slices that are the same value as before are no change. @throws RangeError for a slice that the store does not have. */
  set(changes: Partial<S>): void {
    const before = this.#snapshot;
    const names = (Object.keys(changes) as (keyof S)[]).filter((name) => !Object.is(before[name], changes[name]));
    if (names.length === 0) return;
    const unknown = names.find((name) => !(name in this.#signals));
    if (unknown !== undefined) throw new RangeError(`the state has no slice ${String(unknown)}`);
    const after = { ...before, ...changes };
    this.#snapshot = after;
    batch(() => {
      for (const name of names) this.#signals[name].value = changes[name] as S[typeof name];
    });
    this.#news.push([after, before]);
    if (this.#news.length === 1) untracked(() => this.#tell());
  }

  /** What a listener changes is told when all have heard of what was before. */
  #tell(): void {
    try {
      for (const [after, before] of this.#news) for (const listener of this.#listeners) listener(after, before);
    } finally {
      this.#news.length = 0;
    }
  }

  /** `listener` gets every state and the one before it, at once. @returns what ends it. */
  subscribe(listener: Listener<S>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The same value, or two plain objects or lists with the same values in them. */
export function shallowEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const plain = [Object.prototype, Array.prototype];
  const prototype = Object.getPrototypeOf(one) as object;
  if (prototype !== Object.getPrototypeOf(other) || !plain.includes(prototype)) return false;
  const [left, right] = [Object.entries(one), other as Record<string, unknown>];
  return left.length === Object.keys(other).length && left.every(([key, value]) => key in right && Object.is(value, right[key]));
}

/**
 * What is derived from the state. On a store's live state it is computed once for all readers, again only when a slice it has read is another, and its
 * readers hear of it only when the result is another; on a plain value it is a plain function.
 */
export function selector<S extends object, T>(
  derive: (state: S) => T,
  equal: (one: T, other: T) => boolean = shallowEqual,
): (state: S) => T {
  return function select(state: S): T {
    const made = selections.get(state);
    if (!made) return derive(state);
    let found = made.get(select) as ReadonlySignal<T> | undefined;
    if (!found) {
      let last: { value: T } | null = null;
      found = computed(() => {
        const value = derive(state);
        if (!last || !equal(last.value, value)) last = { value };
        return last.value;
      });
      made.set(select, found);
    }
    return found.value;
  };
}

/** Runs `work` once, and `changed` once, when something of the state that it has read is another. @returns what ends the waiting. */
export function watch(work: () => void, changed: () => void): () => void {
  let ran = false;
  return effect(() => {
    if (ran) return void untracked(changed);
    ran = true;
    work();
  });
}

/** What `work` reads is not what {@link watch} waits for. */
export { untracked };
