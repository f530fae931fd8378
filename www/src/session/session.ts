/** The page begins, and begins again with a new engine. */
import { toReceptiveError } from "../engine/errors.ts";
import type { Restoration, TrainerEventType } from "../engine/protocol.ts";
import { reduce } from "../model/reduce.ts";
import { withFrontKept } from "../model/runs.ts";
import { freshRun, NO_DATA, withoutNotices } from "../model/state.ts";
import type { Page } from "../page/page.ts";
import type { Named } from "./address.ts";
import { firstNetwork, networkOf } from "./address.ts";
import { compiler } from "./compiler.ts";
import { editing } from "./editing.ts";
import { images } from "./images.ts";
import { keeping } from "./keeping.ts";
import { parseAddress } from "./link.ts";
import type { Persistence } from "./persistence.ts";
import { beginning, placeOf, startup } from "./startup.ts";

const ENGINE_EVENTS: readonly TrainerEventType[] = [
  "metrics",
  "evaluation",
  "epoch",
  "done",
  "failed",
  "backend",
  "preparing",
  "engine_loading",
  "engine_ready",
  "data",
  "data_loading",
  "data_failed",
];

export class Session {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    for (const type of ENGINE_EVENTS) page.engine.on(type, (event) => page.set(reduce(page.state, event)));
    page.engine.on("data", () => void page.handle({ type: "begin_waiting" }));
    for (const type of ["done", "backend"] as const) page.engine.on(type, () => page.emit("weights_changed"));
    page.engine.on("silent", ({ error }) => page.notify({ code: "silent", error }));
    page.engine.on("answers", () => page.dismiss("silent"));
    page.engine.on("crashed", ({ error }) => page.stop(error));
  }

  /** Loads the engine, the first network and the data; each goes its own way, and each failure has its own message. */
  async boot(): Promise<void> {
    const address = parseAddress(this.#page.environment.address.hash);
    void this.#page.the(images).load();
    const opening = this.#openPersistence();
    if (!(await this.#loadPresets())) return;
    const persistence = await opening;
    const before = (await persistence?.recall()) ?? null;
    let named: Named | null = null;
    try {
      named = await networkOf(this.#page, address);
    } catch (thrown) {
      const title = before?.document.title ?? firstNetwork(this.#page.state.presets)?.title ?? "";
      this.#page.notify({ code: "link_refused", error: toReceptiveError(thrown, "engine_failed"), title });
    }
    const first = named ?? firstNetwork(this.#page.state.presets);
    if (!first) return;
    const { changes, front, goesOn } = beginning(before, named, first);
    this.#page.set({ ...changes, ...placeOf(this.#page.features, address) });
    if (front && goesOn && (await this.#page.attempt(() => persistence?.goOn(front)))) {
      this.#page.the(startup).tellStep(before?.elsewhere);
      this.#page.emit("weights_changed");
    } else if (!this.#page.state.network) {
      if (front && goesOn) this.#page.set({ runs: [...this.#page.state.runs, front] });
      await this.#page.the(compiler).compile();
    }
    persistence?.ready();
    void this.#page.the(editing).examine();
  }

  #openPersistence(): Promise<Persistence | null> {
    return this.#page.the(keeping).open(async (version, bytes) => {
      const gone: { on: Restoration | null } = { on: null };
      const { choice } = this.#page.state.backend;
      await this.#page.the(compiler).compile(choice, version, { bytes, done: (restored) => (gone.on = restored) });
      return gone.on;
    });
  }

  async #loadPresets(): Promise<boolean> {
    try {
      this.#page.set({ presets: (await this.#page.engine.request({ type: "presets" })).presets });
      return true;
    } catch (thrown) {
      this.#page.stop(toReceptiveError(thrown, "engine_failed"));
      return false;
    }
  }

  async restart(): Promise<void> {
    this.#page.the(compiler).cancel();
    const interrupted = (await this.#page.the(keeping).persistence?.interrupted()) ?? null;
    this.#page.engine.restart();
    this.#page.set({
      engine: { phase: "loading", loaded: 0, total: 0 },
      data: NO_DATA,
      network: null,
      backend: { ...this.#page.state.backend, status: null, switching: false },
      runs: interrupted ? this.#page.state.runs : withFrontKept(this.#page.state),
      run: freshRun(this.#page.the(compiler).nextRun()),
      notices: withoutNotices(this.#page.state.notices, "crashed", "silent", "refused", "data_failed"),
    });
    this.#page.emit("network_changed");
    // The engine may never have run: then nothing has been opened yet.
    if (!this.#page.state.document) return this.boot();
    void this.#page.the(images).load();
    if (!(await this.#loadPresets())) return;
    if (!interrupted || !(await this.#page.attempt(() => this.#page.the(keeping).persistence?.goOn(interrupted.run))))
      return void (await this.#page.the(compiler).compile());
    const step = this.#page.state.run.metrics?.step ?? 0;
    this.#page.emit("weights_changed");
    if (interrupted.going && this.#page.state.run.phase === "paused") await this.#page.handle({ type: "go_on" });
    this.#page.notify({ code: "went_on", name: interrupted.run.name, step });
  }
}

/** For {@link Page.the}: made before the page starts, so that its features hear of the engine what the state has taken in. */
export const session = (page: Page): Session => new Session(page);
