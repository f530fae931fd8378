import assert from "node:assert/strict";
import { test } from "node:test";
import { Store, selector, shallowEqual, watch } from "../src/store/store.ts";

interface Numbers {
  one: number;
  other: number;
  list: readonly number[];
}
const numbers = (): Store<Numbers> => new Store<Numbers>({ one: 1, other: 2, list: [1, 2, 3] });

/** Watches `read` as an element does: anew after each change. */
function readings<T>(read: () => T): T[] {
  const seen: T[] = [];
  const again = (): void =>
    void watch(
      () => void seen.push(read()),
      () => again(),
    );
  again();
  return seen;
}

test("who reads a slice hears of its changes and of no other's", () => {
  assert.deepEqual({ ...numbers().state }, { one: 1, other: 2, list: [1, 2, 3] });
  const page = numbers();
  const [one, both] = [readings(() => page.state.one), readings(() => page.state.one + page.state.other)];
  page.set({ other: 5 });
  page.set({ one: 1 });
  assert.deepEqual([one, both], [[1], [3, 6]]);
  page.set({ one: 7, other: 1 });
  assert.deepEqual(
    [one, both],
    [
      [1, 7],
      [3, 6, 8],
    ],
    "two slices that change together are one change",
  );
});

test("a selector is computed once for all its readers, and they hear of it when the result is another", () => {
  const page = numbers();
  let computed = 0;
  const isLarge = selector(({ one }: Numbers) => {
    computed++;
    return { large: one > 10 };
  });
  const [first, second] = [readings(() => isLarge(page.state)), readings(() => isLarge(page.state).large)];
  page.set({ other: 9, list: [] });
  assert.equal(computed, 1);
  page.set({ one: 2 });
  assert.deepEqual([computed, first.length, second.length], [2, 1, 1]);
  page.set({ one: 11 });
  assert.deepEqual([computed, first, second], [3, [{ large: false }, { large: true }], [false, true]]);
  assert.deepEqual(isLarge({ one: 12, other: 0, list: [] }), { large: true }, "of a plain value it is a plain function");
});

test("a selector of selectors hears of what they hear", () => {
  const page = numbers();
  const even = selector(({ one }: Numbers) => one % 2 === 0);
  const word = selector((state: Numbers) => (even(state) ? `even of ${state.list.length}` : "odd"));
  const seen = readings(() => word(page.state));
  for (const one of [3, 5, 4, 6]) page.set({ one });
  page.set({ list: [] });
  assert.deepEqual(seen, ["odd", "even of 3", "even of 0"]);
});

test("listeners get every state in its order, also those that a listener makes", () => {
  const page = numbers();
  const told: [number, number][] = [];
  page.subscribe(({ one }) => one < 4 && page.set({ one: one + 1 }));
  page.subscribe(({ one }, before) => void told.push([before.one, one]));
  page.set({ one: 2 });
  assert.deepEqual(told, [
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
  const { snapshot } = page;
  page.set({ one: 9 });
  assert.deepEqual([snapshot.one, page.snapshot.one, page.state.one], [4, 9, 9]);
});

test("a slice that the store does not have is refused", () => {
  assert.throws(() => numbers().set({ none: 1 } as Partial<Numbers>), RangeError);
});

test("plain values with the same content are equal one level deep", () => {
  const inner = { c: 1 };
  assert.ok(shallowEqual({ a: 1, b: inner }, { b: inner, a: 1 }) && shallowEqual([1, 2], [1, 2]));
  assert.ok(!shallowEqual({ a: { c: 1 } }, { a: { c: 1 } }) && !shallowEqual([1], { 0: 1 }) && !shallowEqual({ a: 1 }, { b: 1 }));
  assert.ok(!shallowEqual(new Map([[1, 2]]), new Map([[1, 2]])) && shallowEqual(Number.NaN, Number.NaN));
});
