/** The page's environment in a browser. */
import { recall, remember } from "../lib/storage.ts";
import type { Environment } from "../page/environment.ts";

/** Listens until what it returns is called. */
function listen<E extends Event>(target: EventTarget, type: string, listener: (event: E) => void): () => void {
  const heard = (event: Event): void => listener(event as E);
  target.addEventListener(type, heard);
  return () => target.removeEventListener(type, heard);
}

export const browserEnvironment: Environment = {
  address: {
    get href() {
      return location.href;
    },
    get search() {
      return location.search;
    },
    get hash() {
      return location.hash;
    },
    push: (address) => history.pushState(null, "", address),
    replace: (address) => history.replaceState(null, "", address),
    onVisit: (listener) => listen(globalThis, "popstate", listener),
    onHash: (listener) => listen(globalThis, "hashchange", listener),
  },
  storage: { recall, remember },
  keys: { onPress: (listener) => listen<KeyboardEvent>(document, "keydown", listener) },
  clock: {
    now: () => performance.now(),
    after: (milliseconds, work) => {
      const timer = setTimeout(work, milliseconds);
      return () => clearTimeout(timer);
    },
  },
  // Nothing of the first view waits for it.
  openRecords: async () => (await import("../session/saved.ts")).Saved.open(),
  visibility: {
    onHide: (listener) => listen(document, "visibilitychange", () => document.visibilityState === "hidden" && listener()),
    onLeave: (listener) => listen(globalThis, "pagehide", listener),
  },
};
