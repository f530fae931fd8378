/**
 * Runs the jobs of an experiment, some at a time, and keeps what is finished. It knows no worker: an {@link Executor} is one place where a run can be
 * trained at a time, so that tests hand in their own.
 */

import type { ReceptiveError } from "../../engine/errors.ts";
import { toReceptiveError } from "../../engine/errors.ts";
import type { Job } from "./expand.ts";
import type { Measure } from "./experiment.ts";

/** What was read at a step. Shares are 0 to 1. */
export interface CurvePoint {
  step: number;
  train_loss: number;
  train_top1: number;
  /** Where the test images were asked. */
  test_loss?: number;
  test_top1?: number;
}

export interface RunResult {
  measures: Partial<Record<Measure, number>>;
  curve: CurvePoint[];
  /** Of training alone. */
  seconds: number;
}

export type JobState =
  | { state: "waiting" }
  | { state: "running"; step: number }
  | { state: "done"; result: RunResult; kept: boolean }
  | { state: "failed"; error: ReceptiveError };

/** What a run asks between two slices of its steps. */
export interface Control {
  /** Resolves when training may go on; rejects with {@link Stopped} when it shall not. */
  proceed(): Promise<void>;
  progress(step: number): void;
}

/** One run after the other, in a worker of its own. */
export interface Executor {
  /** @throws ReceptiveFailure */
  run(job: Job, control: Control): Promise<RunResult>;
  /** Ends the worker, in the middle of a run too. */
  dispose(): void;
}

/** Results that outlive the tab. */
export interface ResultStore {
  get(key: string): Promise<RunResult | null>;
  put(key: string, result: RunResult): Promise<void>;
}

/** Thrown inside a run that shall end. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

export type RunnerPhase = "ready" | "running" | "paused" | "stopped" | "done";

interface Options {
  jobs: readonly Job[];
  /** Makes a place for runs. */
  executor: () => Executor;
  /** How many at once. */
  parallel: number;
  store?: ResultStore;
  changed?: () => void;
  /** Milliseconds. */
  now?: () => number;
}

export class ExperimentRunner {
  readonly jobs: readonly Job[];
  readonly states: JobState[];
  readonly #options: Options;
  #phase: RunnerPhase = "ready";
  #executors: Executor[] = [];
  /** Resolves what waits while paused. */
  #resume: (() => void)[] = [];
  /** When the current stretch of running began, and how many milliseconds ran before it. */
  #since = 0;
  #before = 0;
  /** Steps that were trained here, by which the time left is told. */
  #trained = 0;

  constructor(options: Options) {
    this.#options = options;
    this.jobs = options.jobs;
    this.states = options.jobs.map(() => ({ state: "waiting" }));
  }

  get phase(): RunnerPhase {
    return this.#phase;
  }

  /** Share of all steps that are done, 0 to 1. */
  get progress(): number {
    const done = this.states.reduce((sum, state, at) => sum + this.#stepsOf(state, at), 0);
    return done / this.#allSteps();
  }

  /** Seconds until all is done, by the rate so far; null before the first steps. */
  get secondsLeft(): number | null {
    const left = this.#allSteps() * (1 - this.progress);
    if (left === 0) return 0;
    return this.#trained > 0 ? ((this.#elapsed() / this.#trained) * left) / 1000 : null;
  }

  /** Runs what is waiting. Resolves when all has ended or it was stopped. */
  async start(): Promise<void> {
    if (this.#phase !== "ready" && this.#phase !== "stopped") return;
    this.#enter("running");
    const { parallel, executor } = this.#options;
    await this.#recall();
    const waiting = this.states.filter(({ state }) => state === "waiting").length;
    const lanes = Array.from({ length: Math.max(0, Math.min(parallel, waiting)) }, async () => {
      const place = executor();
      this.#executors.push(place);
      try {
        await this.#lane(place);
      } finally {
        place.dispose();
      }
    });
    await Promise.all(lanes);
    this.#executors = [];
    // `stop` may have been called meanwhile.
    if ((this.#phase as RunnerPhase) !== "stopped") this.#enter("done");
  }

  /** Runs under way stand still after their slice. */
  pause(): void {
    if (this.#phase === "running") this.#enter("paused");
  }

  resume(): void {
    if (this.#phase !== "paused") return;
    this.#enter("running");
    for (const resolve of this.#resume.splice(0)) resolve();
  }

  /** Ends the runs under way; what is finished stays. `start` goes on from there, with those runs from their beginning. */
  stop(): void {
    if (this.#phase !== "running" && this.#phase !== "paused") return;
    this.#enter("stopped");
    for (const [at, state] of this.states.entries()) if (state.state === "running") this.#set(at, { state: "waiting" });
    for (const executor of this.#executors) executor.dispose();
    for (const resolve of this.#resume.splice(0)) resolve();
  }

  /** Once more, from its beginning. */
  retry(at: number): void {
    if (this.states[at]?.state === "failed") this.#set(at, { state: "waiting" });
    if (this.#phase === "done") this.#enter("stopped");
  }

  #allSteps(): number {
    return this.jobs.reduce((sum, { steps }) => sum + steps, 0);
  }

  #stepsOf(state: JobState, at: number): number {
    if (state.state === "running") return state.step;
    return state.state === "waiting" ? 0 : (this.jobs[at]?.steps ?? 0);
  }

  #elapsed(): number {
    const { now = () => performance.now() } = this.#options;
    return this.#before + (this.#phase === "running" ? now() - this.#since : 0);
  }

  #enter(phase: RunnerPhase): void {
    const { now = () => performance.now() } = this.#options;
    this.#before = this.#elapsed();
    this.#since = now();
    this.#phase = phase;
    this.#options.changed?.();
  }

  #set(at: number, state: JobState): void {
    this.states[at] = state;
    this.#options.changed?.();
  }

  /** What was finished earlier, in this tab or another. Storage that refuses costs only time. */
  async #recall(): Promise<void> {
    const { store } = this.#options;
    if (!store) return;
    for (const [at, job] of this.jobs.entries()) {
      if (this.states[at]?.state !== "waiting") continue;
      const result = await store.get(job.key).catch(() => null);
      if (result) this.#set(at, { state: "done", result, kept: true });
    }
  }

  async #lane(executor: Executor): Promise<void> {
    while (this.#phase === "running" || this.#phase === "paused") {
      const at = this.states.findIndex(({ state }) => state === "waiting");
      const job = this.jobs[at];
      if (!job) return;
      this.#set(at, { state: "running", step: 0 });
      const stopped = await this.#run(executor, job, at);
      if (stopped) return;
    }
  }

  /** @returns Whether it was stopped. */
  async #run(executor: Executor, job: Job, at: number): Promise<boolean> {
    let last = 0;
    const control: Control = {
      proceed: async () => {
        while (this.#phase === "paused") await new Promise<void>((resolve) => this.#resume.push(resolve));
        if (this.#phase === "stopped") throw new Stopped();
      },
      progress: (step) => {
        if (this.#phase === "stopped") return;
        this.#trained += step - last;
        last = step;
        this.#set(at, { state: "running", step });
      },
    };
    try {
      await control.proceed();
      const result = await executor.run(job, control);
      if (this.#phase === "stopped") return true;
      this.#trained += job.steps - last;
      this.#set(at, { state: "done", result, kept: false });
      await this.#options.store?.put(job.key, result).catch(() => undefined);
    } catch (thrown) {
      if (this.#phase === "stopped") return true;
      this.#set(at, { state: "failed", error: toReceptiveError(thrown, "engine_failed") });
    }
    return false;
  }
}
