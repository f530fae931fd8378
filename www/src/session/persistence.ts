/** Keeps the document and the run while they change, in memory and in storage, and brings them back. */

import type { Restoration } from "../engine/protocol.ts";
import { keptKey, surplus } from "../lib/kept-steps.ts";
import type { Recalled, Records } from "../model/records.ts";
import { noteIn, readNote, writeNote } from "../model/run-file.ts";
import type { PastRun, RunLabel } from "../model/runs.ts";
import { frontRun, newLabel, saved, unsaved, wentOn } from "../model/runs.ts";
import type { AppState } from "../model/state.ts";
import { isActive } from "../model/state.ts";
import type { Page } from "../page/page.ts";

/**
 * Compiles this version of a network as a new run that goes on from a checkpoint; the one in front goes to the list. @returns what became of the checkpoint,
 * null where another network was asked for meanwhile. @throws ReceptiveFailure where the engine refuses either; nothing has changed then.
 */
type Compile = (version: { title: string; spec: PastRun["spec"] }, bytes: Uint8Array) => Promise<Restoration | null>;

/** Milliseconds between two checkpoints while training; more where one takes long, and never so many that ten seconds could be lost. */
const EVERY = 5000;
const SELDOM = 9000;
const COST_SHARE = 20;
/** From an edit to its way to storage. */
const SETTLE_MS = 400;
/** An engine that has not answered by then is not waited for; nor is storage that does not open. */
const PATIENCE = 2000;
const OPENS_WITHIN = 10_000;
/** Checkpoints held in memory: of the run in front, and of those before it as long as they are not large. */
const HELD = 4;
const MOST_HELD_BYTES = 64 << 20;

interface Held {
  step: number;
  bytes: Uint8Array;
}

/** An earlier step of a run, where it cannot be stored. */
interface HeldStep extends Held {
  at: number;
  change: boolean;
}

export class Persistence {
  readonly #page: Page;
  readonly #compile: Compile;
  readonly #saved: Records | null;
  readonly #held = new Map<string, Held>();
  readonly #steps = new Map<string, HeldStep>();
  #before: AppState;
  #keeping: Promise<void> | null = null;
  #keptAt = 0;
  #every = EVERY;
  #cancel = (): void => undefined;
  #told = false;
  /** The engine stopped in the middle of training. */
  #interrupted = false;
  /** Until the page has what was saved before, nothing takes its place. */
  #ready = false;

  private constructor(page: Page, compile: Compile, saved: Records | null) {
    this.#page = page;
    this.#compile = compile;
    this.#saved = saved;
    this.#before = page.store.snapshot;
    const { visibility } = page.environment;
    visibility.onLeave(() => void this.#keepDocument());
    visibility.onHide(() => {
      void this.#keepDocument();
      void this.keep();
    });
    page.store.subscribe((state) => this.#changed(state));
  }

  static async open(page: Page, compile: Compile): Promise<Persistence> {
    const late = new Promise<null>((resolve) => page.environment.clock.after(OPENS_WITHIN, () => resolve(null)));
    const saved = await Promise.race([page.environment.openRecords().catch(() => null), late]);
    return new Persistence(page, compile, saved);
  }

  #now(): number {
    return this.#page.environment.clock.now();
  }

  async recall(): Promise<Recalled | null> {
    return (await this.#saved?.recall().catch(() => null)) ?? null;
  }

  /** The page is as it was left, or as the address says: from now on it is kept. */
  ready(): void {
    this.#ready = true;
    const state = (this.#before = this.#page.store.snapshot);
    // What was deleted before this visit; what is deleted in it can come back.
    const keys = [...state.runs, ...(state.run.label ? [state.run.label] : [])].map(({ key }) => key);
    void this.#saved?.keepOnly(keys).catch(() => undefined);
  }

  /** The state is another one. */
  #changed(state: AppState): void {
    const before = this.#before;
    this.#before = state;
    if (state.engine.phase === "stopped" && before.engine.phase !== "stopped") this.#interrupted = isActive(before.run.phase);
    if (!this.#ready) return;
    const kept: readonly (keyof AppState)[] = ["document", "runs", "hidden", "baseline"];
    if (
      kept.some((part) => state[part] !== before[part]) ||
      state.settings?.edited !== before.settings?.edited ||
      state.run.label !== before.run.label
    ) {
      if (state.runs !== before.runs) void this.#keepRuns(state.runs.filter((run) => !before.runs.includes(run)));
      this.#cancel();
      this.#cancel = this.#page.environment.clock.after(SETTLE_MS, () => void this.#keepDocument());
    }
    const { phase } = state.run;
    const rests = (phase === "paused" || phase === "done") && before.run.phase !== phase;
    if (rests || (phase === "running" && !this.#keeping && this.#now() - this.#keptAt >= this.#every)) void this.keep();
  }

  /** Takes a checkpoint of the run in front, unless one of this step is held. */
  keep(): Promise<void> {
    const { state } = this.#page;
    const run = frontRun(state);
    if (!run || state.engine.phase === "stopped" || state.run.phase === "failed") return Promise.resolve();
    if (this.#held.get(run.key)?.step === run.metrics.step && !isActive(state.run.phase)) return Promise.resolve();
    // One under way may be of an earlier step.
    let kept = this.#keeping?.then(() => this.keep());
    if (!kept) {
      kept = this.#take(run, state.run.id).finally(() => (this.#keeping = null));
      this.#keeping = kept;
    }
    return Promise.race([kept, new Promise<void>((resolve) => this.#page.environment.clock.after(PATIENCE, resolve))]);
  }

  async #take(run: PastRun, id: string): Promise<void> {
    const began = this.#now();
    this.#keptAt = began;
    try {
      const { run: of, step, bytes } = await this.#page.engine.request({ type: "checkpoint", note: writeNote(saved(run)) });
      if (of !== id) return;
      this.#hold(run.key, { step, bytes });
      await this.#store(async (to) => {
        await to.putRun(saved(run));
        this.#forget(await to.putCheckpoint(run.key, step, bytes));
        await this.#putDocument(to);
      });
      this.#every = Math.min(SELDOM, Math.max(EVERY, COST_SHARE * (this.#now() - began)));
    } catch {
      // The engine is gone, which has been said, or the run is: the checkpoint before stays.
    }
  }

  /**
   * Keeps the step that the run in front has reached, beside its newest checkpoint: a way back. @returns the step, null where nothing was trained or the engine
   * does not answer.
   */
  async keepStep(change: boolean): Promise<number | null> {
    const { state } = this.#page;
    const run = frontRun(state);
    if (!run || state.engine.phase === "stopped" || state.run.phase === "failed") return null;
    try {
      const { run: of, step, bytes } = await this.#page.engine.request({ type: "checkpoint", note: writeNote(saved(run)) });
      if (of !== state.run.id || step === 0) return null;
      const key = keptKey(run.key, step);
      if (this.#saved) await this.#store(async (to) => this.#forget(await to.putKeptStep(key, step, bytes, change)));
      else this.#holdStep(key, { step, bytes, at: Date.now(), change });
      this.#page.set({ checkpoints: new Map([...this.#page.state.checkpoints, [key, step]]) });
      return step;
    } catch {
      // The engine is gone, which has been said.
      return null;
    }
  }

  #holdStep(key: string, held: HeldStep): void {
    this.#steps.set(key, held);
    const gone = surplus([...this.#steps].map(([key, { bytes, ...step }]) => ({ ...step, key, size: bytes.length })));
    for (const one of gone) this.#steps.delete(one);
    this.#forget(gone);
  }

  #hold(key: string, held: Held): void {
    this.#held.delete(key);
    this.#held.set(key, held);
    let bytes = 0;
    for (const [
      place,
      [
        other,
        {
          bytes: { length },
        },
      ],
    ] of [...this.#held].reverse().entries()) {
      bytes += length;
      if (place > 0 && (place >= HELD || bytes > MOST_HELD_BYTES)) this.#held.delete(other);
    }
    const { checkpoints } = this.#page.state;
    if (checkpoints.get(key) !== held.step) this.#page.set({ checkpoints: new Map([...checkpoints, [key, held.step]]) });
  }

  /** These checkpoints are no longer stored. */
  #forget(keys: readonly string[]): void {
    const gone = keys.filter((key) => !this.#held.has(key));
    if (gone.length > 0) this.#page.set({ checkpoints: new Map([...this.#page.state.checkpoints].filter(([key]) => !gone.includes(key))) });
  }

  async #keepRuns(runs: readonly PastRun[]): Promise<void> {
    await this.#store(async (to) => {
      for (const run of runs) await to.putRun(saved(run));
    });
  }

  async #keepDocument(): Promise<void> {
    this.#cancel();
    const { document, runs, run } = this.#page.state;
    if (!this.#ready || !document) return;
    // Of a page that may not store data nobody needs to hear before there is something to lose.
    if (!this.#saved && document.past.length === 0 && runs.length === 0 && run.label === null) return;
    await this.#store((to) => this.#putDocument(to));
  }

  async #putDocument(to: Records): Promise<void> {
    const { document, settings, runs, hidden, baseline, run } = this.#page.state;
    if (!this.#ready || !document || !settings) return;
    const { title, spec } = document.present;
    await to.putDocument({
      title,
      spec,
      settings: settings.edited,
      runs: runs.map(({ key }) => key),
      hidden: [...hidden],
      baseline,
      current: run.label?.key ?? null,
    });
  }

  /** Where there is no room, older weights make some; where nothing may be stored, that is said once. */
  async #store(work: (to: Records) => Promise<void>): Promise<void> {
    if (!this.#saved) return this.#tell(false);
    try {
      await work(this.#saved);
    } catch (thrown) {
      const full = thrown instanceof DOMException && thrown.name === "QuotaExceededError";
      if (!full) return this.#tell(false);
      const older = [...this.#page.state.checkpoints.keys()].filter((key) => key !== this.#page.state.run.label?.key);
      try {
        await this.#saved.dropCheckpoints(older);
        this.#forget(older);
        await work(this.#saved);
      } catch {
        this.#tell(true);
      }
    }
  }

  #tell(full: boolean): void {
    if (this.#told) return;
    this.#told = true;
    this.#page.notify({ code: "not_stored", full });
  }

  async #bytesOf(key: string): Promise<Uint8Array | null> {
    return (this.#held.get(key) ?? this.#steps.get(key))?.bytes ?? (await this.#saved?.checkpoint(key).catch(() => null)) ?? null;
  }

  /** A checkpoint of the run in front as it is now, for a file; null where nothing was trained or the engine does not answer. */
  async file(): Promise<{ name: string; bytes: Uint8Array } | null> {
    const run = frontRun(this.#page.state);
    if (!run) return null;
    await this.keep();
    const bytes = await this.#bytesOf(run.key);
    return bytes && { name: `${run.title} ${run.name}`, bytes };
  }

  /** What a new engine goes on from after the old one stopped, and whether that was training. */
  async interrupted(): Promise<{ run: PastRun; bytes: Uint8Array; going: boolean } | null> {
    const { state } = this.#page;
    const run = frontRun(state);
    const going = this.#interrupted || isActive(state.run.phase);
    this.#interrupted = false;
    const bytes = run && (await this.#bytesOf(run.key));
    return run && bytes ? { run, bytes, going } : null;
  }

  /** The run that was in front when the page was left takes its place again. */
  async goOn(run: PastRun): Promise<boolean> {
    const bytes = await this.#bytesOf(run.key);
    return bytes !== null && (await this.restore(run, bytes, run));
  }

  /** A new run that goes on from another one's checkpoint: the newest, or that of a step that was kept. @returns the run as it was at that step. */
  async branch(run: PastRun, step: number | null = null): Promise<PastRun | null> {
    const newest = step === null || this.#page.state.checkpoints.get(run.key) === step;
    const bytes = await this.#bytesOf(newest ? run.key : keptKey(run.key, step));
    if (bytes === null) return null;
    const noted = newest ? null : readNote(noteIn(bytes));
    const then = noted ? { ...unsaved(noted), key: run.key, name: run.name } : run;
    return (await this.restore(then, bytes, null)) ? then : null;
  }

  /**
   * A new run with the weights in `bytes`, those of `run`. It has that one's label, or a new one.
   * @throws ReceptiveFailure where the engine refuses the file; the run in front is then as it was.
   */
  async restore(run: PastRun, bytes: Uint8Array, label: RunLabel | null): Promise<boolean> {
    const page = this.#page;
    const reply = await this.#compile(run, bytes);
    if (!reply) return false;
    const { state } = page;
    const noted = readNote(reply.note);
    if (reply.not_finite.length > 0) page.notify({ code: "weights_not_finite", tensors: reply.not_finite });
    const begins = reply.fresh.length > 0 || (reply.step === 0 && run.metrics.step > 0);
    if (begins || !noted)
      page.notify({
        code: "weights_taken",
        kept: reply.kept.length,
        fresh: reply.fresh.length,
        takenOff: reply.taken_off,
        otherData: reply.other_data,
      });
    if (begins) return true;
    const then = noted ? { ...unsaved(noted), name: run.name } : run;
    const given = label ?? newLabel(state, state.runs.some(({ key }) => key === run.key) ? run.key : null);
    const front = wentOn(
      state.run.id,
      then,
      { key: given.key, name: given.name, look: given.look, parent: given.parent },
      { step: reply.step, epochsDone: reply.epochs_done },
    );
    page.set({ run: front });
    this.#hold(given.key, { step: reply.step, bytes });
    void this.#store(async (to) => {
      const now = frontRun(this.#page.state);
      if (now?.key === given.key) await to.putRun(saved(now));
      this.#forget(await to.putCheckpoint(given.key, reply.step, bytes));
    });
    return true;
  }
}
