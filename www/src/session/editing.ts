/** The network as it is edited: its versions, and what the engine says of them. */
import { isAnother, isUnderWay, retitled } from "../model/on-show.ts";
import { problemOf } from "../model/state.ts";
import type { Page } from "../page/page.ts";
import type { NetworkDocument } from "../spec/document.ts";
import { compilable } from "../spec/document.ts";
import { readablePrefix } from "../spec/readable-prefix.ts";
import type { Settings } from "../spec/settings.ts";
import { compiler } from "./compiler.ts";

/** Between the last edit of a network that has not been trained and its compilation: what is typed is not compiled letter by letter. */
const COMPILE_MS = 600;

export class Editing {
  readonly #page: Page;
  #cancelCompile = (): void => undefined;
  /** Counts examinations, so that only the last one asked for counts. */
  #examination = 0;

  constructor(page: Page) {
    this.#page = page;
    page.on("compiling", () => this.#cancelCompile());
  }

  /** Another version of the network. One that has not been trained is compiled by and by, so that what looks at it sees the new one. */
  change(next: (document: NetworkDocument, settings: Settings) => NetworkDocument): void {
    const { document, settings } = this.#page.state;
    if (!document || !settings) return;
    const changed = next(document, settings.edited);
    if (changed === document) return;
    this.#page.set({ document: changed, settings: { ...settings, edited: changed.present.settings } });
    this.#page.set(retitled(this.#page.state) ?? {});
    this.#page.emit("network_edited");
    void this.examine();
  }

  async examine(): Promise<void> {
    const { document, settings } = this.#page.state;
    if (!document || !settings) return;
    const own = ++this.#examination;
    try {
      const spec = compilable(document, settings.edited);
      const examination = await this.#page.specs.request("examine", { spec, loaded: this.#page.state.data.own });
      const part = examination.network ? null : readablePrefix(spec, examination.error);
      const readable = part && (await this.#page.specs.request("examine", { spec: part })).network;
      const latest = this.#page.state.document;
      if (own !== this.#examination || !latest) return;
      this.#page.set({ document: { ...latest, examination, readable, examined: true } });
      this.#cancelCompile();
      if (problemOf(this.#page.state) === null)
        this.#cancelCompile = this.#page.environment.clock.after(COMPILE_MS, () => void this.#followEdits());
    } catch (thrown) {
      // Without it nothing is said of edits; training goes on, and refuses what is wrong itself.
      this.#page.refuse(thrown);
    }
  }

  async #followEdits(): Promise<void> {
    const { run, network, backend } = this.#page.state;
    if (isUnderWay(run) || (network ? !isAnother(this.#page.state) : backend.switching)) return;
    await this.#page.the(compiler).compile();
  }
}

/** For {@link Page.the}. */
export const editing = (page: Page): Editing => new Editing(page);
