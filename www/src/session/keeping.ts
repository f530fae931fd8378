/** What keeps the page's document and runs; there is none where a browser has no storage of any kind. */
import type { Restoration } from "../engine/protocol.ts";
import type { Page } from "../page/page.ts";
import type { Named } from "./address.ts";
import type { Persistence } from "./persistence.ts";

export class Keeping {
  readonly #page: Page;
  persistence: Persistence | null = null;

  constructor(page: Page) {
    this.#page = page;
  }

  /** `compile` makes a run that goes on from a checkpoint; see {@link Persistence}. */
  async open(compile: (version: Named, bytes: Uint8Array) => Promise<Restoration | null>): Promise<Persistence | null> {
    try {
      // Nothing of it is seen: it comes after the first look at the page.
      const { Persistence } = await import("./persistence.ts");
      this.persistence = await Persistence.open(this.#page, compile);
    } catch {
      // A browser without storage of any kind: nothing is kept, and all else works.
    }
    return this.persistence;
  }
}

/** For {@link Page.the}. */
export const keeping = (page: Page): Keeping => new Keeping(page);
