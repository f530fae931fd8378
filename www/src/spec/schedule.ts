/** The learning rate over a run, by the formulas of the engine (`src/optim/schedule.rs`, `src/optim/one_cycle.rs`). Pure. */
import type { ScheduleSpec } from "../engine/protocol.ts";

/** Steps of an epoch and of the run. */
export interface Pace {
  epoch: number;
  run: number;
}

export interface Now {
  rate: number;
  /** Of schedules that have one. */
  momentum: number | null;
}

/** Whole steps of a span of epochs, at least one; the run's where there is none. */
const steps = ({ epoch, run }: Pace, epochs: number | undefined): number =>
  Math.max(1, epochs === undefined ? run : Math.round(epochs * epoch));

/** What step `step` (from 0) uses. */
export function scheduled(schedule: ScheduleSpec, rate: number, step: number, pace: Pace): Now {
  if (schedule.type === "one_cycle") return oneCycle(schedule, rate, step, pace);
  const { warmup = 0, start_factor = 1 / 3 } = schedule;
  if (warmup > 0) {
    const length = steps(pace, warmup);
    if (step < length) return { rate: rate * (start_factor + ((1 - start_factor) * step) / length), momentum: null };
    return { rate: afterWarmUp(schedule, rate, step - length, { ...pace, run: Math.max(0, pace.run - length) }), momentum: null };
  }
  return { rate: afterWarmUp(schedule, rate, step, pace), momentum: null };
}

function afterWarmUp(
  { type, step_size, milestones = [], gamma = 0.1, T_max, eta_min = 0, total, power = 1 }: ScheduleSpec,
  rate: number,
  step: number,
  pace: Pace,
): number {
  switch (type) {
    case "step":
      return rate * gamma ** Math.floor(step / steps(pace, step_size));
    case "multi_step":
      return rate * gamma ** milestones.filter((epochs) => Math.round(epochs * pace.epoch) <= step).length;
    case "exponential":
      return rate * gamma ** (step / Math.max(1, pace.epoch));
    case "cosine":
      return eta_min + ((rate - eta_min) * (1 + Math.cos(Math.PI * Math.min(1, step / steps(pace, T_max))))) / 2;
    case "polynomial":
      return rate * (1 - Math.min(1, step / steps(pace, total))) ** power;
    default:
      return rate;
  }
}

function oneCycle(schedule: ScheduleSpec, rate: number, step: number, pace: Pace): Now {
  const { pct_start = 0.3, div_factor = 25, final_div_factor = 1e4, base_momentum = 0.85, max_momentum = 0.95 } = schedule;
  const total = steps(pace, schedule.total);
  // The step a phase ends at, the divisor of the rate there, and the momentum there.
  const up = [pct_start * total - 1, 1, base_momentum] as const;
  const back = [2 * pct_start * total - 2, div_factor, max_momentum] as const;
  const last = [total - 1, div_factor * final_div_factor, max_momentum] as const;
  const phases = schedule.three_phase ? [up, back, last] : [up, last];
  let begin: readonly [number, number, number] = [0, div_factor, max_momentum];
  const end =
    phases.find((phase, i) => {
      const within = step <= phase[0] || i + 1 === phases.length;
      if (!within) begin = phase;
      return within;
    }) ?? last;
  const length = end[0] - begin[0];
  const part = length > 0 ? Math.min(1, (step - begin[0]) / length) : 1;
  const between = (from: number, to: number): number =>
    schedule.anneal_strategy === "linear" ? from + (to - from) * part : to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part));
  return { rate: between(rate / begin[1], rate / end[1]), momentum: schedule.cycle_momentum === false ? null : between(begin[2], end[2]) };
}

/** The rate at so many places of a run, first and last step among them, each with its part of the run. */
export function rateCurve(schedule: ScheduleSpec, rate: number, epochs: number, stepsOfEpoch: number, places = 160): [number, number][] {
  const run = Math.max(1, Math.round(epochs * stepsOfEpoch));
  const count = Math.min(places, run + 1);
  return Array.from({ length: count }, (_, i): [number, number] => {
    const part = i / Math.max(1, count - 1);
    return [part, scheduled(schedule, rate, Math.min(run - 1, Math.round(part * run)), { epoch: stepsOfEpoch, run }).rate];
  });
}
