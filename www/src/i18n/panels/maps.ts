/** The view of maps: a layer, one unit, one number. */
import type { PanelTexts } from "../panel-texts.ts";
import type { ScaleChoice } from "../../lib/look/stack.ts";

export type Tab = "activations" | "gradients" | "weights";

interface MapsTexts {
  waiting: string;
  node: string;
  image: string;
  previous: string;
  next: string;
  random: string;
  randomLong: string;
  tabList: string;
  tabs: { [T in Tab]: string };
  scale: string;
  scales: { [S in ScaleChoice]: string };
  legend: string;
  eachOwn: string;
  eachTensor: string;
  gridLabel: (node: string, count: number, size: string) => string;
  gridKeys: string;
  matrixKeys: string;
  mapPoint: (map: number, least: string, largest: string) => string;
  featurePoint: (feature: number, value: string) => string;
  kernelPoint: (output: number, input: number | null, least: string, largest: string) => string;
  matrixPoint: (row: number, column: number, value: string) => string;
  inputs: string;
  allInputs: string;
  meanInputs: string;
  oneInput: (channel: number) => string;
  noWeights: string;
  gradientOf: (label: number) => string;
  lookedAt: (index: number, label: number) => string;
  lookedAtDrawing: string;
  atStep: (step: number) => string;
  failed: string;
  spread: (count: number, mean: string, deviation: string, zeros: number) => string;
  from: (least: string, largest: string) => string;
  activations: string;
  gradients: string;
  depths: string;
  layer: string;
  unit: string;
  featureTitle: (node: string, feature: number) => string;
  channel: (channel: number, count: number) => string;
  previousChannel: string;
  nextChannel: string;
  unitLabel: (node: string, channel: number, rows: number, columns: number) => string;
  unitKeys: string;
  featureKeys: string;
  value: string;
  gradient: string;
  place: (row: number, column: number) => string;
  field: string;
  fieldImage: string;
  fieldGradient: string;
  theoretical: (size: string, rows: string, columns: string) => string;
  wholeField: string;
  effective: (touched: number, half: number, most: number) => string;
  noField: string;
  number: string;
  compute: string;
  noArithmetic: string;
  noRule: (op: string) => string;
  waitingForOne: string;
  patch: (input: string, channel: number) => string;
  feature: (feature: number) => string;
  features: (input: string, first: number, last: number) => string;
  kernel: string;
  codes: string;
  part: (part: number, count: number) => string;
  previousPart: string;
  nextPart: string;
  parts: string;
  padding: string;
  running: string;
  sum: string;
  bias: string;
  divisor: string;
  maximum: string;
  recomputed: string;
  engine: string;
  agrees: string;
  differs: string;
  stepBack: string;
  stepOn: string;
  play: string;
  pause: string;
  steps: string;
  term: (term: number, count: number) => string;
  copied: (input: string, place: string) => string;
  zeroPadded: string;
  goTo: (input: string) => string;
  goesIn: string;
}

export const mapsTexts: PanelTexts<MapsTexts> = {
  en: (f) => ({
    waiting: "Maps appear here when the network and the first test images are there.",
    node: "Layer",
    image: "the image",
    previous: "Previous layer",
    next: "Next layer",
    random: "random weights",
    randomLong: "The network has not been trained yet: its weights are random.",
    tabList: "What is drawn",
    tabs: { activations: "Activations", gradients: "Gradients", weights: "Filters" },
    scale: "Colours",
    scales: { local: "of each map", layer: "of the layer", global: "of the network" },
    legend: "What the colours stand for",
    eachOwn: "the largest of each map",
    eachTensor: "the largest of each tensor",
    gridLabel: (node, count, size) => `${node}: ${f.whole(count)} ${f.plural(count, { one: "map", other: "maps" })} of ${size}`,
    gridKeys: "Arrow keys move between maps; Enter or a click opens one.",
    matrixKeys: "Point at a weight to read it.",
    mapPoint: (map, least, largest) => `Map ${f.whole(map)}: from ${least} to ${largest}`,
    featurePoint: (feature, value) => `Feature ${f.whole(feature)}: ${value}`,
    kernelPoint: (output, input, least, largest) => `Kernel of output ${f.whole(output)}${input === null ? "" : `, input ${f.whole(input)}`}: from ${least} to ${largest}`,
    matrixPoint: (row, column, value) => `Output ${f.whole(row)}, input ${f.whole(column)}: ${value}`,
    inputs: "Input channels",
    allInputs: "all, one line an output",
    meanInputs: "their mean",
    oneInput: (channel) => `only ${f.whole(channel)}`,
    noWeights: "This layer has no weights: it does the same to every image, trained or not.",
    gradientOf: (label) => `How the loss would change with each value, if the image is a ${label}.`,
    lookedAt: (index, label) => `Test image ${f.whole(index)}, labelled ${label}`,
    lookedAtDrawing: "The digit in the pad",
    atStep: (step) => `at step ${f.whole(step)}`,
    failed: "The engine could not say.",
    spread: (count, mean, deviation, zeros) => `${f.whole(count)} ${f.plural(count, { one: "value", other: "values" })}, mean ${mean}, standard deviation ${deviation}, ${f.coarsePercent(zeros)} exactly 0`,
    from: (least, largest) => `from ${least} to ${largest}`,
    activations: "Activations",
    gradients: "Gradients",
    depths: "Depth",
    layer: "All maps",
    unit: "One map",
    featureTitle: (node, feature) => `${node}, feature ${f.whole(feature)}`,
    channel: (channel, count) => `Map ${f.whole(channel)} (of ${f.whole(count)}, counted from 0)`,
    previousChannel: "Previous map",
    nextChannel: "Next map",
    unitLabel: (node, channel, rows, columns) => `${node}, map ${f.whole(channel)}, ${f.whole(rows)} rows by ${f.whole(columns)} columns`,
    unitKeys: "Arrow keys move to another value, [ and ] to another map; Enter shows how the value comes to be.",
    featureKeys: "[ and ], or the arrow keys, move to another feature; Enter shows how the value comes to be.",
    value: "Value",
    gradient: "Gradient",
    place: (row, column) => `row ${f.whole(row)}, column ${f.whole(column)}`,
    field: "Receptive field",
    fieldImage: "What it can see",
    fieldGradient: "What it looks at",
    theoretical: (size, rows, columns) => `It can depend on ${size} pixels: rows ${rows}, columns ${columns}.`,
    wholeField: "It can depend on every pixel.",
    effective: (touched, half, most) => `Now it depends on ${f.whole(touched)} of them. Half of the gradient lies on ${f.whole(half)} ${f.plural(half, { one: "pixel", other: "pixels" })}, nine tenths on ${f.whole(most)}.`,
    noField: "No change of a single pixel would change this value now: the gradient is 0 everywhere.",
    number: "One number",
    compute: "How the value comes to be",
    noArithmetic: "This is the image itself: nothing was computed.",
    noRule: (op) => `There is no step-by-step view of ${op}; here is what goes in and what comes out.`,
    waitingForOne: "Waiting for numbers of one and the same step…",
    patch: (input, channel) => `${input}, map ${f.whole(channel)}`,
    feature: (feature) => `feature ${f.whole(feature)}`,
    features: (input, first, last) => `${input}, features ${f.whole(first)} to ${f.whole(last)}`,
    kernel: "Weights",
    codes: "Code",
    part: (part, count) => `Part ${f.whole(part)} of ${f.whole(count)}`,
    previousPart: "Previous part",
    nextPart: "Next part",
    parts: "What each part adds",
    padding: "padding",
    running: "Sum so far",
    sum: "Sum",
    bias: "Bias",
    divisor: "Divided by",
    maximum: "Largest",
    recomputed: "Recomputed here",
    engine: "The engine's value",
    agrees: "the same, within rounding",
    differs: "not the same",
    stepBack: "Step back",
    stepOn: "Step",
    play: "Play",
    pause: "Pause",
    steps: "Step by step",
    term: (term, count) => `${f.whole(term)} of ${f.whole(count)}`,
    copied: (input, place) => `The same value as ${input} has at ${place}.`,
    zeroPadded: "Here is a border of zeros.",
    goTo: (input) => `Open ${input}`,
    goesIn: "What goes in",
  }),
  ru: (f) => ({
    waiting: "Карты появятся здесь, когда загрузятся сеть и первые тестовые изображения.",
    node: "Слой",
    image: "изображение",
    previous: "Предыдущий слой",
    next: "Следующий слой",
    random: "случайные веса",
    randomLong: "Сеть ещё не обучалась: её веса случайны.",
    tabList: "Что показано",
    tabs: { activations: "Активации", gradients: "Градиенты", weights: "Фильтры" },
    scale: "Шкала цвета",
    scales: { local: "у каждой карты своя", layer: "одна на слой", global: "одна на сеть" },
    legend: "Что значат цвета",
    eachOwn: "наибольшее в карте",
    eachTensor: "наибольшее в тензоре",
    gridLabel: (node, count, size) => `${node}: ${f.whole(count)} ${f.plural(count, { one: "карта", few: "карты", many: "карт", other: "карты" })} ${size}`,
    gridKeys: "Стрелки переходят от карты к карте; Enter или щелчок открывает карту.",
    matrixKeys: "Наведите указатель на вес, чтобы прочитать его.",
    mapPoint: (map, least, largest) => `Карта ${f.whole(map)}: от ${least} до ${largest}`,
    featurePoint: (feature, value) => `Признак ${f.whole(feature)}: ${value}`,
    kernelPoint: (output, input, least, largest) => `Ядро выхода ${f.whole(output)}${input === null ? "" : `, вход ${f.whole(input)}`}: от ${least} до ${largest}`,
    matrixPoint: (row, column, value) => `Выход ${f.whole(row)}, вход ${f.whole(column)}: ${value}`,
    inputs: "Входные каналы",
    allInputs: "все, по строке на выход",
    meanInputs: "среднее по ним",
    oneInput: (channel) => `только ${f.whole(channel)}`,
    noWeights: "У этого слоя нет весов: он делает с каждым изображением одно и то же, обучена сеть или нет.",
    gradientOf: (label) => `Как изменятся потери вместе с каждым значением, если на изображении ${label}.`,
    lookedAt: (index, label) => `Тестовое изображение ${f.whole(index)}, метка ${label}`,
    lookedAtDrawing: "Цифра из поля для рисования",
    atStep: (step) => `шаг ${f.whole(step)}`,
    failed: "Движок не смог ответить.",
    spread: (count, mean, deviation, zeros) => `${f.whole(count)} ${f.plural(count, { one: "значение", few: "значения", many: "значений", other: "значения" })}, среднее ${mean}, стандартное отклонение ${deviation}, ровно 0: ${f.coarsePercent(zeros)}`,
    from: (least, largest) => `от ${least} до ${largest}`,
    activations: "Активации",
    gradients: "Градиенты",
    depths: "Глубина взгляда",
    layer: "Все карты",
    unit: "Одна карта",
    featureTitle: (node, feature) => `${node}, признак ${f.whole(feature)}`,
    channel: (channel, count) => `Карта ${f.whole(channel)} (всего ${f.whole(count)}, счёт с 0)`,
    previousChannel: "Предыдущая карта",
    nextChannel: "Следующая карта",
    unitLabel: (node, channel, rows, columns) => `${node}, карта ${f.whole(channel)}, строк ${f.whole(rows)}, столбцов ${f.whole(columns)}`,
    unitKeys: "Стрелки переходят к соседнему значению, [ и ] к соседней карте; Enter показывает, как получается значение.",
    featureKeys: "[ и ] или стрелки переходят к соседнему признаку; Enter показывает, как получается значение.",
    value: "Значение",
    gradient: "Градиент",
    place: (row, column) => `строка ${f.whole(row)}, столбец ${f.whole(column)}`,
    field: "Рецептивное поле",
    fieldImage: "Что ему видно",
    fieldGradient: "На что оно смотрит",
    theoretical: (size, rows, columns) => `Может зависеть от ${size} пикселей: строки ${rows}, столбцы ${columns}.`,
    wholeField: "Может зависеть от любого пикселя.",
    effective: (touched, half, most) => `Сейчас зависит от ${f.whole(touched)} из них. Половина градиента приходится на ${f.whole(half)} ${f.plural(half, { one: "пиксель", few: "пикселя", many: "пикселей", other: "пикселя" })}, девять десятых на ${f.whole(most)}.`,
    noField: "Сейчас ни один пиксель не изменит этого значения: градиент всюду равен 0.",
    number: "Одно число",
    compute: "Как получается значение",
    noArithmetic: "Это само изображение: здесь ничего не вычислялось.",
    noRule: (op) => `Для ${op} пошагового разбора нет; вот что входит и что выходит.`,
    waitingForOne: "Ждём чисел одного и того же шага…",
    patch: (input, channel) => `${input}, карта ${f.whole(channel)}`,
    feature: (feature) => `признак ${f.whole(feature)}`,
    features: (input, first, last) => `${input}, признаки с ${f.whole(first)} по ${f.whole(last)}`,
    kernel: "Веса",
    codes: "Код",
    part: (part, count) => `Часть ${f.whole(part)} из ${f.whole(count)}`,
    previousPart: "Предыдущая часть",
    nextPart: "Следующая часть",
    parts: "Сколько даёт каждая часть",
    padding: "дополнение нулями",
    running: "Сумма до сих пор",
    sum: "Сумма",
    bias: "Смещение",
    divisor: "Делится на",
    maximum: "Наибольшее",
    recomputed: "Пересчитано здесь",
    engine: "Значение движка",
    agrees: "совпадает с точностью до округления",
    differs: "не совпадает",
    stepBack: "Шаг назад",
    stepOn: "Шаг",
    play: "Проиграть",
    pause: "Пауза",
    steps: "По шагам",
    term: (term, count) => `${f.whole(term)} из ${f.whole(count)}`,
    copied: (input, place) => `То же значение, что у ${input}: ${place}.`,
    zeroPadded: "Здесь кайма из нулей.",
    goTo: (input) => `Открыть ${input}`,
    goesIn: "Что входит",
  }),
};
