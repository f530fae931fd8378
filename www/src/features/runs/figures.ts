/** What a run has reached, and how far that is from another run's. Pure. */
import type { PastRun } from "../../model/runs.ts";

export interface Figures {
  step: number;
  loss: number;
  /** 0 to 1, and of what: all pixels' IoU or the accuracy on test images, else the accuracy in training. */
  share: number;
  of: "iou" | "test" | "train";
  /** Seconds of training; null where no time was kept. */
  seconds: number | null;
}

/** Null where nothing was measured: weights of a file that no step was taken with. */
export function figuresOf({ metrics, evaluation, history, epochs }: PastRun): Figures | null {
  if (metrics.step === 0) return null;
  const iou = epochs.at(-1)?.test_mean_iou ?? evaluation?.mean_iou;
  const test = epochs.at(-1)?.test_top1 ?? evaluation?.top1 ?? history.test.last?.top1;
  const [of, share] = iou != null ? (["iou", iou] as const) : test == null ? (["train", metrics.top1] as const) : (["test", test] as const);
  return { step: metrics.step, loss: metrics.loss, share, of, seconds: history.clock.total };
}

/** What a run has more than another; null for what is not known of both, or not the same measure. */
export type Difference = { [F in "loss" | "share" | "seconds"]: number | null };

export function differenceTo(base: Figures, own: Figures): Difference {
  return {
    loss: Number.isFinite(own.loss - base.loss) ? own.loss - base.loss : null,
    share: own.of === base.of ? own.share - base.share : null,
    seconds: own.seconds === null || base.seconds === null ? null : own.seconds - base.seconds,
  };
}
