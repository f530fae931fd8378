import type { Formats } from "../../lib/format.ts";
import type { LesionTexts } from "./texts.ts";

export default (f: Formats): LesionTexts => ({
  source: "Источник: Veit, Wilber, Belongie 2016, разделы 4.1 и 4.2.",
  asking: "Составляется список частей сети…",
  failed: "Движок не смог ответить.",
  again: "Повторить",
  noImages: "Проверка идёт на тестовых изображениях, а они ещё не загружены.",
  untrained: "У этой сети случайные веса. Сначала обучите её: только тогда видно, чего стоит каждая часть.",
  kinds: {
    residual: (count) => `Остаточные блоки (${f.whole(count)})`,
    branch: (count) => `Ветви (${f.whole(count)})`,
    skip: (count) => `Длинные перемычки (${f.whole(count)})`,
    layer: (count) => `Слои (${f.whole(count)})`,
  },
  kindChoice: "Части",
  part: ({ kind, name, number }) => (kind === "branch" ? `${name}, ветвь ${f.whole(number)}` : name),
  detail: ({ kind, op, identity, shape }) => {
    const size = f.shape(shape);
    if (kind === "residual") return identity ? `${size}, остаётся обходной путь` : `${size}, остаётся обходной путь, который меняет форму`;
    if (kind === "layer") return `${op}, ${size}`;
    return `${size}, становится нулём`;
  },
  anew: "Оценить статистики батч-нормализации заново",
  anewHint: "По десяти обучающим батчам, без удалённых частей. Так видно, какая доля потери только от этого.",
  each: "Каждую по очереди",
  random: "k случайных",
  stop: "Остановить",
  mend: "Вернуть всё",
  measure: "Измерить",
  busy: { switch: "Измеряется", each: "Измеряется каждая по очереди", random: "Измеряются случайные наборы" },
  progress: (done, of) => `${f.whole(done)} из ${f.whole(of)} изображений`,
  batches: (done, of) => `статистики: батч ${f.whole(done)} из ${f.whole(of)}`,
  moved: "Во время измерения обучение продолжилось, поэтому измерение остановлено. Поставьте обучение на паузу и измерьте снова.",
  pauses: "На время измерения обучение встаёт на паузу, а потом продолжается.",
  of: (step) => `Веса шага ${f.whole(step)}.`,
  intact: (value) => `Целая сеть: ${value}`,
  without: (names, value, change) => `${names ? `Без ${names}` : "Целая, статистики заново"}: ${value} (${change})`,
  onImages: (images, all) =>
    all ? `на всех тестовых изображениях (${f.whole(images)})` : `на первых тестовых изображениях (${f.whole(images)})`,
  nothingCut: "Отключите часть, чтобы увидеть, как сеть отвечает без неё.",
  measureName: (pixels) => (pixels ? "Средний IoU" : "Точность"),
  columns: { out: "Нет", part: "Часть", drop: "Чего она стоит", stored: "Без неё", anew: "Статистики заново", change: "Изменение" },
  leaveOut: (name) => `Убрать ${name}`,
  points: (number) => `${number} п. п.`,
  notMeasured: "ещё не измерено",
  most: (name, change, median) => `Дороже всего ${name}: без этой части ${change}. Медиана по этим частям: ${median}.`,
  onlyStatistics: (stored, anew) => `Если оценить статистики заново, медиана меняется с ${stored} на ${anew}.`,
  curve: (kind) =>
    ({
      residual: "Остаточные блоки, убранные случайно",
      branch: "Ветви, убранные случайно",
      skip: "Длинные перемычки, убранные случайно",
      layer: "Слои, убранные случайно",
    })[kind],
  curveHint: (images) => `Точка — один из пяти наборов, линия — их среднее; на первых ${f.whole(images)} тестовых изображениях.`,
  left: "Убрано",
  mean: "Среднее",
  spread: "От меньшего до большего",
  save: "Сохранить CSV",
});
