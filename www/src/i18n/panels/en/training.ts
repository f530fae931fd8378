import type { Formats } from "../../../lib/format.ts";
import type { TrainingTexts } from "../training.ts";

export const training = (f: Formats): TrainingTexts => ({
  curve: (from, highest, to, epochs) => `Learning rate over ${f.whole(epochs)} ${f.plural(epochs, { one: "epoch", other: "epochs" })}: from ${from}, at most ${highest}, to ${to}.`,
  epochs: (count) => `${f.whole(count)} ${f.plural(count, { one: "epoch", other: "epochs" })}`,
  schedule: "Details of the schedule",
  augmentation: "Augmentation",
  gradients: "Gradients and decay",
  off: "off",
  inUse: "on",
  parts: { elastic: "Elastic deformation", erase: "Random erasing" },
  fields: {
    warmup: "Warm-up", start_factor: "Share it begins with", step_size: "Falls every", gamma: "By a factor of", milestones: "Falls at epochs", T_max: "Length", eta_min: "Falls to", total: "Length", power: "Power",
    pct_start: "Share of the way up", anneal_strategy: "Shape", div_factor: "Begins divided by", final_div_factor: "Then divided by", three_phase: "In three phases", cycle_momentum: "Momentum goes the other way",
    base_momentum: "Least momentum", max_momentum: "Largest momentum",
    shift: "Shift, pixels", rotation_degrees: "Rotation, degrees", scale: "Scale, ±", alpha: "Strength, pixels", sigma: "Smoothness, pixels", probability: "How often", smallest: "Least area", largest: "Largest area", aspect: "Least aspect ratio", fill: "Filled with",
    clip_grad_norm: "Largest norm", decay: "What decays",
  },
  words: { cos: "cosine", linear: "line", noise: "noise", background: "background", all: "everything", weights: "weights only" },
  spans: "Spans are in epochs; fractions are possible.",
  unlimited: "none",
  wholeRun: "run",
});
