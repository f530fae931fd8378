/** What the buttons that train do. */
import { ReceptiveFailure } from "../../engine/errors.ts";
import type { BackendChoice } from "../../engine/protocol.ts";
import { epochsToTrain, isAnother, resultsOf, waitingSettings } from "../../model/on-show.ts";
import { onMetrics } from "../../model/reduce.ts";
import type { RunLabel } from "../../model/runs.ts";
import { withFrontKept } from "../../model/runs.ts";
import { freshRun, isActive, problemOf, withoutNotices } from "../../model/state.ts";
import type { Page } from "../../page/page.ts";
import { compiler } from "../../session/compiler.ts";
import { keeping } from "../../session/keeping.ts";

export class Trainer {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Nothing is lost yet by taking changes in before the first step. */
  #isStale(): boolean {
    return this.#page.state.run.metrics === null && (waitingSettings(this.#page.state).length > 0 || isAnother(this.#page.state));
  }

  async startAnew(train: boolean): Promise<void> {
    if ((await this.#page.the(compiler).compile()) && train) await this.#begin();
  }

  /** What the first button says; but while training it pauses, whichever network is on show. */
  async toggle(): Promise<void> {
    const { phase } = this.#page.state.run;
    if (!isActive(phase) && problemOf(this.#page.state)) return;
    if (!isActive(phase) && phase !== "pausing" && resultsOf(this.#page.state).of === "another") return this.startAnew(true);
    switch (phase) {
      case "idle":
      case "done":
      case "failed":
        return this.#begin();
      case "waiting":
        return this.#page.setRun({ phase: "idle" });
      case "starting":
      case "running":
        return this.#pause();
      case "paused":
        return this.#resume();
      case "pausing":
        return;
    }
  }

  /** With the network that is compiled, whichever is on show. */
  async goOn(): Promise<void> {
    const { phase } = this.#page.state.run;
    if (phase === "paused") await this.#resume();
    else if (phase === "idle" || phase === "done") await this.#begin();
  }

  /** How long the run under way trains: one that trains goes on at once, one that is paused when it is resumed. */
  async trainUntil(): Promise<void> {
    const { run, settings } = this.#page.state;
    if (!settings || isAnother(this.#page.state) || settings.edited.epochs === run.metrics?.epochs) return;
    const { phase } = run;
    if (phase === "running") await this.#pause();
    if (this.#page.state.run.phase !== "paused" || this.#page.state.run.id !== run.id) return;
    this.#page.setRun({ epochsLeft: epochsToTrain(this.#page.state.run, settings.edited.epochs) });
    if (phase === "running") await this.#resume();
  }

  async beginIfWaiting(): Promise<void> {
    if (this.#page.state.run.phase === "waiting") await this.#begin();
  }

  async #begin(): Promise<void> {
    const { network, data, settings, run, engine } = this.#page.state;
    if (engine.phase === "stopped") return;
    if (!network || !settings || data.images.train === 0) return this.#page.setRun({ phase: "waiting" });
    // Weights that are no longer numbers are of no use.
    if ((this.#isStale() || run.phase === "failed") && !(await this.#page.the(compiler).compile())) return;
    // How long a network trains is said beside it: what is in the fields is of the one on show.
    const until = (isAnother(this.#page.state) ? settings.applied : settings.edited).epochs;
    const epochs = epochsToTrain(this.#page.state.run, until);
    const ends = this.#page.state.run.phase === "done" ? (this.#page.state.run.metrics?.epochs ?? 0) + epochs : until;
    // After the last epoch, Run trains one more, and the field says so.
    if (ends !== until && !isAnother(this.#page.state))
      this.#page.set({ settings: { ...settings, edited: { ...settings.edited, epochs: ends } } });
    this.#page.setRun({ phase: "starting" });
    this.#page.set({
      announcement: { code: "started" },
      notices: withoutNotices(this.#page.state.notices, "refused", "fresh_weights", "run_kept"),
    });
    try {
      await this.#page.engine.request({ type: "start", epochs });
    } catch (thrown) {
      this.#page.setRun({ phase: "idle" });
      this.#page.refuse(thrown);
    }
  }

  async #pause(): Promise<void> {
    this.#page.setRun({ phase: "pausing" });
    try {
      const { step } = await this.#page.engine.request({ type: "pause" });
      if (this.#page.state.run.phase === "pausing")
        this.#page.set({ run: { ...this.#page.state.run, phase: "paused" }, announcement: { code: "paused", step } });
    } catch (thrown) {
      // It may have come to its end on the way: then `done` has said so, and there is nothing to pause.
      if (this.#page.state.run.phase !== "pausing") return;
      this.#page.setRun({ phase: this.#page.state.run.metrics ? "done" : "idle" });
      if (!(thrown instanceof ReceptiveFailure) || thrown.error.kind !== "not_running") this.#page.refuse(thrown);
    }
  }

  async #resume(): Promise<void> {
    this.#page.set({
      run: { ...this.#page.state.run, phase: "starting" },
      announcement: { code: "started" },
      notices: withoutNotices(this.#page.state.notices, "went_on", "copied_run"),
    });
    const { epochsLeft } = this.#page.state.run;
    try {
      // The order of images goes on where it was only when all are there that it was drawn of.
      if (epochsLeft === null) await this.#page.engine.request({ type: "resume" });
      else await this.#page.engine.request({ type: "start", epochs: epochsLeft, wait_for_all: true });
      this.#page.setRun({ epochsLeft: null });
    } catch (thrown) {
      this.#page.setRun({ phase: "paused" });
      this.#page.refuse(thrown);
    }
  }

  async step(): Promise<void> {
    const { phase } = this.#page.state.run;
    if (!this.#page.state.network || !["idle", "paused", "done"].includes(phase) || problemOf(this.#page.state)) return;
    // One batch of the network on show.
    if ((this.#isStale() || isAnother(this.#page.state)) && !(await this.#page.the(compiler).compile())) return;
    try {
      const { metrics } = await this.#page.engine.request({ type: "step" });
      this.#page.set(onMetrics(this.#page.state, { metrics }));
      this.#page.emit("weights_changed");
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }

  async reset(): Promise<void> {
    const { settings, run } = this.#page.state;
    if (!settings || !this.#page.state.network) return;
    if (run.phase === "waiting") return this.#page.setRun({ phase: "idle" });
    // A change of batch or weights needs a new plan; a change of seed alone does not.
    const changes = waitingSettings(this.#page.state);
    const { label } = run;
    if (run.phase === "failed" || isAnother(this.#page.state) || changes.some((setting) => setting !== "seed")) {
      if (!(await this.#page.the(compiler).compile())) return;
      this.#page.set({ announcement: { code: "reset" } });
      return this.#tellKept(label);
    }
    if (run.phase === "running" || run.phase === "starting") await this.#pause();
    await this.#page.the(keeping).persistence?.keep();
    try {
      const { seed } = await this.#page.engine.request({ type: "reset", seed: settings.edited.seed });
      this.#page.set({
        runs: withFrontKept(this.#page.state),
        run: freshRun(run.id),
        settings: { ...settings, applied: { ...settings.applied, seed } },
        notices: withoutNotices(this.#page.state.notices, "diverged", "guessing", "refused", "weights_not_finite", "fresh_weights"),
        announcement: { code: "reset" },
      });
      this.#page.emit("run_reset");
      this.#page.emit("weights_changed");
      this.#tellKept(label);
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }

  /** A key is pressed sooner than meant: the run that was reset can be had back. */
  #tellKept(label: RunLabel | null): void {
    const { runs, checkpoints } = this.#page.state;
    const kept = runs.find(({ key }) => key === label?.key);
    const step = kept && checkpoints.get(kept.key);
    if (kept && step !== undefined) this.#page.notify({ code: "run_kept", key: kept.key, name: kept.name, step });
  }

  async chooseBackend(choice: BackendChoice): Promise<void> {
    const { backend, run, network } = this.#page.state;
    if (choice === backend.choice && backend.status) return;
    if (!network) return this.#page.set({ backend: { ...backend, choice } });
    const trained = run.metrics !== null;
    if ((await this.#page.the(compiler).compile(choice)) && trained) {
      this.#page.notify({ code: "fresh_weights", backend: this.#page.state.backend.status?.backend ?? "cpu" });
    }
  }

  /** A network that has not been trained is shared at once; one that has been waits for a fresh start, as other settings do. */
  async chooseWorkers(workers: number): Promise<void> {
    this.#page.environment.storage.remember("workers", String(workers));
    this.#page.set({ backend: { ...this.#page.state.backend, workers } });
    if (this.#page.state.network && this.#page.state.run.metrics === null && this.#page.state.run.phase === "idle")
      await this.#page.the(compiler).compile();
  }
}
