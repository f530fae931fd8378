/** The training settings a person can edit, and their place in a specification. */

import type { AugmentationSpec, Init, OptimizerSpec, OptimizerType, ScheduleSpec, ScheduleType, Spec } from "../engine/protocol.ts";
import { LIVE as LIVE_SETTINGS } from "../lib/live-changes.ts";

/** The engine's schedules, and the one of them that is mostly begun with a warm-up. */
export type ScheduleChoice = ScheduleType | "warmup_cosine";
export type Decay = NonNullable<OptimizerSpec["decay"]>;

export interface Settings {
  optimizer: OptimizerType;
  learning_rate: number;
  momentum: number;
  weight_decay: number;
  batch_size: number;
  epochs: number;
  seed: number;
  init: Init;
  schedule: ScheduleSpec;
  augmentation: AugmentationSpec;
  clip_grad_norm: number | null;
  decay: Decay;
}

export type NumberSetting = Exclude<keyof Settings, "init" | "schedule" | "optimizer" | "augmentation" | "clip_grad_norm" | "decay">;

/** What is allowed, both ends included. `step` is what an arrow key or a spinner changes, for whole numbers. */
export const RANGES: { [K in NumberSetting]: { least: number; most: number; whole: boolean } } = {
  learning_rate: { least: 0, most: 10, whole: false },
  momentum: { least: 0, most: 0.999, whole: false },
  weight_decay: { least: 0, most: 1, whole: false },
  batch_size: { least: 1, most: 1024, whole: true },
  epochs: { least: 1, most: 100, whole: true },
  seed: { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true },
};

/** These reach a run that is under way; the others need a fresh start. */
export const LIVE = LIVE_SETTINGS satisfies readonly NumberSetting[];

export function isAllowed(setting: NumberSetting, value: number): boolean {
  const { least, most, whole } = RANGES[setting];
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

type LiveSettings = Pick<Settings, (typeof LIVE)[number]>;

/** The engine's defaults (`src/optim`). The momentum of those that have none is what the field begins with when another is chosen. */
const DEFAULTS: { [O in OptimizerType]: LiveSettings } = {
  sgd: { learning_rate: 0.02, momentum: 0.9, weight_decay: 0 },
  adam: { learning_rate: 0.001, momentum: 0, weight_decay: 0 },
  adamw: { learning_rate: 0.001, momentum: 0, weight_decay: 0.01 },
  rmsprop: { learning_rate: 0.01, momentum: 0, weight_decay: 0 },
};

/** Whether the momentum is a number of its own: Adam's are its betas, and one cycle moves it. */
export function hasMomentum({ optimizer, schedule }: Settings): boolean {
  return optimizer === "rmsprop" || (optimizer === "sgd" && (schedule.type !== "one_cycle" || schedule.cycle_momentum === false));
}

/** What choosing an optimizer changes: rates of one are of no use to another. Back to the one in force, its numbers come back. */
export function choosing(optimizer: OptimizerType, applied: Settings, schedule: ScheduleSpec = applied.schedule): Partial<Settings> {
  const { learning_rate, momentum, weight_decay } = optimizer === applied.optimizer ? applied : DEFAULTS[optimizer];
  // PyTorch's default rate makes first steps of RMSprop that are too large for networks of this size.
  const rate = optimizer === "rmsprop" && optimizer !== applied.optimizer ? 0.001 : learning_rate;
  return {
    optimizer,
    learning_rate: rate,
    momentum,
    weight_decay,
    ...(optimizer === "rmsprop" && schedule.type === "one_cycle" && { schedule: { ...schedule, cycle_momentum: false } }),
  };
}

export function choiceOf({ type = "constant", warmup = 0 }: ScheduleSpec): ScheduleChoice {
  return type === "cosine" && warmup > 0 ? "warmup_cosine" : type;
}

/** A schedule as it begins when it is chosen. Back to the one in force, its fields come back. */
export function chosenSchedule(choice: ScheduleChoice, { optimizer, epochs }: Settings, applied: ScheduleSpec): ScheduleSpec {
  if (choiceOf(applied) === choice) return applied;
  const part = (share: number): number => Number((epochs * share).toPrecision(3));
  switch (choice) {
    case "step":
      return { type: "step", step_size: part(1 / 3), gamma: 0.1 };
    case "multi_step":
      return { type: "multi_step", milestones: [part(1 / 2), part(3 / 4)], gamma: 0.1 };
    case "exponential":
      // A hundredth at the end.
      return { type: "exponential", gamma: Number((0.01 ** (1 / epochs)).toPrecision(3)) };
    case "warmup_cosine":
      return { type: "cosine", warmup: part(1 / 10), start_factor: 0.1 };
    case "one_cycle":
      // RMSprop is used without momentum: one that comes and goes would make steps ten times as long.
      return { type: "one_cycle", ...(optimizer === "rmsprop" && { cycle_momentum: false }) };
    case "constant":
    case "cosine":
    case "polynomial":
      return { type: choice };
  }
}

/** The optimizer's defaults stand for what the specification leaves out (`Training::default` in `src/network/spec.rs`). */
export function settingsOf({ training = {} }: Spec): Settings {
  const { optimizer } = training;
  const type = optimizer?.type ?? "sgd";
  return {
    optimizer: type,
    learning_rate: optimizer?.learning_rate ?? DEFAULTS[type].learning_rate,
    momentum: optimizer?.momentum ?? DEFAULTS[type].momentum,
    weight_decay: optimizer?.weight_decay ?? DEFAULTS[type].weight_decay,
    batch_size: training.batch_size ?? 64,
    epochs: training.epochs ?? 1,
    seed: training.seed ?? 1,
    init: training.init ?? "pytorch",
    schedule: training.schedule ?? { type: "constant" },
    augmentation: training.augmentation ?? {},
    clip_grad_norm: optimizer?.clip_grad_norm ?? null,
    decay: optimizer?.decay ?? "all",
  };
}

export function withSettings(spec: Spec, settings: Settings): Spec {
  const { batch_size, epochs, seed, init, schedule, augmentation } = settings;
  const { augmentation: _, ...own } = spec.training ?? {};
  const optimizer = optimizerFor(settings, own.optimizer);
  return {
    ...spec,
    training: {
      ...own,
      batch_size,
      epochs,
      seed,
      init,
      optimizer,
      schedule,
      ...(Object.keys(augmentation).length > 0 && { augmentation }),
    },
  };
}

/** Fields of another type of optimizer stay behind. */
function optimizerFor(settings: Settings, own: OptimizerSpec = {}): OptimizerSpec {
  const { optimizer: type, learning_rate, momentum, weight_decay, clip_grad_norm, decay } = settings;
  const { clip_grad_norm: _, decay: __, ...kept } = (own.type ?? "sgd") === type ? own : {};
  const takesMomentum = type === "sgd" || type === "rmsprop";
  return {
    ...kept,
    type,
    learning_rate,
    ...(takesMomentum && { momentum }),
    weight_decay,
    ...(clip_grad_norm !== null && { clip_grad_norm }),
    ...(decay !== "all" && { decay }),
  };
}

const FRESH = [
  "optimizer",
  "batch_size",
  "seed",
  "init",
  "schedule",
  "augmentation",
  "clip_grad_norm",
  "decay",
] as const satisfies readonly (keyof Settings)[];
export type FreshSetting = (typeof FRESH)[number];

/** What a fresh start would change. The number of epochs is not among it: it counts from the next Run. */
export function pending(applied: Settings, edited: Settings): FreshSetting[] {
  return FRESH.filter((setting) => settled(applied[setting]) !== settled(edited[setting]));
}

/** The same text for the same value, in whatever order its fields came. */
function settled(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}

/** 1, 2, 5, 10, 20, 50, ...: the next of these above or below. */
export function nextInDecade(value: number, direction: 1 | -1): number {
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

/** Numbers that were chosen (other than those a network came with) and that another network brings other values of. */
export function changedSettings(before: Settings, edited: Settings, coming: Settings): Partial<Settings> {
  const changed = (Object.keys(RANGES) as NumberSetting[]).filter(
    (setting) => edited[setting] !== before[setting] && coming[setting] !== edited[setting],
  );
  return Object.fromEntries(changed.map((setting) => [setting, edited[setting]]));
}
