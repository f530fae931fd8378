/** Trains the runs of an experiment in a worker of its own, one after the other: the same worker, and the same requests, as those of the workbench. */
import { ReceptiveFailure } from "../../engine/errors.ts";
import type { Evaluation, Metrics, Spec } from "../../engine/protocol.ts";
import type { TrainerClient } from "../../engine/trainer-client.ts";
import type { Job } from "./expand.ts";
import type { Budget, Measure } from "./experiment.ts";
import type { Control, CurvePoint, Executor, RunResult } from "./runner.ts";

/** Points of a curve, whatever the number of steps. */
const POINTS = 60;

/** Steps between two points of the curve. Divides nothing in particular: the last stretch may be shorter. */
export function stretch(steps: number, testEvery: number | undefined): number {
  const fitting = Math.max(1, Math.ceil(steps / POINTS));
  return testEvery === undefined ? fitting : Math.min(fitting, testEvery);
}

/** The epochs that so many steps reach into: a schedule that spans the run has to know its end. */
export function withEpochs(spec: Spec, steps: number, trainImages: number): Spec {
  const { batch_size = 64 } = spec.training ?? {};
  const epochs = Math.max(1, Math.ceil((steps * batch_size) / trainImages));
  return { ...spec, training: { ...spec.training, epochs } };
}

export class WorkerExecutor implements Executor {
  readonly #client: TrainerClient;
  readonly #budget: Pick<Budget, "test_every">;
  readonly #measures: readonly Measure[];
  /** Resolves once the images are in the worker, with how many there are for training. */
  readonly #images: Promise<number>;

  constructor(client: TrainerClient, budget: Pick<Budget, "test_every">, measures: readonly Measure[]) {
    this.#client = client;
    this.#budget = budget;
    this.#measures = measures;
    this.#images = client.request({ type: "load_data" }).then(({ train }) => train);
    this.#images.catch(() => undefined);
  }

  async run(job: Job, control: Control): Promise<RunResult> {
    const images = await this.#images;
    const { steps } = job;
    const { test_every } = this.#budget;
    const spec = withEpochs(job.spec, steps, images);
    await this.#client.request({ type: "compile", run: job.key.slice(0, 40), spec, backend: "cpu", workers: 1 });
    const curve: CurvePoint[] = [];
    let seconds = 0;
    let tested = 0;
    let metrics: Metrics | null = null;
    let evaluation: Evaluation | null = null;
    for (let step = 0; step < steps; ) {
      await control.proceed();
      const next = test_every === undefined ? steps : Math.min(steps, tested + test_every);
      const count = Math.min(stretch(steps, test_every), next - step);
      const began = performance.now();
      metrics = await this.#train(step, count);
      seconds += (performance.now() - began) / 1000;
      step += count;
      const point: CurvePoint = { step, train_loss: metrics.loss, train_top1: metrics.top1 };
      if (step === next) {
        evaluation = await this.#test();
        point.test_loss = evaluation.loss;
        point.test_top1 = evaluation.top1;
        tested = step;
      }
      curve.push(point);
      control.progress(step);
    }
    return { measures: this.#measured(evaluation, metrics, (steps * (spec.training?.batch_size ?? 64)) / seconds), curve, seconds };
  }

  dispose(): void {
    this.#client.dispose();
  }

  /** `count` steps after `from`. The engine answers sooner where they take long, so that a worker stays able to answer: it is asked until all are done. */
  async #train(from: number, count: number): Promise<Metrics> {
    let done = 0;
    let [loss, top1] = [0, 0];
    for (;;) {
      const { metrics } = await this.#client.request({ type: "step", count: count - done });
      const steps = metrics.step - from - done;
      if (steps < 1) {
        const reason = `step ${metrics.step} after step ${from + done}`;
        throw new ReceptiveFailure({ kind: "engine_failed", message: reason, reason });
      }
      done += steps;
      // Each reply has the means of its own steps.
      loss += (metrics.loss * steps) / count;
      top1 += (metrics.top1 * steps) / count;
      if (done >= count) return { ...metrics, loss, top1 };
    }
  }

  async #test(): Promise<Evaluation> {
    return (await this.#client.request({ type: "evaluate", split: "test" })).evaluation;
  }

  #measured(evaluation: Evaluation | null, metrics: Metrics | null, rate: number): Partial<Record<Measure, number>> {
    const all: Record<Measure, number | null | undefined> = {
      test_top1: evaluation?.top1,
      test_loss: evaluation?.loss,
      test_mean_iou: evaluation?.mean_iou,
      train_top1: metrics?.top1,
      train_loss: metrics?.loss,
      images_per_second: rate,
    };
    const found: Partial<Record<Measure, number>> = {};
    for (const measure of this.#measures) {
      const value = all[measure];
      if (typeof value === "number") found[measure] = value;
    }
    return found;
  }
}
