import type { Formats } from "../../lib/format.ts";
import type { ErrorsTexts } from "./texts.ts";

export default (f: Formats): ErrorsTexts => ({
  waiting: "Ошибки появятся здесь, когда загрузятся сеть и тестовые изображения.",
  ask: (step) => (step === null ? "Проверить снова" : `Проверить снова (сейчас шаг ${f.whole(step)})`),
  asking: "Проверяется каждое тестовое изображение…",
  summary: (wrong, count, step) => `Ошибок ${f.whole(wrong)} на ${f.whole(count)} тестовых изображений, шаг ${f.whole(step)}.`,
  random: "случайные веса",
  failed: "Движок не смог ответить.",
  matrix: "Матрица ошибок",
  matrixHint: "Строки: верный класс. Столбцы: ответ сети. Откройте ячейку, чтобы увидеть её изображения.",
  label: "Метка",
  said: "Ответ",
  show: "В ячейках",
  shows: { counts: "количество", shares: "доля в строке" },
  cell: (label, said, count, share) => `Метка ${label}, ответ ${said}: ${f.whole(count)}, доля в строке ${f.coarsePercent(share)}`,
  background: "фон",
  pixels:
    "Эта сеть определяет класс каждого пикселя, и матрица считает пиксели. Отдельные изображения и вторая догадка есть у сетей, которые дают один ответ на изображение.",
  pixelsWaiting: "Матрица появится с первой проверкой, не позже конца эпохи.",
  pixelSummary: (step) => `Пиксели проверки на шаге ${f.whole(step)}.`,
  images: (label, said, count) =>
    label === said ? `Верных ${f.whole(count)}: ${label}` : `Метка ${label}, ответ ${said}: ${f.whole(count)}`,
  more: (left) => `Ещё (${f.whole(left)})`,
  none: "В этой ячейке нет изображений.",
  choose: "Выберите ячейку матрицы, чтобы увидеть её изображения.",
  image: (index, label, said, probability) =>
    `Тестовое изображение ${f.whole(index)}: метка ${label}, ответ ${said}, уверенность ${f.coarsePercent(probability)}`,
  imageWithoutClass: (index, label) => `Тестовое изображение ${f.whole(index)}: метка ${label}, класса нет`,
  noClass: (count) =>
    `Изображений, о которых сеть не называет класса: ${f.whole(count)}. Не всё, что она вычисляет, — конечные числа (NaN). Их нет ни в одной ячейке, и они считаются ошибками.`,
  open: "Щелчок по изображению показывает, что происходит с ним внутри сети.",
  caption: (label, said) => `${label} → ${said}`,
  sure: (said, right, loss) => `${f.coarsePercent(said)}; верной ${f.coarsePercent(right)}; потери ${f.brief(loss)}`,
  worst: "Худшие ошибки",
  worstHint: "Сначала самые большие потери. Под каждой: верный класс → ответ, доля ответа, доля верного класса и потери.",
  noneWrong: "Ни одной ошибки.",
  classes: "По классам",
  top1: "верно",
  top2: "верно с двух попыток",
});
