import type { Formats } from "../../../lib/format.ts";
import type { TrainingTexts } from "../training.ts";

export const training = (f: Formats): TrainingTexts => ({
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
});
