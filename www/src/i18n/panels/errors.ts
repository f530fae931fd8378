/** The view of mistakes. */
import type { PanelTexts } from "../panel-texts.ts";

interface ErrorsTexts {
  waiting: string;
  ask: string;
  asking: string;
  summary: (wrong: number, count: number, step: number) => string;
  random: string;
  failed: string;
  matrix: string;
  matrixHint: string;
  label: string;
  said: string;
  show: string;
  shows: { counts: string; shares: string };
  cell: (label: string, said: string, count: number, share: number) => string;
  background: string;
  pixels: string;
  pixelsWaiting: string;
  pixelSummary: (step: number) => string;
  images: (label: number, said: number, count: number) => string;
  more: (left: number) => string;
  none: string;
  choose: string;
  image: (index: number, label: number, said: number, probability: number) => string;
  open: string;
  caption: (label: number, said: number) => string;
  sure: (probability: number) => string;
  worst: string;
  worstHint: string;
  noneWrong: string;
  classes: string;
  top1: string;
  top2: string;
}

export const errorsTexts: PanelTexts<ErrorsTexts> = {
  en: (f) => ({
    waiting: "Mistakes appear here when the network and the test images are there.",
    ask: "Ask again",
    asking: "Asking about every test image…",
    summary: (wrong, count, step) => `${f.whole(wrong)} of ${f.whole(count)} test images wrong at step ${f.whole(step)}.`,
    random: "random weights",
    failed: "The engine could not say.",
    matrix: "Confusion matrix",
    matrixHint: "A line is a label, a column is what the network says. Open a cell to see its images.",
    label: "Label",
    said: "Said",
    show: "Cells show",
    shows: { counts: "counts", shares: "shares of the label" },
    cell: (label, said, count, share) => `Label ${label}, said ${said}: ${f.whole(count)}, ${f.coarsePercent(share)} of the label`,
    background: "bg",
    pixels: "This network says a class of every pixel: the matrix counts pixels (bg is the background). Single images and the most likely classes are there for networks that say one class an image.",
    pixelsWaiting: "The matrix appears with the first evaluation, at the latest at the end of an epoch.",
    pixelSummary: (step) => `Pixels of the evaluation at step ${f.whole(step)}.`,
    images: (label, said, count) => (label === said ? `${f.whole(count)} right: ${label}` : `${f.whole(count)} labelled ${label}, taken for ${said}`),
    more: (left) => `More (${f.whole(left)})`,
    none: "No image is in this cell.",
    choose: "Choose a cell of the matrix to see its images.",
    image: (index, label, said, probability) => `Test image ${f.whole(index)}: label ${label}, said ${said} with ${f.coarsePercent(probability)}`,
    open: "A click on an image shows what happens to it inside the network.",
    caption: (label, said) => `${label} → ${said}`,
    sure: (probability) => f.coarsePercent(probability),
    worst: "Worst mistakes",
    worstHint: "The largest loss first: label → answer, and how sure the network was of it.",
    noneWrong: "Not one image is wrong.",
    classes: "By digit",
    top1: "right",
    top2: "right or second guess",
  }),
  ru: (f) => ({
    waiting: "Ошибки появятся здесь, когда загрузятся сеть и тестовые изображения.",
    ask: "Спросить ещё раз",
    asking: "Спрашиваем о каждом тестовом изображении…",
    summary: (wrong, count, step) => `Ошибок ${f.whole(wrong)} на ${f.whole(count)} тестовых изображений, шаг ${f.whole(step)}.`,
    random: "случайные веса",
    failed: "Движок не смог ответить.",
    matrix: "Матрица ошибок",
    matrixHint: "Строка: метка, столбец: ответ сети. Откройте ячейку, чтобы увидеть её изображения.",
    label: "Метка",
    said: "Ответ",
    show: "В ячейках",
    shows: { counts: "количество", shares: "доля от метки" },
    cell: (label, said, count, share) => `Метка ${label}, ответ ${said}: ${f.whole(count)}, доля от метки ${f.coarsePercent(share)}`,
    background: "фон",
    pixels: "Эта сеть определяет класс каждого пикселя, и матрица считает пиксели. Отдельные изображения и вторая догадка есть у сетей, которые дают один ответ на изображение.",
    pixelsWaiting: "Матрица появится с первой проверкой, не позже конца эпохи.",
    pixelSummary: (step) => `Пиксели проверки на шаге ${f.whole(step)}.`,
    images: (label, said, count) => (label === said ? `Верных ${f.whole(count)}: ${label}` : `Метка ${label}, ответ ${said}: ${f.whole(count)}`),
    more: (left) => `Ещё (${f.whole(left)})`,
    none: "В этой ячейке нет изображений.",
    choose: "Выберите ячейку матрицы, чтобы увидеть её изображения.",
    image: (index, label, said, probability) => `Тестовое изображение ${f.whole(index)}: метка ${label}, ответ ${said}, уверенность ${f.coarsePercent(probability)}`,
    open: "Щелчок по изображению показывает, что происходит с ним внутри сети.",
    caption: (label, said) => `${label} → ${said}`,
    sure: (probability) => f.coarsePercent(probability),
    worst: "Худшие ошибки",
    worstHint: "Сначала самые большие потери: метка → ответ и насколько сеть была в нём уверена.",
    noneWrong: "Ни одной ошибки.",
    classes: "По цифрам",
    top1: "верно",
    top2: "верно или вторая догадка",
  }),
};
