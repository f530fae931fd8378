/** Turns what a person wants into requests to the trainer, and what comes back into the next state. Knows no element. */

import type { Named } from "./address.ts";
import { firstNetwork, networkOf } from "./address.ts";
import { Digits } from "./digits.ts";
import type { NetworkDocument } from "./document.ts";
import { compilable, edited, redone, replaced, undone } from "./document.ts";
import type { ReceptiveError } from "./errors.ts";
import { ReceptiveFailure, toReceptiveError } from "./errors.ts";
import type { Host, SpecClient } from "./host.ts";
import type { Intent } from "./intent.ts";
import type { LoadFiles } from "./lib/idx-files.ts";
import type { Address } from "./lib/link.ts";
import { earlierRace, keepRace } from "./lib/races.ts";
import { readablePrefix } from "./lib/readable-prefix.ts";
import type { Settings } from "./lib/settings.ts";
import { changedSettings, hasMomentum, LIVE, settingsOf } from "./lib/settings.ts";
import { remember } from "./lib/storage.ts";
import { epochsToTrain, isAnother, isUnderWay, resultsOf, retitled, waitingSettings } from "./on-show.ts";
import type { Persistence } from "./persistence.ts";
import type { BackendChoice, Restoration, TrainerEventType } from "./protocol.ts";
import { onMetrics, reduce } from "./reduce.ts";
import { allRuns, newLabel, renamed, withFrontKept } from "./runs.ts";
import { Sharing } from "./sharing.ts";
import { beginning, Startup } from "./startup.ts";
import type { AppState, Notice, NoticeCode, RunState } from "./state.ts";
import { freshRun, isActive, NO_DATA, NO_MISTAKES, NOT_LOOKED, problemOf, withNotice, withoutNotices } from "./state.ts";
import type { TrainerClient } from "./trainer-client.ts";

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
  readonly #client: TrainerClient;
  readonly #specs: SpecClient;
  readonly #changed: (state: AppState) => void;
  readonly #digits: Digits;
  readonly #startup: Startup;
  readonly #sharing: Sharing;
  readonly #address: Address;
  #persistence: Persistence | null = null;
  #state: AppState;
  #runs = 0;
  /** Counts compilations, so that only the last one asked for counts. */
  #compilation = 0;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #settleEpochs: ReturnType<typeof setTimeout> | undefined;
  #compileLater: ReturnType<typeof setTimeout> | undefined;
  /** Counts examinations, so that only the last one asked for counts. */
  #examination = 0;

  constructor(client: TrainerClient, specs: SpecClient, state: AppState, changed: (state: AppState) => void, address: Address) {
    this.#client = client;
    this.#specs = specs;
    this.#state = state;
    this.#changed = changed;
    this.#address = address;
    const host = this.#asHost();
    this.#digits = new Digits(host);
    this.#startup = new Startup(host, (files) => this.#loadFiles(files));
    this.#sharing = new Sharing(host);
    for (const type of ENGINE_EVENTS) {
      client.on(type, (event) => {
        this.#set(reduce(this.#state, event));
        if (event.type === "metrics") this.#digits.follow();
        if (event.type === "epoch") void this.#persistence?.keepStep(false);
        if (event.type === "epoch" && this.#state.view === "errors") void this.#digits.findMistakes();
        if (event.type === "data") void this.#beginIfWaiting();
        if (event.type === "data") this.#digits.imagesCame();
        if (event.type === "done" || event.type === "backend") this.#digits.weightsChanged();
      });
    }
    client.on("silent", ({ error }) => this.#notify({ code: "silent", error }));
    client.on("answers", () => this.#dismiss("silent"));
    client.on("crashed", ({ error }) => this.#stop(error));
  }

  get state(): AppState {
    return this.#state;
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
      named = await networkOf(this.#address, location.search, this.#state.presets, this.#specs);
    } catch (thrown) {
      const title = before?.document.title ?? firstNetwork(this.#state.presets)?.title ?? "";
      this.#notify({ code: "link_refused", error: toReceptiveError(thrown, "engine_failed"), title });
    }
    const first = named ?? firstNetwork(this.#state.presets);
    if (!first) return;
    const { changes, front, goesOn } = beginning(before, named, first, this.#address);
    this.#set(changes);
    if (front && goesOn && (await this.#attempt(() => persistence?.goOn(front)))) {
      this.#startup.tellStep(before?.elsewhere);
      this.#digits.weightsChanged();
    } else if (!this.#state.network) {
      if (front && goesOn) this.#set({ runs: [...this.#state.runs, front] });
      await this.#compile();
    }
    persistence?.ready();
    void this.#examine();
  }

  async #openPersistence(): Promise<Persistence | null> {
    try {
      // Nothing of it is seen: it comes after the first look at the page.
      const { Persistence } = await import("./persistence.ts");
      this.#persistence = await Persistence.open(this.#asHost(), async (version, bytes) => {
        const gone: { on: Restoration | null } = { on: null };
        await this.#compile(this.#state.backend.choice, version, { bytes, done: (restored) => (gone.on = restored) });
        return gone.on;
      });
    } catch {
      // A browser without storage of any kind: nothing is kept, and all else works.
    }
    return this.#persistence;
  }

  async #loadPresets(): Promise<boolean> {
    try {
      this.#set({ presets: (await this.#client.request({ type: "presets" })).presets });
      return true;
    } catch (thrown) {
      this.#stop(toReceptiveError(thrown, "engine_failed"));
      return false;
    }
  }

  /** False, and said why, where it was refused. */
  async #attempt<T>(work: () => Promise<T> | undefined): Promise<T | false> {
    try {
      return (await work()) ?? false;
    } catch (thrown) {
      this.#refuse(thrown);
      return false;
    }
  }

  /** The address is another one, by hand or by back and forward. */
  follow(address: Address): Promise<void> {
    return this.#startup.follow(address);
  }

  /** Something on the page failed that nobody waited for. */
  tellFailure(reason: string): void {
    this.#notify({ code: "page_failed", error: { kind: "page_failed", message: reason, reason } });
  }

  /** What its parts may do. */
  #asHost(): Host {
    const controller = this;
    return {
      get state() {
        return controller.#state;
      },
      client: this.#client,
      specs: this.#specs,
      set: (changes) => this.#set(changes),
      notify: (notice) => this.#notify(notice),
      dismiss: (...codes) => this.#dismiss(...codes),
      refuse: (thrown) => this.#refuse(thrown),
      handle: (intent) => this.handle(intent),
    };
  }

  handle(intent: Intent): void {
    switch (intent.type) {
      case "toggle_run":
        return void this.#toggle();
      case "train_new":
        return void this.#startAnew(true);
      case "go_on":
        return void this.#goOn();
      case "step":
        return void this.#step();
      case "reset":
        return void this.#reset();
      case "edit_settings":
        return this.#edit(intent.changes);
      case "edit_network":
        return this.#change((document, settings) => edited(document, intent.spec, settings, intent.merge ?? null));
      case "mend":
        return void this.#mend(intent);
      case "duplicate_run":
        return this.#duplicate(intent.key, intent.changes);
      case "open_network":
        if (intent.chosen) this.#tellSettings(intent);
        return this.#change((document, settings) => replaced(document, intent, settings));
      case "undo":
        return this.#change(undone);
      case "redo":
        return this.#change(redone);
      case "select":
        return this.#set({ selection: intent.selection });
      case "look_at":
        return this.#set({ looking: { ...this.#state.looking, ...intent.looking } });
      case "show_view":
        if (intent.view !== "maps") this.#digits.want(null);
        return this.#set({ view: intent.view });
      case "apply_settings":
        return void this.#startAnew(isActive(this.#state.run.phase));
      case "lower_rate":
        return this.handle({ type: "start_afresh", changes: { learning_rate: intent.learningRate } });
      case "start_afresh":
        this.#dismiss("diverged", "guessing");
        this.#edit(intent.changes);
        return void this.#startAnew(true);
      case "choose_backend":
        return void this.#chooseBackend(intent.backend);
      case "choose_workers":
        return void this.#chooseWorkers(intent.workers);
      case "choose_language":
        return this.#set({ preferences: { ...this.#state.preferences, language: intent.language } });
      case "choose_theme":
        return this.#set({ preferences: { ...this.#state.preferences, theme: intent.theme } });
      case "choose_shortcuts":
        return this.#set({ preferences: { ...this.#state.preferences, shortcuts: intent.on } });
      case "show_digit":
        return this.#digits.show(intent.pixels);
      case "drop_sample":
        return this.#set({ trying: { ...this.#state.trying, sample: null, picture: null, clutter: 0 } });
      case "other_clutter":
        return this.#digits.otherClutter();
      case "random_digit":
        return void this.#digits.showSample(Math.floor(Math.random() * this.#state.data.images.test));
      case "show_sample":
        return void this.#digits.showSample(intent.index);
      case "show_picture":
        return this.#set({ trying: { ...this.#state.trying, sample: null, picture: { pixels: intent.pixels }, clutter: 0 } });
      case "look":
        return this.#digits.want(intent.wish);
      case "find_mistakes":
        return void this.#digits.findMistakes();
      case "fetch_samples":
        return void this.#digits.fetch(intent.indices);
      case "retry_data":
        return void this.#loadData();
      case "open_files":
        return void this.#openFiles(intent.files);
      case "copy":
        return void this.#sharing.copy(intent.what);
      case "show_text":
        return this.#set({ shared: { ...intent.byHand } });
      case "open_tab":
        return void this.#sharing.openTab(this.#persistence);
      case "save_drawing":
        return this.#sharing.saveDrawing(intent.name, intent.svg);
      case "save_network":
        return this.#sharing.saveNetwork();
      case "save_run":
        return void this.#sharing.saveRun(this.#persistence);
      case "rename_run":
        return this.#set(renamed(this.#state, intent.key, intent.name) ?? {});
      case "hide_run": {
        const hidden = new Set(this.#state.hidden);
        if (intent.hidden) hidden.add(intent.key);
        else hidden.delete(intent.key);
        return this.#set({ hidden });
      }
      case "delete_run":
        return this.#set({ runs: this.#state.runs.filter(({ key }) => key !== intent.key) });
      case "bring_back_run": {
        const taken = allRuns(this.#state).some(({ key }) => key === intent.run.key);
        const run = taken ? { ...intent.run, key: newLabel(this.#state).key } : intent.run;
        return this.#set({ runs: this.#state.runs.toSpliced(intent.at, 0, run) });
      }
      case "branch_run":
        return void this.#branch(intent.key, intent.step);
      case "restart_engine":
        return void this.#restartEngine();
      case "dismiss":
        return this.#dismiss(intent.code);
      default:
        intent satisfies never;
    }
  }

  #set(changes: Partial<AppState>): void {
    this.#state = { ...this.#state, ...changes };
    this.#persistence?.changed(this.#state);
    this.#changed(this.#state);
  }

  #setRun(changes: Partial<RunState>): void {
    this.#set({ run: { ...this.#state.run, ...changes } });
  }

  #notify(notice: Notice): void {
    this.#set({ notices: withNotice(this.#state.notices, notice) });
  }

  #dismiss(...codes: NoticeCode[]): void {
    this.#set({ notices: withoutNotices(this.#state.notices, ...codes) });
  }

  /** The engine is gone: nothing goes on until it is restarted. */
  #stop(error: ReceptiveError): void {
    this.#set({ engine: { ...this.#state.engine, phase: "stopped" }, backend: { ...this.#state.backend, switching: false } });
    if (this.#state.run.phase !== "idle" || this.#state.run.metrics) this.#setRun({ phase: "failed" });
    this.#notify({ code: "crashed", error });
  }

  /** A request that failed for a reason of its own; a worker that is gone has been reported already. */
  #refuse(thrown: unknown): void {
    if (!(thrown instanceof ReceptiveFailure)) throw thrown;
    const { error } = thrown;
    if (error.kind === "worker_stopped" || error.kind === "panic" || this.#state.engine.phase === "stopped") return;
    this.#notify({ code: "refused", error });
  }

  /**
   * Compiles the edited settings, or a version that goes on from a checkpoint, as a new run. The run before goes on until the new one is ready, and stays if
   * the engine refuses. @returns whether it worked. @throws ReceptiveFailure where a checkpoint comes with it.
   */
  async #compile(
    choice: BackendChoice = this.#state.backend.choice,
    version: Named | null = null,
    checkpoint: GoingOn | null = null,
  ): Promise<boolean> {
    const { settings, document, run: before } = this.#state;
    if (!document || !settings) return false;
    clearTimeout(this.#compileLater);
    // What is in the fields is compiled in.
    clearTimeout(this.#settle);
    const own = ++this.#compilation;
    const id = `run-${++this.#runs}`;
    const spec = version?.spec ?? compilable(document, settings.edited);
    const { title } = version ?? document.present;
    // What goes on from a checkpoint stands where it stood until it is told to train.
    const waits = ({ phase }: RunState): boolean => phase === "waiting" && !checkpoint;
    const waiting = waits(before);
    const chosen = this.#state.backend.choice;
    this.#set({ backend: { ...this.#state.backend, choice, switching: true, preparing: null } });
    await this.#persistence?.keep();
    if (own !== this.#compilation) return false;
    try {
      const { workers } = this.#state.backend;
      const race = earlierRace(spec, workers);
      const reply = await this.#client.request({
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
      this.#set({
        runs: withFrontKept(this.#state),
        network: { title, spec, description: reply.description },
        backend: { ...this.#state.backend, choice, status: reply.backend, switching: false, asked: workers, sharing: reply.workers },
        settings: { applied: settingsOf(spec), edited: this.#state.settings?.edited ?? settings.edited },
        run: { ...freshRun(id), phase: waiting || waits(this.#state.run) ? "waiting" : "idle" },
        look: NOT_LOOKED,
        mistakes: NO_MISTAKES,
        notices: withoutNotices(this.#state.notices, "diverged", "guessing", "refused", "weights_not_finite"),
      });
      if (reply.restored) checkpoint?.done(reply.restored);
      this.#digits.weightsChanged();
      await this.#beginIfWaiting();
      return true;
    } catch (thrown) {
      if (own !== this.#compilation) return false;
      this.#set({ backend: { ...this.#state.backend, choice: chosen, switching: false } });
      if (waiting && this.#state.network) this.#setRun({ phase: "idle" });
      // A link may ask for a backend that is not to be had: a page without any network would be no help.
      const instead = !this.#state.network && choice !== "auto" && (await this.#compile("auto", version, checkpoint));
      if (checkpoint && !instead) throw thrown;
      this.#refuse(thrown);
      if (this.#liveDiffers()) this.#sendLiveSoon();
      return instead;
    }
  }

  /** Another version of the network. One that has not been trained is compiled by and by, so that what looks at it sees the new one. */
  #change(next: (document: NetworkDocument, settings: Settings) => NetworkDocument): void {
    const { document, settings } = this.#state;
    if (!document || !settings) return;
    const changed = next(document, settings.edited);
    if (changed === document) return;
    this.#set({ document: changed, settings: { ...settings, edited: changed.present.settings } });
    this.#set(retitled(this.#state) ?? {});
    if (this.#liveDiffers()) this.#sendLiveSoon();
    void this.#examine();
  }

  async #mend(fix: Extract<Intent, { type: "mend" }>): Promise<void> {
    const { document } = this.#state;
    if (!document) return;
    const merge = `mend ${JSON.stringify(document.present.spec)}`;
    this.handle({ type: "edit_network", spec: fix.spec, merge });
    const { mendedOn } = await import("./mending.ts");
    const spec = await mendedOn(this.#specs, document, fix);
    // Another edit that came meanwhile is not written over.
    if (spec !== fix.spec && this.#state.document?.present.spec === fix.spec) this.handle({ type: "edit_network", spec, merge });
  }

  #duplicate(key: string, changes: Partial<Settings>): void {
    const run = allRuns(this.#state).find((one) => one.key === key);
    if (!run) return;
    this.#startup.version(run);
    this.#edit({ ...settingsOf(run.spec), ...changes });
    void this.#startAnew(true);
  }

  /** Of settings that a person had changed, where another network brings its own. */
  #tellSettings({ title, spec }: Named): void {
    const { document, settings } = this.#state;
    if (!document || !settings) return;
    const mine = changedSettings(settingsOf(document.present.spec), settings.edited, settingsOf(spec));
    if (Object.keys(mine).length > 0) this.#notify({ code: "settings_came", title, mine });
  }

  async #examine(): Promise<void> {
    const { document, settings } = this.#state;
    if (!document || !settings) return;
    const own = ++this.#examination;
    try {
      const spec = compilable(document, settings.edited);
      const examination = await this.#specs.request("examine", { spec });
      const part = examination.network ? null : readablePrefix(spec, examination.error);
      const readable = part && (await this.#specs.request("examine", { spec: part })).network;
      const latest = this.#state.document;
      if (own !== this.#examination || !latest) return;
      this.#set({ document: { ...latest, examination, readable, examined: true } });
      clearTimeout(this.#compileLater);
      if (problemOf(this.#state) === null) this.#compileLater = setTimeout(() => void this.#followEdits(), COMPILE_MS);
    } catch (thrown) {
      // Without it nothing is said of edits; training goes on, and refuses what is wrong itself.
      this.#refuse(thrown);
    }
  }

  async #followEdits(): Promise<void> {
    if (!isUnderWay(this.#state.run) && isAnother(this.#state)) await this.#compile();
  }

  /** Nothing is lost yet by taking changes in before the first step. */
  #isStale(): boolean {
    return this.#state.run.metrics === null && (waitingSettings(this.#state).length > 0 || isAnother(this.#state));
  }

  async #startAnew(train: boolean): Promise<void> {
    if ((await this.#compile()) && train) await this.#begin();
  }

  /** What the first button says; but while training it pauses, whichever network is on show. */
  async #toggle(): Promise<void> {
    const { phase } = this.#state.run;
    if (!isActive(phase) && problemOf(this.#state)) return;
    if (!isActive(phase) && phase !== "pausing" && resultsOf(this.#state).of === "another") return this.#startAnew(true);
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
    const { phase } = this.#state.run;
    if (phase === "paused") await this.#resume();
    else if (phase === "idle" || phase === "done") await this.#begin();
  }

  async #beginIfWaiting(): Promise<void> {
    if (this.#state.run.phase === "waiting") await this.#begin();
  }

  async #begin(): Promise<void> {
    const { network, data, settings, run, engine } = this.#state;
    if (engine.phase === "stopped") return;
    if (!network || !settings || data.images.train === 0) return this.#setRun({ phase: "waiting" });
    // Weights that are no longer numbers are of no use.
    if ((this.#isStale() || run.phase === "failed") && !(await this.#compile())) return;
    // How long a network trains is said beside it: what is in the fields is of the one on show.
    const until = (isAnother(this.#state) ? settings.applied : settings.edited).epochs;
    const epochs = epochsToTrain(this.#state.run, until);
    const ends = this.#state.run.phase === "done" ? (this.#state.run.metrics?.epochs ?? 0) + epochs : until;
    // After the last epoch, Run trains one more, and the field says so.
    if (ends !== until && !isAnother(this.#state)) this.#set({ settings: { ...settings, edited: { ...settings.edited, epochs: ends } } });
    this.#setRun({ phase: "starting" });
    this.#set({ announcement: { code: "started" }, notices: withoutNotices(this.#state.notices, "refused", "fresh_weights") });
    try {
      await this.#client.request({ type: "start", epochs });
    } catch (thrown) {
      this.#setRun({ phase: "idle" });
      this.#refuse(thrown);
    }
  }

  async #pause(): Promise<void> {
    this.#setRun({ phase: "pausing" });
    try {
      const { step } = await this.#client.request({ type: "pause" });
      if (this.#state.run.phase === "pausing")
        this.#set({ run: { ...this.#state.run, phase: "paused" }, announcement: { code: "paused", step } });
    } catch (thrown) {
      // It may have come to its end on the way: then `done` has said so, and there is nothing to pause.
      if (this.#state.run.phase !== "pausing") return;
      this.#setRun({ phase: this.#state.run.metrics ? "done" : "idle" });
      if (!(thrown instanceof ReceptiveFailure) || thrown.error.kind !== "not_running") this.#refuse(thrown);
    }
  }

  async #resume(): Promise<void> {
    this.#set({
      run: { ...this.#state.run, phase: "starting" },
      announcement: { code: "started" },
      notices: withoutNotices(this.#state.notices, "went_on", "copied_run"),
    });
    const { epochsLeft } = this.#state.run;
    try {
      // The order of images goes on where it was only when all are there that it was drawn of.
      if (epochsLeft === null) await this.#client.request({ type: "resume" });
      else await this.#client.request({ type: "start", epochs: epochsLeft, wait_for_all: true });
      this.#setRun({ epochsLeft: null });
    } catch (thrown) {
      this.#setRun({ phase: "paused" });
      this.#refuse(thrown);
    }
  }

  async #step(): Promise<void> {
    const { phase } = this.#state.run;
    if (!this.#state.network || !["idle", "paused", "done"].includes(phase) || problemOf(this.#state)) return;
    // One batch of the network on show.
    if ((this.#isStale() || isAnother(this.#state)) && !(await this.#compile())) return;
    try {
      const { metrics } = await this.#client.request({ type: "step" });
      this.#set(onMetrics(this.#state, { metrics }));
      this.#digits.weightsChanged();
    } catch (thrown) {
      this.#refuse(thrown);
    }
  }

  async #reset(): Promise<void> {
    const { settings, run } = this.#state;
    if (!settings || !this.#state.network) return;
    if (run.phase === "waiting") return this.#setRun({ phase: "idle" });
    // A change of batch or weights needs a new plan; a change of seed alone does not.
    const changes = waitingSettings(this.#state);
    if (run.phase === "failed" || isAnother(this.#state) || changes.some((setting) => setting !== "seed")) {
      if (await this.#compile()) this.#set({ announcement: { code: "reset" } });
      return;
    }
    if (run.phase === "running" || run.phase === "starting") await this.#pause();
    await this.#persistence?.keep();
    try {
      const { seed } = await this.#client.request({ type: "reset", seed: settings.edited.seed });
      this.#set({
        runs: withFrontKept(this.#state),
        run: freshRun(run.id),
        mistakes: { ...this.#state.mistakes, predictions: null },
        settings: { ...settings, applied: { ...settings.applied, seed } },
        notices: withoutNotices(this.#state.notices, "diverged", "guessing", "refused", "weights_not_finite", "fresh_weights"),
        announcement: { code: "reset" },
      });
      this.#digits.weightsChanged();
    } catch (thrown) {
      this.#refuse(thrown);
    }
  }

  #edit(changes: Partial<Settings>): void {
    const { settings } = this.#state;
    if (!settings) return;
    this.#set({ settings: { ...settings, edited: { ...settings.edited, ...changes } } });
    // What a training step keeps in memory depends on them.
    if ("batch_size" in changes || "optimizer" in changes) void this.#examine();
    if (LIVE.some((setting) => setting in changes)) this.#sendLiveSoon();
    if ("epochs" in changes && this.#state.run.metrics && !isAnother(this.#state)) this.#sendEpochsSoon();
  }

  #sendEpochsSoon(): void {
    clearTimeout(this.#settleEpochs);
    this.#settleEpochs = setTimeout(() => void this.#sendEpochs(), SETTLE_MS);
  }

  /** How long the run under way trains: one that trains goes on at once, one that is paused when it is resumed. */
  async #sendEpochs(): Promise<void> {
    const { run, settings } = this.#state;
    if (!settings || isAnother(this.#state) || settings.edited.epochs === run.metrics?.epochs) return;
    const { phase } = run;
    if (phase === "running") await this.#pause();
    if (this.#state.run.phase !== "paused" || this.#state.run.id !== run.id) return;
    this.#setRun({ epochsLeft: epochsToTrain(this.#state.run, settings.edited.epochs) });
    if (phase === "running") await this.#resume();
  }

  #liveDiffers(): boolean {
    const { settings } = this.#state;
    return settings !== null && LIVE.some((setting) => settings.edited[setting] !== settings.applied[setting]);
  }

  /** To a run under way, what is in the fields and may not be in force. */
  #sendLiveSoon(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => void this.#sendLive(), SETTLE_MS);
  }

  async #sendLive(): Promise<void> {
    const { settings, network } = this.#state;
    // Numbers for another network or another optimizer wait for it.
    if (!settings || !network || isAnother(this.#state) || settings.edited.optimizer !== settings.applied.optimizer) return;
    const { learning_rate, momentum, weight_decay } = settings.edited;
    const { id, history } = this.#state.run;
    // Asked for before the change, so that it is of the step before it.
    const kept = this.#liveDiffers() ? this.#persistence?.keepStep(true) : null;
    try {
      const reply = await this.#client.request({
        type: "set",
        learning_rate,
        weight_decay,
        ...(hasMomentum(settings.applied) && { momentum }),
      });
      const latest = this.#state.settings;
      if (!latest) return;
      const live = {
        learning_rate: reply.learning_rate,
        momentum: reply.momentum ?? latest.applied.momentum,
        weight_decay: reply.weight_decay,
      };
      const before = latest.applied;
      this.#set({ settings: { ...latest, applied: { ...before, ...live } } });
      const step = (await kept) ?? this.#state.run.metrics?.step ?? 0;
      if (step === 0 || this.#state.run.id !== id) return;
      for (const setting of LIVE)
        if (live[setting] !== before[setting]) history.addChange({ step, setting, from: before[setting], to: live[setting] });
      this.#setRun({ historyVersion: history.version });
    } catch (thrown) {
      this.#refuse(thrown);
    }
  }

  async #chooseBackend(choice: BackendChoice): Promise<void> {
    const { backend, run, network } = this.#state;
    if (choice === backend.choice && backend.status) return;
    if (!network) return this.#set({ backend: { ...backend, choice } });
    const trained = run.metrics !== null;
    if ((await this.#compile(choice)) && trained) {
      this.#notify({ code: "fresh_weights", backend: this.#state.backend.status?.backend ?? "cpu" });
    }
  }

  /** A network that has not been trained is shared at once; one that has been waits for a fresh start, as other settings do. */
  async #chooseWorkers(workers: number): Promise<void> {
    remember("workers", String(workers));
    this.#set({ backend: { ...this.#state.backend, workers } });
    if (this.#state.network && this.#state.run.metrics === null && this.#state.run.phase === "idle") await this.#compile();
  }

  async #loadData(): Promise<void> {
    this.#dismiss("data_failed");
    this.#set({ data: { ...this.#state.data, phase: "loading" } });
    try {
      await this.#client.request({ type: "load_data" });
      this.#set({ data: { ...this.#state.data, phase: "ready" } });
    } catch (thrown) {
      // `data_failed` or `crashed` has told it.
      if (!(thrown instanceof ReceptiveFailure)) throw thrown;
    }
  }

  async #loadFiles(files: LoadFiles): Promise<boolean> {
    try {
      const bytes = Object.values(files).map(({ bytes: { buffer } }) => buffer);
      const { train, test } = await this.#client.request({ type: "load_files", ...files }, [...new Set(bytes)]);
      const images = { train, test };
      this.#set({ data: { ...this.#state.data, phase: "ready", images, totals: images } });
      this.#digits.imagesReplaced();
      // A network keeps the images it was compiled with.
      await this.#compile();
      this.#set({
        notices: withNotice(withoutNotices(this.#state.notices, "data_failed", "files_refused"), { code: "files_loaded", train, test }),
      });
      return true;
    } catch (thrown) {
      const error = toReceptiveError(thrown, "engine_failed");
      if (error.kind !== "worker_stopped") this.#notify({ code: "files_refused", error });
      return false;
    }
  }

  async #openFiles(files: readonly File[]): Promise<void> {
    if (await this.#startup.files(files, this.#persistence)) this.#digits.weightsChanged();
  }

  async #branch(key: string, step?: number): Promise<void> {
    // A run in front that still trains is kept as it is now, and goes on as the new one.
    const run = allRuns(this.#state).find((one) => one.key === key);
    if (!run || !this.#persistence) return;
    const from = await this.#attempt(() => this.#persistence?.branch(run, step ?? null));
    if (!from) return;
    this.#startup.version(from);
    this.#startup.tellCopy(run.name);
    this.#digits.weightsChanged();
  }

  async #restartEngine(): Promise<void> {
    this.#compilation++;
    const interrupted = (await this.#persistence?.interrupted()) ?? null;
    this.#client.restart();
    this.#set({
      engine: { phase: "loading", loaded: 0, total: 0 },
      data: NO_DATA,
      network: null,
      backend: { ...this.#state.backend, status: null, switching: false },
      runs: interrupted ? this.#state.runs : withFrontKept(this.#state),
      run: freshRun(`run-${++this.#runs}`),
      look: NOT_LOOKED,
      mistakes: NO_MISTAKES,
      notices: withoutNotices(this.#state.notices, "crashed", "silent", "refused", "data_failed"),
    });
    // The engine may never have run: then nothing has been opened yet.
    if (!this.#state.document) return this.boot();
    void this.#loadData();
    if (!(await this.#loadPresets())) return;
    if (!interrupted || !(await this.#attempt(() => this.#persistence?.goOn(interrupted.run)))) return void (await this.#compile());
    const step = this.#state.run.metrics?.step ?? 0;
    this.#digits.weightsChanged();
    if (interrupted.going && this.#state.run.phase === "paused") await this.#resume();
    this.#notify({ code: "went_on", name: interrupted.run.name, step });
  }
}
