// What a page may not count on where it is served over plain http, with a strict policy, in a frame or in a private window.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";

import { errorText, loadLocale } from "../src/i18n/locale.ts";
import { mendLanguage } from "../src/lib/browser-language.ts";
import { shift } from "../src/lib/reveal.ts";
import { borrowed, lend, tabName } from "../src/lib/tab-name.ts";
import { bytesOf } from "../src/session/saved.ts";

const root = process.env.RECEPTIVE_ROOT ?? "..";
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const listed = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));

// ---- strict policies ----

test("no markup has a script or a style in it", () => {
  for (const page of ["www/index.html", "www/check.html"]) {
    assert.doesNotMatch(read(page), /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/u, page);
  }
  const templates = listed("www/src").filter((path) => path.endsWith(".ts"));
  assert.ok(templates.length > 100, `${templates.length} files`);
  // Lit writes `.style=` into the element's own style, which policies allow, and `style=` into an attribute, which they may not.
  for (const path of templates)
    assert.doesNotMatch(read(path), /<style[\s>]|[^.\w]style=["$]|setAttribute\("style"|\beval\(|new Function\(/u, path);
});

// ---- names of tabs ----

class Store {
  readonly items = new Map<string, string>();
  getItem = (name: string): string | null => this.items.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.items.set(name, value);
  removeItem = (name: string): void => void this.items.delete(name);
}

const before = {
  sessionStorage: globalThis.sessionStorage,
  navigator: globalThis.navigator,
  addEventListener: globalThis.addEventListener,
  isSecureContext: globalThis.isSecureContext,
};
afterEach(() => {
  for (const [name, value] of Object.entries(before))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
});

/** A tab with this session storage; the page in it is left by `leave`. */
function tab(store: Store, locks?: Set<string>): { leave: () => void; back: () => void } {
  const listeners: { [type: string]: (event: object) => void } = {};
  const request = (name: string, _: unknown, then: (lock: object | null) => unknown): Promise<unknown> => {
    const free = locks && !locks.has(name);
    if (free) locks.add(name);
    void then(free ? {} : null);
    return Promise.resolve();
  };
  const globals = {
    sessionStorage: store,
    navigator: locks ? { locks: { request } } : {},
    addEventListener: (type: string, listener: (event: object) => void) => (listeners[type] = listener),
  };
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return { leave: () => listeners.pagehide?.({}), back: () => listeners.pageshow?.({ persisted: true }) };
}

const copyOf = (store: Store): Store => {
  const copy = new Store();
  for (const [name, value] of store.items) copy.items.set(name, value);
  return copy;
};

test("a tab keeps its name over a reload, with locks and without, and a duplicate gets another", async () => {
  for (const locked of [true, false]) {
    const [store, locks] = [new Store(), locked ? new Set<string>() : undefined];
    const page = tab(store, locks);
    const name = await tabName("tab");
    const duplicate = copyOf(store);
    page.leave();
    locks?.clear();
    tab(store, locks);
    assert.equal(await tabName("tab"), name, "after a reload");
    tab(duplicate, locks);
    assert.notEqual(await tabName("tab"), name, "in a duplicate");
  }
});

test("without locks a page that comes back from the browser's memory is no model for duplicates either", async () => {
  const store = new Store();
  const page = tab(store);
  await tabName("tab");
  page.leave();
  assert.equal(store.items.size, 1);
  page.back();
  assert.equal(store.items.size, 0);
});

test("a tab that is opened for what this one has knows its name, and nobody later does", async () => {
  const store = new Store();
  tab(store);
  const name = await tabName("tab");
  const opened = lend(() => copyOf(store));
  assert.equal(borrowed(), null);
  tab(opened);
  assert.equal(borrowed(), name);
  assert.equal(borrowed(), null);
});

// ---- storage ----

test("weights are read from buffers, and from the blobs of earlier versions", async () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert.deepEqual(await bytesOf({ tab: "t", key: "r1", bytes: bytes.buffer }), bytes);
  assert.deepEqual(await bytesOf({ tab: "t", key: "r1", blob: new Blob([bytes]) }), bytes);
});

// ---- languages ----

test("a browser's language that is no language tag becomes the page's", () => {
  for (const wrong of ["C", "c", "", "en_US.UTF-8", "x"]) {
    const navigator = { language: wrong };
    mendLanguage(navigator, "ru");
    assert.equal(navigator.language, "ru", wrong);
    assert.equal(new Intl.NumberFormat(navigator.language).format(0.5), "0,5");
  }
  for (const right of ["en-US", "zh-Hant-TW", "de"]) {
    const navigator = { language: right };
    mendLanguage(navigator, "ru");
    assert.equal(navigator.language, right);
  }
});

test("over plain http it is the address that WebGPU lacks, and not the browser", async () => {
  for (const [language, https] of [
    ["en", /needs https/u],
    ["ru", /требует https/u],
  ] as const) {
    const locale = await loadLocale(language);
    Object.defineProperty(globalThis, "isSecureContext", { value: false, configurable: true, writable: true });
    assert.match(errorText(locale, { kind: "no_webgpu", message: "" }), https);
    Object.defineProperty(globalThis, "isSecureContext", { value: true, configurable: true, writable: true });
    assert.doesNotMatch(errorText(locale, { kind: "no_webgpu", message: "" }), /https/u);
  }
});

// ---- scrolling ----

test("something is scrolled to by as little as shows it", () => {
  assert.equal(shift(20, 40, 0, 100), 0);
  assert.equal(shift(-30, -10, 0, 100), -30);
  assert.equal(shift(110, 140, 0, 100), 40);
  // What is longer than the room is seen from the end that is nearer, and stays where it covers all.
  assert.equal(shift(50, 300, 0, 100), 50);
  assert.equal(shift(-250, 20, 0, 100), -80);
  assert.equal(shift(-50, 200, 0, 100), 0);
});
