/** Compiles the network that is edited, as a new run. */
import type { BackendChoice, Restoration } from "../engine/protocol.ts";
import { earlierRace, keepRace } from "../engine/races.ts";
import { withFrontKept } from "../model/runs.ts";
import type { RunState } from "../model/state.ts";
import { freshRun, withoutNotices } from "../model/state.ts";
import type { Page } from "../page/page.ts";
import { compilable } from "../spec/document.ts";
import { settingsOf } from "../spec/settings.ts";
import type { Named } from "./address.ts";
import { keeping } from "./keeping.ts";

/** A checkpoint that a compilation goes on from, and who hears what became of it. */
interface GoingOn {
  bytes: Uint8Array;
  done: (restored: Restoration) => void;
}

export class Compiler {
  readonly #page: Page;
  #runs = 0;
  /** Counts compilations, so that only the last one asked for counts. */
  #compilation = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** An id that no run of this page has had. */
  nextRun(): string {
    return `run-${++this.#runs}`;
  }

  /** What is being compiled counts no longer. */
  cancel(): void {
    this.#compilation++;
  }

  /**
   * Compiles the edited settings, or a version that goes on from a checkpoint, as a new run. The run before goes on until the new one is ready, and stays if
   * the engine refuses. @returns whether it worked. @throws ReceptiveFailure where a checkpoint comes with it.
   */
  async compile(
    choice: BackendChoice = this.#page.state.backend.choice,
    version: Named | null = null,
    checkpoint: GoingOn | null = null,
  ): Promise<boolean> {
    const { settings, document, run: before } = this.#page.state;
    if (!document || !settings) return false;
    // What is in the fields is compiled in.
    this.#page.emit("compiling");
    const own = ++this.#compilation;
    const id = this.nextRun();
    const spec = version?.spec ?? compilable(document, settings.edited);
    const { title } = version ?? document.present;
    // What goes on from a checkpoint stands where it stood until it is told to train.
    const waits = ({ phase }: RunState): boolean => phase === "waiting" && !checkpoint;
    const waiting = waits(before);
    const chosen = this.#page.state.backend.choice;
    this.#page.set({ backend: { ...this.#page.state.backend, choice, switching: true, preparing: null } });
    await this.#page.the(keeping).persistence?.keep();
    if (own !== this.#compilation) return false;
    try {
      const { workers } = this.#page.state.backend;
      const race = earlierRace(this.#page.environment.storage, spec, workers);
      const reply = await this.#page.engine.request({
        type: "compile",
        run: id,
        spec,
        backend: choice,
        workers,
        ...race,
        ...(checkpoint && { bytes: checkpoint.bytes }),
      });
      if (own !== this.#compilation) return false;
      if (reply.backend.race) keepRace(this.#page.environment.storage, spec, workers, reply.backend.race);
      this.#page.set({
        runs: withFrontKept(this.#page.state),
        network: { title, spec, description: reply.description },
        backend: { ...this.#page.state.backend, choice, status: reply.backend, switching: false, asked: workers, sharing: reply.workers },
        settings: { applied: settingsOf(spec), edited: this.#page.state.settings?.edited ?? settings.edited },
        run: { ...freshRun(id), phase: waiting || waits(this.#page.state.run) ? "waiting" : "idle" },
        notices: withoutNotices(this.#page.state.notices, "diverged", "guessing", "refused", "weights_not_finite"),
      });
      this.#page.emit("network_changed");
      if (reply.restored) checkpoint?.done(reply.restored);
      this.#page.emit("weights_changed");
      await this.#page.handle({ type: "begin_waiting" });
      return true;
    } catch (thrown) {
      if (own !== this.#compilation) return false;
      this.#page.set({ backend: { ...this.#page.state.backend, choice: chosen, switching: false } });
      if (waiting && this.#page.state.network) this.#page.setRun({ phase: "idle" });
      // A link may ask for a backend that is not to be had: a page without any network would be no help.
      const instead = !this.#page.state.network && choice !== "auto" && (await this.compile("auto", version, checkpoint));
      if (checkpoint && !instead) throw thrown;
      this.#page.refuse(thrown);
      this.#page.emit("compile_refused");
      return instead;
    }
  }
}

/** For {@link Page.the}. */
export const compiler = (page: Page): Compiler => new Compiler(page);
