/** The training settings a person can edit, and their place in a specification. */
import type { Init, Schedule, Spec } from "../protocol.ts";

export interface Settings {
  learning_rate: number;
  momentum: number;
  weight_decay: number;
  batch_size: number;
  epochs: number;
  seed: number;
  init: Init;
  schedule: Schedule;
}

export type NumberSetting = Exclude<keyof Settings, "init" | "schedule">;

/** What is allowed, both ends included. `step` is what an arrow key or a spinner changes, for whole numbers. */
export const RANGES: { [K in NumberSetting]: { least: number; most: number; whole: boolean } } = {
  learning_rate: { least: 0, most: 10, whole: false },
  momentum: { least: 0, most: 0.999, whole: false },
  weight_decay: { least: 0, most: 1, whole: false },
  batch_size: { least: 1, most: 1024, whole: true },
  epochs: { least: 1, most: 100, whole: true },
  seed: { least: 0, most: 2 ** 32 - 1, whole: true },
};

/** These reach a run that is under way; the others need a fresh start. */
export const LIVE = ["learning_rate", "momentum", "weight_decay"] as const satisfies readonly NumberSetting[];

export function isAllowed(setting: NumberSetting, value: number): boolean {
  const { least, most, whole } = RANGES[setting];
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

/** The engine's own defaults stand for what the specification leaves out (`Training::default` in `src/network/spec.rs`). */
export function settingsOf({ training = {} }: Spec): Settings {
  const { optimizer } = training;
  return {
    learning_rate: optimizer?.learning_rate ?? 0.02,
    momentum: optimizer?.momentum ?? 0.9,
    weight_decay: optimizer?.weight_decay ?? 0,
    batch_size: training.batch_size ?? 64,
    epochs: training.epochs ?? 1,
    seed: training.seed ?? 1,
    init: training.init ?? "pytorch",
    schedule: training.schedule?.type ?? "constant",
  };
}

export function withSettings(spec: Spec, settings: Settings): Spec {
  const { learning_rate, momentum, weight_decay, schedule, ...rest } = settings;
  const optimizer = { ...(spec.training?.optimizer ?? { type: "sgd" as const }), learning_rate, momentum, weight_decay };
  return { ...spec, training: { ...spec.training, ...rest, optimizer, schedule: { type: schedule } } };
}

/** What a fresh start would change. The number of epochs is not among it: it counts from the next Run. */
export function pending(applied: Settings, edited: Settings): (keyof Settings)[] {
  return (["batch_size", "seed", "init", "schedule"] as const).filter((setting) => applied[setting] !== edited[setting]);
}

/** 1, 2, 5, 10, 20, 50, ...: the next of these above or below. */
function nextInDecade(value: number, direction: 1 | -1): number {
  const steps = [1, 2, 5];
  const decade = Math.floor(Math.log10(value) + 1e-9);
  const candidates = [-1, 0, 1].flatMap((offset) => steps.map((step) => Number((step * 10 ** (decade + offset)).toPrecision(3))));
  const beyond = candidates.filter((candidate) => (direction > 0 ? candidate > value * (1 + 1e-9) : candidate < value * (1 - 1e-9)));
  return (direction > 0 ? beyond[0] : beyond.at(-1)) ?? value;
}

/** What an arrow key makes of a value: rates go by 1-2-5, the batch by doubling, the rest by one of their last useful digit. */
export function nudge(setting: NumberSetting, value: number, direction: 1 | -1): number {
  const { least, most } = RANGES[setting];
  const next = (): number => {
    switch (setting) {
      case "learning_rate":
      case "weight_decay":
        return value <= 0 ? (direction > 0 ? 1e-5 : 0) : value <= 1e-5 && direction < 0 ? 0 : nextInDecade(value, direction);
      case "momentum":
        return Number((value + direction * 0.05).toFixed(3));
      case "batch_size":
        return direction > 0 ? value * 2 : Math.floor(value / 2);
      case "epochs":
      case "seed":
        return value + direction;
    }
  };
  return Math.min(most, Math.max(least, next()));
}
