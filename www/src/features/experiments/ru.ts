import type { Formats } from "../../lib/format.ts";
import { faultText } from "./fault-text.ts";
import type { ExperimentsTexts } from "./texts.ts";

export default (f: Formats): ExperimentsTexts => {
  const rules = new Intl.PluralRules("ru");
  const plural = (count: number, one: string, few: string, many: string): string => {
    const rule = rules.select(count);
    return rule === "one" ? one : rule === "few" ? few : many;
  };
  return {
    intro:
      "Какая сеть лучше при равных затратах? Каждый опыт обучает несколько сетей прямо здесь, по нескольку раз с разных случайных весов, и говорит, насколько они расходятся и сколько в этом случайности.",
    own: "Свой опыт",
    openFile: "Открыть файл…",
    schema: "Это файл JSON без кода: исходная сеть, варианты в виде JSON Patch, бюджет, зёрна. Сохраните один из опытов и измените его.",
    back: "Все опыты",
    source: "Источник",
    size: (variants, seeds, steps) =>
      `${f.whole(variants)} ${plural(variants, "сеть", "сети", "сетей")}, ${f.whole(seeds)} ${plural(seeds, "зерно", "зерна", "зёрен")}, шагов в каждом запуске: ${f.whole(steps)}`,
    measures: {
      test_top1: "точность на проверке",
      test_loss: "потери на проверке",
      test_mean_iou: "средний IoU на проверке",
      train_top1: "точность на обучении",
      train_loss: "потери на обучении",
      images_per_second: "изображений в секунду",
    },
    start: "Начать",
    goOn: "Продолжить",
    pause: "Пауза",
    resume: "Дальше",
    stop: "Остановить",
    atOnce: "Запусков сразу",
    atOnceChoice: (workers) => f.whole(workers),
    cores: (cores) => `Ядер в этом компьютере: ${f.whole(cores)}. Каждый запуск занимает одно.`,
    pauseRun: "На это время приостановить обучение в мастерской",
    progress: (done, all, left) => `Запусков: ${f.whole(done)} из ${f.whole(all)}${left ? `, осталось ${left}` : ""}`,
    phases: { ready: "Не начат", running: "Идёт обучение", paused: "Пауза", stopped: "Остановлен", done: "Закончен" },
    variant: "Сеть",
    runs: "Запуски",
    toBaseline: "к исходной",
    baseline: "исходная",
    noRuns: "запусков ещё нет",
    failedRuns: (failed) => `не удалось: ${f.whole(failed)}`,
    again: (name, seed) => `Ещё раз: ${name}, зерно ${seed}`,
    failure: (name, seed, reason) => `${name}, зерно ${seed}, не обучена: ${reason}`,
    open: (name, seed, value) => `${name}, зерно ${seed}: ${value}. Открыть в мастерской`,
    openHint: "Каждая точка — запуск. Он открывается в мастерской.",
    curves: (measure) => `По шагам: ${measure}`,
    heatMap: (measure) => `Среднее по запускам: ${measure}`,
    stepAxis: "шаг",
    noise: (deviation) => `Запуски одной сети расходятся на ± ${deviation} (стандартное отклонение): столько даёт случай.`,
    points: "п. п.",
    verdict: {
      seen: (better, worse, difference, interval, runs) =>
        `Видно: «${better}» лучше, чем «${worse}», на ${difference} (95-процентный интервал ${interval}, запусков каждой: ${f.whole(runs)}).`,
      opposite: (better, worse, difference, interval, runs) =>
        `Не видно, наоборот: «${better}» против «${worse}» — ${difference} (95-процентный интервал ${interval}, запусков каждой: ${f.whole(runs)}).`,
      open: (better, worse, difference, runs) =>
        `Не показано: «${better}» против «${worse}» — ${difference}, запусков каждой: ${f.whole(runs)}. Столько может дать и случай.`,
      waiting: (better, worse) => `Лучше ли «${better}», чем «${worse}»? Чтобы сказать, нужно по три запуска каждой.`,
    },
    single: (name, mean, deviation, runs) => `${name}: ${mean} ± ${deviation}, запусков: ${f.whole(runs)}.`,
    interval: "Полоса — 95-процентный интервал среднего (бутстрэп по процентилям), высокая черта — среднее.",
    save: "Сохранить",
    trainedHere: "Обучено в этой вкладке, на процессоре.",
    faulty: "Этот файл — не опыт, который можно запустить.",
    fault: faultText({
      at: (path) => (path === "" ? "На верхнем уровне" : `В ${path}`),
      not_json: (reason) => `Это не JSON: ${reason}.`,
      version: (found) => `Его версия ${found}; эта страница читает версию 1.`,
      wrong_type: (at, allowed) => `${at}: нужен тип ${allowed}.`,
      unknown_key: (at, key, allowed) => `${at}: ключа «${key}» не бывает. Допустимы: ${allowed}.`,
      missing_key: (at, key) => `${at}: не хватает ключа «${key}».`,
      one_of_keys: (at, keys) => `${at}: нужен ровно один ключ из ${keys}.`,
      not_one_of: (at, allowed) => `${at}: допустимо ${allowed}.`,
      pattern: (at, pattern) => `${at}: должно подходить под ${pattern}.`,
      least: (at, value) => `${at}: не меньше ${value}.`,
      most: (at, value) => `${at}: не больше ${value}.`,
      repeated: (at, value) => `${at}: ${value} встречается дважды.`,
      unknown_preset: (at, preset, allowed) => `${at}: заготовки «${preset}» нет. Есть: ${allowed}.`,
      unknown_variant: (at, variant, allowed) => `${at}: варианта «${variant}» нет. Есть: ${allowed}.`,
      unmeasured: (at, measure, allowed) => `${at}: ${measure} не измеряется; измеряется ${allowed}.`,
      patch_failed: (at, op, target, why) =>
        `${at}: «${op}» для ${target} не выполняется. ${why === "missing" ? "Такого места в сети нет." : why === "test" ? "Там другое значение." : "Операция недопустима."}`,
      too_many_runs: (runs, most) => `В нём запусков: ${runs}; выполняется не больше ${most}.`,
    }),
  };
};
