/** Texts of what a schedule, an augmentation and the handling of gradients are made of. */
import type { Part } from "../../lib/training-fields.ts";
import type { PanelTexts } from "../panel-texts.ts";

export interface TrainingTexts {
  curve: (from: string, highest: string, to: string, epochs: number) => string;
  epochs: (count: number) => string;
  schedule: string;
  augmentation: string;
  gradients: string;
  off: string;
  inUse: string;
  parts: { [P in Part]: string };
  fields: { readonly [name: string]: string };
  words: { readonly [word: string]: string };
  spans: string;
  unlimited: string;
  wholeRun: string;
}

export const trainingTexts: PanelTexts<TrainingTexts> = {
  en: (f) => ({
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
  }),
  ru: (f) => ({
    curve: (from, highest, to, epochs) =>
      `Скорость обучения за ${f.whole(epochs)} ${f.plural(epochs, { one: "эпоху", few: "эпохи", many: "эпох", other: "эпохи" })}: сначала ${from}, наибольшая ${highest}, в конце ${to}.`,
    epochs: (count) => `${f.whole(count)} ${f.plural(count, { one: "эпоха", few: "эпохи", many: "эпох", other: "эпохи" })}`,
    schedule: "Подробности расписания",
    augmentation: "Аугментация",
    gradients: "Градиенты и затухание",
    off: "нет",
    inUse: "есть",
    parts: { elastic: "Упругая деформация", erase: "Случайное стирание" },
    fields: {
      warmup: "Разогрев", start_factor: "Начальная доля", step_size: "Падает каждые", gamma: "Множитель", milestones: "Падает в эпохи", T_max: "Длительность", eta_min: "Спадает до", total: "Длительность", power: "Степень",
      pct_start: "Доля подъёма", anneal_strategy: "Форма", div_factor: "Делитель в начале", final_div_factor: "Ещё делитель в конце", three_phase: "В три фазы", cycle_momentum: "Момент идёт навстречу",
      base_momentum: "Наименьший момент", max_momentum: "Наибольший момент",
      shift: "Сдвиг, пикселей", rotation_degrees: "Поворот, градусов", scale: "Масштаб, ±", alpha: "Сила, пикселей", sigma: "Плавность, пикселей", probability: "Как часто", smallest: "Наименьшая площадь", largest: "Наибольшая площадь", aspect: "Наименьшее отношение сторон", fill: "Чем заполнять",
      clip_grad_norm: "Наибольшая норма", decay: "Что затухает",
    },
    words: { cos: "косинус", linear: "прямая", noise: "шум", background: "фон", all: "всё", weights: "только веса" },
    spans: "Промежутки в эпохах, можно дробных.",
    unlimited: "нет",
    wholeRun: "запуск",
  }),
};
