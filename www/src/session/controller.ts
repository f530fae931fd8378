/** Turns what a person wants into requests to the trainer, and what comes back into the next state. Knows no element. */

import { ReceptiveFailure, toReceptiveError } from "../engine/errors.ts";
import type { LoadFiles } from "../engine/idx-files.ts";
import type { BackendChoice, Restoration, TrainerEventType } from "../engine/protocol.ts";
import { earlierRace, keepRace } from "../engine/races.ts";
import { Sharing } from "../features/share/sharing.ts";
import { Digits } from "../features/try/digits.ts";
import { remember } from "../lib/storage.ts";
import { isAnother, isUnderWay, resultsOf, retitled, waitingSettings } from "../model/on-show.ts";
import { onMetrics, reduce } from "../model/reduce.ts";
import { allRuns, newLabel, renamed, withFrontKept } from "../model/runs.ts";
import type { RunState } from "../model/state.ts";
import { freshRun, isActive, NO_DATA, problemOf, withNotice, withoutNotices } from "../model/state.ts";
import type { Actions } from "../page/feature.ts";
import type { Page } from "../page/page.ts";
import type { NetworkDocument } from "../spec/document.ts";
import { compilable, edited, redone, replaced, undone } from "../spec/document.ts";
import { readablePrefix } from "../spec/readable-prefix.ts";
import type { Settings } from "../spec/settings.ts";
import { hasMomentum, LIVE, settingsOf } from "../spec/settings.ts";
import type { Named } from "./address.ts";
import { firstNetwork, networkOf } from "./address.ts";
import type { Address } from "./link.ts";
import { Persistence } from "./persistence.ts";
import { beginning, placeOf, Startup } from "./startup.ts";

/** Between the last edit of a live setting and its way to the engine. */
const SETTLE_MS = 150;
/** Between the last edit of a network that has not been trained and its compilation: what is typed is not compiled letter by letter. */
const COMPILE_MS = 600;
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

/** A checkpoint that a compilation goes on from, and who hears what became of it. */
interface GoingOn {
  bytes: Uint8Array;
  done: (restored: Restoration) => void;
}

export class Controller {
  readonly #page: Page;
  readonly #digits: Digits;
  readonly #startup: Startup;
  readonly #sharing: Sharing;
  readonly #address: Address;
  #persistence: Persistence | null = null;
  #runs = 0;
  /** Counts compilations, so that only the last one asked for counts. */
  #compilation = 0;
  #cancelLive = (): void => undefined;
  #cancelCompile = (): void => undefined;
  /** Counts examinations, so that only the last one asked for counts. */
  #examination = 0;

  constructor(page: Page, address: Address) {
    this.#page = page;
    this.#address = address;
    for (const type of ENGINE_EVENTS) page.engine.on(type, (event) => page.set(reduce(page.state, event)));
    page.engine.on("data", () => void this.#beginIfWaiting());
    page.engine.on("silent", ({ error }) => page.notify({ code: "silent", error }));
    page.engine.on("answers", () => page.dismiss("silent"));
    page.engine.on("crashed", ({ error }) => page.stop(error));
    this.#digits = new Digits(page);
    this.#startup = new Startup(page, (files) => this.#loadFiles(files));
    this.#sharing = new Sharing(page);
    page.add(this.#actions());
  }

  /** Loads the engine, the first network and the data; each goes its own way, and each failure has its own message. */
  async boot(): Promise<void> {
    void this.#loadData();
    const keeping = this.#openPersistence();
    if (!(await this.#loadPresets())) return;
    const persistence = await keeping;
    const before = (await persistence?.recall()) ?? null;
    let named: Named | null = null;
    try {
      named = await networkOf(this.#page, this.#address);
    } catch (thrown) {
      const title = before?.document.title ?? firstNetwork(this.#page.state.presets)?.title ?? "";
      this.#page.notify({ code: "link_refused", error: toReceptiveError(thrown, "engine_failed"), title });
    }
    const first = named ?? firstNetwork(this.#page.state.presets);
    if (!first) return;
    const { changes, front, goesOn } = beginning(before, named, first);
    this.#page.set({ ...changes, ...placeOf(this.#page.features, this.#address) });
    if (front && goesOn && (await this.#page.attempt(() => persistence?.goOn(front)))) {
      this.#startup.tellStep();
      this.#page.emit("weights_changed");
    } else if (!this.#page.state.network) {
      if (front && goesOn) this.#page.set({ runs: [...this.#page.state.runs, front] });
      await this.#compile();
    }
    persistence?.ready();
    void this.#examine();
  }

  async #openPersistence(): Promise<Persistence | null> {
    try {
      this.#persistence = await Persistence.open(this.#page, async (version, bytes) => {
        const gone: { on: Restoration | null } = { on: null };
        await this.#compile(this.#page.state.backend.choice, version, { bytes, done: (restored) => (gone.on = restored) });
        return gone.on;
      });
    } catch {
      // A browser without storage of any kind: nothing is kept, and all else works.
    }
    return this.#persistence;
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

  /** The address is another one, by hand or by back and forward. */
  follow(address: Address): Promise<void> {
    return this.#startup.follow(address);
  }

  /** What a person wants of network, training, runs and files. */
  #actions(): Actions {
    return {
      toggle_run: () => this.#toggle(),
      train_new: () => this.#startAnew(true),
      go_on: () => this.#goOn(),
      step: () => this.#step(),
      reset: () => this.#reset(),
      edit_settings: (intent) => this.#edit(intent.changes),
      edit_network: (intent) => this.#change((document, settings) => edited(document, intent.spec, settings, intent.merge ?? null)),
      open_network: (intent) => this.#change((document, settings) => replaced(document, intent, settings)),
      undo: () => this.#change(undone),
      redo: () => this.#change(redone),
      select: (intent) => this.#page.set({ selection: intent.selection }),
      look_at: (intent) => this.#page.set({ looking: { ...this.#page.state.looking, ...intent.looking } }),
      show_view: (intent) => {
        if (intent.view !== "maps") this.#digits.want(null);
        return this.#page.set({ view: intent.view });
      },
      apply_settings: () => this.#startAnew(isActive(this.#page.state.run.phase)),
      lower_rate: (intent) => {
        this.#page.dismiss("diverged");
        this.#edit({ learning_rate: intent.learningRate });
        return this.#startAnew(true);
      },
      choose_backend: (intent) => this.#chooseBackend(intent.backend),
      choose_workers: (intent) => this.#chooseWorkers(intent.workers),
      show_digit: (intent) => this.#digits.show(intent.pixels),
      drop_sample: () => this.#page.set({ trying: { ...this.#page.state.trying, sample: null, picture: null, clutter: 0 } }),
      other_clutter: () => this.#digits.otherClutter(),
      random_digit: () => this.#digits.showSample(Math.floor(Math.random() * this.#page.state.data.images.test)),
      show_sample: (intent) => this.#digits.showSample(intent.index),
      show_picture: (intent) =>
        this.#page.set({ trying: { ...this.#page.state.trying, sample: null, picture: { pixels: intent.pixels }, clutter: 0 } }),
      look: (intent) => this.#digits.want(intent.wish),
      retry_data: () => this.#loadData(),
      open_files: (intent) => this.#openFiles(intent.files),
      copy: (intent) => this.#sharing.copy(intent.what),
      show_text: (intent) => this.#page.set({ shared: { ...intent.byHand } }),
      open_tab: () => this.#sharing.openTab(this.#persistence),
      save_drawing: (intent) => this.#sharing.saveDrawing(intent.name, intent.svg),
      save_network: () => this.#sharing.saveNetwork(),
      save_run: () => this.#sharing.saveRun(this.#persistence),
      rename_run: (intent) => this.#page.set(renamed(this.#page.state, intent.key, intent.name) ?? {}),
      hide_run: (intent) => {
        const hidden = new Set(this.#page.state.hidden);
        if (intent.hidden) hidden.add(intent.key);
        else hidden.delete(intent.key);
        return this.#page.set({ hidden });
      },
      delete_run: (intent) => this.#page.set({ runs: this.#page.state.runs.filter(({ key }) => key !== intent.key) }),
      bring_back_run: (intent) => {
        const taken = allRuns(this.#page.state).some(({ key }) => key === intent.run.key);
        const run = taken ? { ...intent.run, key: newLabel(this.#page.state).key } : intent.run;
        return this.#page.set({ runs: this.#page.state.runs.toSpliced(intent.at, 0, run) });
      },
      branch_run: (intent) => this.#branch(intent.key),
      restart_engine: () => this.#restartEngine(),
      dismiss: (intent) => this.#page.dismiss(intent.code),
    };
  }

  #setRun(changes: Partial<RunState>): void {
    this.#page.set({ run: { ...this.#page.state.run, ...changes } });
  }

  /**
   * Compiles the edited settings, or a version that goes on from a checkpoint, as a new run. The run before goes on until the new one is ready, and stays if
   * the engine refuses. @returns whether it worked. @throws ReceptiveFailure where a checkpoint comes with it.
   */
  async #compile(
    choice: BackendChoice = this.#page.state.backend.choice,
    version: Named | null = null,
    checkpoint: GoingOn | null = null,
  ): Promise<boolean> {
    const { settings, document, run: before } = this.#page.state;
    if (!document || !settings) return false;
    this.#cancelCompile();
    // What is in the fields is compiled in.
    this.#cancelLive();
    const own = ++this.#compilation;
    const id = `run-${++this.#runs}`;
    const spec = version?.spec ?? compilable(document, settings.edited);
    const { title } = version ?? document.present;
    // What goes on from a checkpoint stands where it stood until it is told to train.
    const waits = ({ phase }: RunState): boolean => phase === "waiting" && !checkpoint;
    const waiting = waits(before);
    const chosen = this.#page.state.backend.choice;
    this.#page.set({ backend: { ...this.#page.state.backend, choice, switching: true, preparing: null } });
    await this.#persistence?.keep();
    if (own !== this.#compilation) return false;
    try {
      const { workers } = this.#page.state.backend;
      const race = earlierRace(spec, workers);
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
      if (reply.backend.race) keepRace(spec, workers, reply.backend.race);
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
      await this.#beginIfWaiting();
      return true;
    } catch (thrown) {
      if (own !== this.#compilation) return false;
      this.#page.set({ backend: { ...this.#page.state.backend, choice: chosen, switching: false } });
      if (waiting && this.#page.state.network) this.#setRun({ phase: "idle" });
      // A link may ask for a backend that is not to be had: a page without any network would be no help.
      const instead = !this.#page.state.network && choice !== "auto" && (await this.#compile("auto", version, checkpoint));
      if (checkpoint && !instead) throw thrown;
      this.#page.refuse(thrown);
      if (this.#liveDiffers()) this.#sendLiveSoon();
      return instead;
    }
  }

  /** Another version of the network. One that has not been trained is compiled by and by, so that what looks at it sees the new one. */
  #change(next: (document: NetworkDocument, settings: Settings) => NetworkDocument): void {
    const { document, settings } = this.#page.state;
    if (!document || !settings) return;
    const changed = next(document, settings.edited);
    if (changed === document) return;
    this.#page.set({ document: changed, settings: { ...settings, edited: changed.present.settings } });
    this.#page.set(retitled(this.#page.state) ?? {});
    if (this.#liveDiffers()) this.#sendLiveSoon();
    void this.#examine();
  }

  async #examine(): Promise<void> {
    const { document, settings } = this.#page.state;
    if (!document || !settings) return;
    const own = ++this.#examination;
    try {
      const spec = compilable(document, settings.edited);
      const examination = await this.#page.specs.request("examine", { spec });
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
    if (!isUnderWay(this.#page.state.run) && isAnother(this.#page.state)) await this.#compile();
  }

  /** Nothing is lost yet by taking changes in before the first step. */
  #isStale(): boolean {
    return this.#page.state.run.metrics === null && (waitingSettings(this.#page.state).length > 0 || isAnother(this.#page.state));
  }

  async #startAnew(train: boolean): Promise<void> {
    if ((await this.#compile()) && train) await this.#begin();
  }

  /** What the first button says; but while training it pauses, whichever network is on show. */
  async #toggle(): Promise<void> {
    const { phase } = this.#page.state.run;
    if (!isActive(phase) && problemOf(this.#page.state)) return;
    if (!isActive(phase) && phase !== "pausing" && resultsOf(this.#page.state).of === "another") return this.#startAnew(true);
    switch (phase) {
      case "idle":
      case "done":
      case "failed":
        return this.#begin();
      case "waiting":
        return this.#setRun({ phase: "idle" });
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
  async #goOn(): Promise<void> {
    const { phase } = this.#page.state.run;
    if (phase === "paused") await this.#resume();
    else if (phase === "idle" || phase === "done") await this.#begin();
  }

  async #beginIfWaiting(): Promise<void> {
    if (this.#page.state.run.phase === "waiting") await this.#begin();
  }

  async #begin(): Promise<void> {
    const { network, data, settings, run, engine } = this.#page.state;
    if (engine.phase === "stopped") return;
    if (!network || !settings || data.images.train === 0) return this.#setRun({ phase: "waiting" });
    // Weights that are no longer numbers are of no use.
    if ((this.#isStale() || run.phase === "failed") && !(await this.#compile())) return;
    // How long a network trains is said beside it: what is in the fields is of the one on show.
    const { epochs } = isAnother(this.#page.state) ? settings.applied : settings.edited;
    this.#setRun({ phase: "starting" });
    this.#page.set({ announcement: { code: "started" }, notices: withoutNotices(this.#page.state.notices, "refused", "fresh_weights") });
    try {
      await this.#page.engine.request({ type: "start", epochs });
    } catch (thrown) {
      this.#setRun({ phase: "idle" });
      this.#page.refuse(thrown);
    }
  }

  async #pause(): Promise<void> {
    this.#setRun({ phase: "pausing" });
    try {
      const { step } = await this.#page.engine.request({ type: "pause" });
      if (this.#page.state.run.phase === "pausing")
        this.#page.set({ run: { ...this.#page.state.run, phase: "paused" }, announcement: { code: "paused", step } });
    } catch (thrown) {
      // It may have come to its end on the way: then `done` has said so, and there is nothing to pause.
      if (this.#page.state.run.phase !== "pausing") return;
      this.#setRun({ phase: this.#page.state.run.metrics ? "done" : "idle" });
      if (!(thrown instanceof ReceptiveFailure) || thrown.error.kind !== "not_running") this.#page.refuse(thrown);
    }
  }

  async #resume(): Promise<void> {
    this.#page.set({
      run: { ...this.#page.state.run, phase: "starting" },
      announcement: { code: "started" },
      notices: withoutNotices(this.#page.state.notices, "went_on"),
    });
    const { epochsLeft } = this.#page.state.run;
    try {
      // The order of images goes on where it was only when all are there that it was drawn of.
      if (epochsLeft === null) await this.#page.engine.request({ type: "resume" });
      else await this.#page.engine.request({ type: "start", epochs: epochsLeft, wait_for_all: true });
      this.#setRun({ epochsLeft: null });
    } catch (thrown) {
      this.#setRun({ phase: "paused" });
      this.#page.refuse(thrown);
    }
  }

  async #step(): Promise<void> {
    const { phase } = this.#page.state.run;
    if (!this.#page.state.network || !["idle", "paused", "done"].includes(phase) || problemOf(this.#page.state)) return;
    // One batch of the network on show.
    if ((this.#isStale() || isAnother(this.#page.state)) && !(await this.#compile())) return;
    try {
      const { metrics } = await this.#page.engine.request({ type: "step" });
      this.#page.set(onMetrics(this.#page.state, { metrics }));
      this.#page.emit("weights_changed");
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }

  async #reset(): Promise<void> {
    const { settings, run } = this.#page.state;
    if (!settings || !this.#page.state.network) return;
    if (run.phase === "waiting") return this.#setRun({ phase: "idle" });
    // A change of batch or weights needs a new plan; a change of seed alone does not.
    const changes = waitingSettings(this.#page.state);
    if (run.phase === "failed" || isAnother(this.#page.state) || changes.some((setting) => setting !== "seed")) {
      if (await this.#compile()) this.#page.set({ announcement: { code: "reset" } });
      return;
    }
    if (run.phase === "running" || run.phase === "starting") await this.#pause();
    await this.#persistence?.keep();
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
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }

  #edit(changes: Partial<Settings>): void {
    const { settings } = this.#page.state;
    if (!settings) return;
    this.#page.set({ settings: { ...settings, edited: { ...settings.edited, ...changes } } });
    // What a training step keeps in memory depends on them.
    if ("batch_size" in changes || "optimizer" in changes) void this.#examine();
    if (LIVE.some((setting) => setting in changes)) this.#sendLiveSoon();
  }

  #liveDiffers(): boolean {
    const { settings } = this.#page.state;
    return settings !== null && LIVE.some((setting) => settings.edited[setting] !== settings.applied[setting]);
  }

  /** To a run under way, what is in the fields and may not be in force. */
  #sendLiveSoon(): void {
    this.#cancelLive();
    this.#cancelLive = this.#page.environment.clock.after(SETTLE_MS, () => void this.#sendLive());
  }

  async #sendLive(): Promise<void> {
    const { settings, network } = this.#page.state;
    // Numbers for another network or another optimizer wait for it.
    if (!settings || !network || isAnother(this.#page.state) || settings.edited.optimizer !== settings.applied.optimizer) return;
    const { learning_rate, momentum, weight_decay } = settings.edited;
    try {
      const reply = await this.#page.engine.request({
        type: "set",
        learning_rate,
        weight_decay,
        ...(hasMomentum(settings.applied) && { momentum }),
      });
      const latest = this.#page.state.settings;
      if (!latest) return;
      const live = {
        learning_rate: reply.learning_rate,
        momentum: reply.momentum ?? latest.applied.momentum,
        weight_decay: reply.weight_decay,
      };
      this.#page.set({ settings: { ...latest, applied: { ...latest.applied, ...live } } });
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }

  async #chooseBackend(choice: BackendChoice): Promise<void> {
    const { backend, run, network } = this.#page.state;
    if (choice === backend.choice && backend.status) return;
    if (!network) return this.#page.set({ backend: { ...backend, choice } });
    const trained = run.metrics !== null;
    if ((await this.#compile(choice)) && trained) {
      this.#page.notify({ code: "fresh_weights", backend: this.#page.state.backend.status?.backend ?? "cpu" });
    }
  }

  /** A network that has not been trained is shared at once; one that has been waits for a fresh start, as other settings do. */
  async #chooseWorkers(workers: number): Promise<void> {
    remember("workers", String(workers));
    this.#page.set({ backend: { ...this.#page.state.backend, workers } });
    if (this.#page.state.network && this.#page.state.run.metrics === null && this.#page.state.run.phase === "idle") await this.#compile();
  }

  async #loadData(): Promise<void> {
    this.#page.dismiss("data_failed");
    this.#page.set({ data: { ...this.#page.state.data, phase: "loading" } });
    try {
      await this.#page.engine.request({ type: "load_data" });
      this.#page.set({ data: { ...this.#page.state.data, phase: "ready" } });
    } catch (thrown) {
      // `data_failed` or `crashed` has told it.
      if (!(thrown instanceof ReceptiveFailure)) throw thrown;
    }
  }

  async #loadFiles(files: LoadFiles): Promise<boolean> {
    try {
      const bytes = Object.values(files).map(({ bytes: { buffer } }) => buffer);
      const { train, test } = await this.#page.engine.request({ type: "load_files", ...files }, [...new Set(bytes)]);
      const images = { train, test };
      this.#page.set({ data: { ...this.#page.state.data, phase: "ready", images, totals: images } });
      this.#page.emit("images_replaced");
      // A network keeps the images it was compiled with.
      await this.#compile();
      this.#page.set({
        notices: withNotice(withoutNotices(this.#page.state.notices, "data_failed", "files_refused"), {
          code: "files_loaded",
          train,
          test,
        }),
      });
      return true;
    } catch (thrown) {
      const error = toReceptiveError(thrown, "engine_failed");
      if (error.kind !== "worker_stopped") this.#page.notify({ code: "files_refused", error });
      return false;
    }
  }

  async #openFiles(files: readonly File[]): Promise<void> {
    if (await this.#startup.files(files, this.#persistence)) this.#page.emit("weights_changed");
  }

  async #branch(key: string): Promise<void> {
    // A run in front that still trains is kept as it is now, and goes on as the new one.
    const run = allRuns(this.#page.state).find((one) => one.key === key);
    if (!run || !this.#persistence) return;
    if (!(await this.#page.attempt(() => this.#persistence?.branch(run)))) return;
    this.#startup.version(run);
    this.#startup.tellStep();
    this.#page.emit("weights_changed");
  }

  async #restartEngine(): Promise<void> {
    this.#compilation++;
    const interrupted = (await this.#persistence?.interrupted()) ?? null;
    this.#page.engine.restart();
    this.#page.set({
      engine: { phase: "loading", loaded: 0, total: 0 },
      data: NO_DATA,
      network: null,
      backend: { ...this.#page.state.backend, status: null, switching: false },
      runs: interrupted ? this.#page.state.runs : withFrontKept(this.#page.state),
      run: freshRun(`run-${++this.#runs}`),
      notices: withoutNotices(this.#page.state.notices, "crashed", "silent", "refused", "data_failed"),
    });
    this.#page.emit("network_changed");
    // The engine may never have run: then nothing has been opened yet.
    if (!this.#page.state.document) return this.boot();
    void this.#loadData();
    if (!(await this.#loadPresets())) return;
    if (!interrupted || !(await this.#page.attempt(() => this.#persistence?.goOn(interrupted.run)))) return void (await this.#compile());
    const step = this.#page.state.run.metrics?.step ?? 0;
    this.#page.emit("weights_changed");
    if (interrupted.going && this.#page.state.run.phase === "paused") await this.#resume();
    this.#page.notify({ code: "went_on", name: interrupted.run.name, step });
  }
}
