/** What the page `check/` says, in both languages. */

import type { BackendStatus } from "../engine/protocol.ts";
import type { Formats } from "../lib/format.ts";
import type { Language } from "../lib/language.ts";
import type { BackendId, Stage } from "./protocol.ts";

export interface CheckTexts {
  title: string;
  heading: string;
  intro: string;
  back: string;
  language: string;
  theme: string;
  themes: { auto: string; light: string; dark: string };
  network: string;
  batch: string;
  images: (count: number) => string;
  run: string;
  stop: string;
  idle: string;
  stopped: string;
  done: string;
  failed: string;
  stage: (stage: Stage) => string;
  agreement: string;
  backends: { [B in BackendId]: string };
  about: (id: BackendId, status: BackendStatus | null) => string;
  missing: string;
  waiting: string;
  rate: (imagesPerSecond: number) => string;
  pace: (ms: number, samples: number) => string;
  times: (factor: number) => string;
  fromExact: string;
  fromReference: string;
  loss: string;
  logits: string;
  gradients: string;
  reference: string;
  same: string;
  apart: (largest: string, relative: string) => string;
  within: (tensor: string) => string;
  passes: (used: number) => string;
  fails: string;
  tolerance: string;
  layers: string;
  layersIntro: string;
  layer: string;
  forward: string;
  backward: string;
  share: string;
  folded: string;
  sum: string;
  whole: (ms: number) => string;
  sortByTime: (backend: string) => string;
  sortByOrder: string;
  shown: string;
  others: { [name: string]: string };
  ways: string;
  cpuWay: string;
  webgpuWay: string;
  realData: string;
}

const percent = (f: Formats, part: number): string => (part > 0 && part < 0.001 ? `< ${f.coarsePercent(0.001)}` : f.coarsePercent(part));

const en = (f: Formats): CheckTexts => ({
  title: "Receptive: check and profile",
  heading: "One batch on every backend",
  intro:
    "The same images and the same weights go forward and backward through the scalar kernels, which are plain loops and the reference, the SIMD kernels and WebGPU. Do the results agree, how fast is each, and which layer takes the time?",
  back: "To the trainer",
  language: "Language",
  theme: "Colours",
  themes: { auto: "as the system", light: "light", dark: "dark" },
  network: "Network",
  batch: "Batch",
  images: (count) => `${f.whole(count)} images`,
  run: "Run",
  stop: "Stop",
  idle: "Ready. A small network takes some seconds, a deep one minutes.",
  stopped: "Stopped. What was measured before stays.",
  done: "Done.",
  failed: "This did not work:",
  stage: (stage) => {
    switch (stage.at) {
      case "engine":
        return stage.total > 0 ? `Loading the engine: ${f.coarsePercent(stage.loaded / stage.total)}` : "Loading the engine…";
      case "data":
        return stage.total > 0 ? `Loading images: ${f.coarsePercent(stage.loaded / stage.total)}` : "Loading images…";
      case "exact":
        return "Double precision: how far may results be apart?";
      case "opening":
        return `${names.en[stage.backend]}: preparing…`;
      case "comparing":
        return `${names.en[stage.backend]}: computing the batch…`;
      case "speed":
        return `${names.en[stage.backend]}: timing the batch…`;
      case "layers":
        return `${names.en[stage.backend]}: timing kernel call ${f.whole(stage.done + 1)} of ${f.whole(stage.of)}`;
    }
  },
  agreement: "Do they agree?",
  backends: names.en,
  about: (id, status) => {
    if (id === "scalar") return "plain loops, one number at a time";
    if (id === "simd")
      return status?.kernels === "relaxed_simd"
        ? "four numbers at a time, with fused multiply-add where the processor has it"
        : "four numbers at a time";
    if (!status) return "shaders on a graphics card";
    return status.software
      ? `shaders, run by a program and not by a graphics card (${status.adapter ?? "?"}): right, but slow`
      : `shaders on ${status.adapter ?? "a graphics card"}`;
  },
  missing: "Not in this browser:",
  waiting: "not measured yet",
  rate: (rate) => `${rate < 100 ? f.fixed(rate, 1) : f.whole(rate)} images/s`,
  pace: (ms, samples) =>
    `${f.fixed(ms, ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms a batch forward and backward, ${samples > 1 ? `median of ${f.whole(samples)}` : "measured once"}`,
  times: (factor) => `${f.fixed(factor, factor < 10 ? 1 : 0)} × scalar`,
  fromExact: "How far single precision is from double:",
  fromReference: "How far it is from the scalar kernels:",
  loss: "Loss",
  logits: "Logits",
  gradients: "Gradients",
  reference: "The reference for the others",
  same: "no difference",
  apart: (largest, relative) => `at most ${largest}, which is ${relative} of the largest`,
  within: (tensor) => `in ${tensor}`,
  passes: (used) => `Within tolerance, ${percent(f, used)} of it used`,
  fails: "Outside tolerance",
  tolerance:
    "The tolerance is that of the conformance suite, which compares every kernel with PyTorch: 20 times the error of single precision in that tensor (here taken from the same batch in double precision) or 2·10⁻⁶ of its largest number, whichever is more, plus 10⁻⁵ of the number itself. Another order of summation passes; a wrong border or index does not.",
  layers: "Milliseconds in each layer",
  layersIntro: "One batch. Click a backend to sort by its time.",
  layer: "Layer",
  forward: "forward",
  backward: "backward",
  share: "share",
  folded: "computed together with the layer before",
  sum: "Sum",
  whole: (ms) => `the whole batch at once: ${f.fixed(ms, ms < 10 ? 2 : 1)}`,
  sortByTime: (backend) => `Sort by the time on ${backend}`,
  sortByOrder: "Sort in the order of the network",
  shown: "Backend shown",
  others: { input: "images are gathered and normalized", loss: "cross-entropy and its gradient", metrics: "what the curves are made of" },
  ways: "How this is measured",
  cpuWay:
    "On the CPU each kernel call is repeated alone until that takes at least 2 ms, or twenty steps of the browser's clock; shown is the median of up to five such samples, divided by the repetitions.",
  webgpuWay:
    "On WebGPU each kernel call is repeated alone within one submit, for at least 10 ms where it can be; what a submit with a single call takes is taken off. Timestamp queries are not used, since many browsers lack them or make them coarse. Calls that run alone cannot overlap and find other things in the caches, so that their sum is not exactly what the whole batch takes.",
  realData:
    "The images are the first of MNIST's training set; the weights are drawn from the network's seed. What is timed is a training step without the optimizer.",
});

const ru = (f: Formats): CheckTexts => ({
  title: "Receptive: сверка и замер",
  heading: "Один батч на всех вычислителях",
  intro:
    "Одни и те же изображения и веса проходят вперёд и назад через скалярные ядра (простые циклы, они служат эталоном), ядра SIMD и WebGPU. Совпадают ли результаты, насколько быстр каждый и какой слой занимает время?",
  back: "К обучению",
  language: "Язык",
  theme: "Цвета",
  themes: { auto: "как в системе", light: "светлые", dark: "тёмные" },
  network: "Сеть",
  batch: "Батч",
  images: (count) =>
    `${f.whole(count)} ${f.plural(count, { one: "изображение", few: "изображения", many: "изображений", other: "изображения" })}`,
  run: "Пуск",
  stop: "Стоп",
  idle: "Готово к пуску. Маленькой сети нужны секунды, глубокой минуты.",
  stopped: "Остановлено. Всё измеренное осталось.",
  done: "Готово.",
  failed: "Не получилось:",
  stage: (stage) => {
    switch (stage.at) {
      case "engine":
        return stage.total > 0 ? `Загружается движок: ${f.coarsePercent(stage.loaded / stage.total)}` : "Загружается движок…";
      case "data":
        return stage.total > 0 ? `Загружаются изображения: ${f.coarsePercent(stage.loaded / stage.total)}` : "Загружаются изображения…";
      case "exact":
        return "Двойная точность: насколько результаты могут расходиться?";
      case "opening":
        return `${names.ru[stage.backend]}: подготовка…`;
      case "comparing":
        return `${names.ru[stage.backend]}: считается батч…`;
      case "speed":
        return `${names.ru[stage.backend]}: замеряется батч…`;
      case "layers":
        return `${names.ru[stage.backend]}: замеряется вызов ядра ${f.whole(stage.done + 1)} из ${f.whole(stage.of)}`;
    }
  },
  agreement: "Совпадают ли результаты?",
  backends: names.ru,
  about: (id, status) => {
    if (id === "scalar") return "простые циклы, по одному числу";
    if (id === "simd")
      return status?.kernels === "relaxed_simd"
        ? "по четыре числа сразу; умножение со сложением слиты, если процессор так умеет"
        : "по четыре числа сразу";
    if (!status) return "шейдеры на видеокарте";
    return status.software
      ? `шейдеры, которые исполняет программа, а не видеокарта (${status.adapter ?? "?"}): верно, но медленно`
      : `шейдеры, адаптер ${status.adapter ?? "без имени"}`;
  },
  missing: "В этом браузере нет:",
  waiting: "ещё не измерено",
  rate: (rate) => `${rate < 100 ? f.fixed(rate, 1) : f.whole(rate)} изобр./с`,
  pace: (ms, samples) =>
    `${f.fixed(ms, ms < 10 ? 2 : ms < 100 ? 1 : 0)} мс на батч вперёд и назад, ${samples > 1 ? `медиана из ${f.whole(samples)}` : "измерено один раз"}`,
  times: (factor) => `${f.fixed(factor, factor < 10 ? 1 : 0)} × скалярные`,
  fromExact: "Насколько одинарная точность далека от двойной:",
  fromReference: "Насколько далеко от скалярных ядер:",
  loss: "Потери",
  logits: "Логиты",
  gradients: "Градиенты",
  reference: "Эталон для остальных",
  same: "разницы нет",
  apart: (largest, relative) => `не более ${largest}, это ${relative} от наибольшего`,
  within: (tensor) => `в ${tensor}`,
  passes: (used) => `В пределах допуска, занято ${percent(f, used)}`,
  fails: "Вне допуска",
  tolerance:
    "Допуск тот же, что в наборе сверки, где каждое ядро сравнивается с PyTorch: 20 ошибок одинарной точности в этом тензоре (здесь она взята из того же батча в двойной точности) или 2·10⁻⁶ от наибольшего числа в нём, что больше, и ещё 10⁻⁵ от самого числа. Другой порядок сложения проходит, неверный край или индекс нет.",
  layers: "Миллисекунды по слоям",
  layersIntro: "Один батч. Нажмите на вычислитель, чтобы упорядочить по его времени.",
  layer: "Слой",
  forward: "вперёд",
  backward: "назад",
  share: "доля",
  folded: "считается вместе с предыдущим слоем",
  sum: "Сумма",
  whole: (ms) => `весь батч сразу: ${f.fixed(ms, ms < 10 ? 2 : 1)}`,
  sortByTime: (backend) => `Упорядочить по времени: ${backend}`,
  sortByOrder: "Упорядочить как в сети",
  shown: "Какой вычислитель показан",
  others: {
    input: "изображения собираются и нормируются",
    loss: "перекрёстная энтропия и её градиент",
    metrics: "из чего строятся кривые",
  },
  ways: "Как это измерено",
  cpuWay:
    "На процессоре каждый вызов ядра повторяется отдельно, пока это не займёт хотя бы 2 мс или двадцать шагов часов браузера; показана медиана не более чем пяти таких замеров, делённая на число повторов.",
  webgpuWay:
    "В WebGPU каждый вызов ядра повторяется отдельно внутри одной отправки, по возможности не меньше 10 мс; время отправки с единственным вызовом вычитается. Запросы меток времени не используются: во многих браузерах их нет или они грубы. Вызовы по одному не перекрываются и застают другое в кешах, поэтому их сумма не в точности равна времени всего батча.",
  realData: "Изображения: первые из обучающего набора MNIST, веса получены из зерна сети. Измеряется шаг обучения без оптимизатора.",
});

const names = {
  en: { scalar: "CPU, scalar", simd: "CPU, SIMD", webgpu: "WebGPU" },
  ru: { scalar: "Процессор, скалярно", simd: "Процессор, SIMD", webgpu: "WebGPU" },
};

export const checkTexts: { [L in Language]: (f: Formats) => CheckTexts } = { en, ru };
