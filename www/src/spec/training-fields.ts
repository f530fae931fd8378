/** The fields of schedules, augmentations and of what is done to gradients, with what may stand in each (`src/optim`, `src/data/augment`). Pure. */
import type { AugmentationSpec, ScheduleType } from "../engine/protocol.ts";
import type { Field } from "./fields.ts";

type Fields = readonly (readonly [string, Field])[];

const LONGEST = 1e6;
const number = (least: number, most: number, otherwise?: number): Field => ({
  type: "number",
  least,
  most,
  ...(otherwise !== undefined && { default: otherwise }),
});
const needed = (field: Field): Field => ({ ...field, required: true });
const SPAN = number(1e-6, LONGEST);
const WARM_UP: Fields = [
  ["warmup", number(0, LONGEST, 0)],
  ["start_factor", number(0, 1, 1 / 3)],
];

export const SCHEDULE_FIELDS: { [T in ScheduleType]: Fields } = {
  constant: WARM_UP,
  step: [["step_size", needed(SPAN)], ["gamma", number(0, 10, 0.1)], ...WARM_UP],
  multi_step: [["milestones", { type: "numbers", least: 0, most: LONGEST, required: true }], ["gamma", number(0, 10, 0.1)], ...WARM_UP],
  exponential: [["gamma", needed(number(0, 10))], ...WARM_UP],
  cosine: [["T_max", SPAN], ["eta_min", number(0, 1e3, 0)], ...WARM_UP],
  polynomial: [["total", SPAN], ["power", number(0, 100, 1)], ...WARM_UP],
  one_cycle: [
    ["total", SPAN],
    ["pct_start", number(0, 1, 0.3)],
    ["anneal_strategy", { type: "choice", choices: ["cos", "linear"], default: "cos" }],
    ["div_factor", number(1e-3, 1e9, 25)],
    ["final_div_factor", number(1e-3, 1e9, 1e4)],
    ["three_phase", { type: "boolean", default: false }],
    ["cycle_momentum", { type: "boolean", default: true }],
    ["base_momentum", number(0, 0.9999, 0.85)],
    ["max_momentum", number(0, 0.9999, 0.95)],
  ],
};

export const AUGMENTATION_FIELDS: Fields = [
  ["shift", { type: "integer", least: 0, most: 28, default: 0 }],
  ["rotation_degrees", number(0, 45, 0)],
  ["scale", number(0, 0.9, 0)],
];

/** Augmentations with fields of their own. */
export const PARTS = ["elastic", "erase"] as const satisfies readonly (keyof AugmentationSpec)[];
export type Part = (typeof PARTS)[number];

export function partFields(part: Part, { erase }: AugmentationSpec): Fields {
  if (part === "elastic")
    return [
      ["alpha", number(0, 1000, 34)],
      ["sigma", number(0.1, 32, 4)],
    ];
  const { smallest = 0.02, largest = 0.4 } = erase ?? {};
  return [
    ["probability", number(0, 1, 0.5)],
    ["smallest", number(0, largest, 0.02)],
    ["largest", number(smallest, 1, 0.4)],
    ["aspect", number(0.1, 1, 0.3)],
    ["fill", { type: "choice", choices: ["noise", "background"], default: "noise" }],
  ];
}

export const GRADIENT_FIELDS: Fields = [
  ["clip_grad_norm", number(1e-6, 1e6)],
  ["decay", { type: "choice", choices: ["all", "weights"], default: "all" }],
];

/** The same with another value in a field; undefined leaves it to its default. */
export function withField<T extends object>(value: T, name: string, to: unknown): T {
  const { [name as keyof T]: _, ...others } = value;
  return (to === undefined ? others : { ...others, [name]: to }) as T;
}
