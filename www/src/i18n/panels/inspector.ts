/** Texts of the layer inspector. Fields have PyTorch's names beside these. */
import type { Field } from "../../lib/fields.ts";
import type { PanelTexts } from "../panel-texts.ts";

const NAMES = [
  "name", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "connections", "output_padding", "output_size", "ceil_mode", "count_include_pad", "divisor_override",
  "eps", "momentum", "affine", "offset", "size", "p", "out_features", "alpha", "beta", "k", "alpha_over_size", "factor", "before", "after", "trainable", "codes", "amplitude", "slope", "scale_factor",
  "shortcut", "join", "times", "loss_weight", "save", "how", "crop", "data",
] as const;
export type FieldName = (typeof NAMES)[number];

export interface InspectorTexts {
  nothing: string;
  fields: { readonly [N in FieldName]: string };
  /** `after` of a residual is something else than that of a padding. */
  afterSum: string;
  words: { readonly [word: string]: string };
  own: string;
  none: string;
  byDefault: (value: string) => string;
  possible: (field: Field) => string;
  round: string;
  formula: string;
  cost: string;
  input: string;
  output: string;
  params: string;
  macs: string;
  memory: string;
  inference: (bytes: number) => string;
  training: (bytes: number, batch: number, all: number) => string;
  field: string;
  unbounded: (size: string) => string;
  jump: string;
  centre: string;
  centreAt: (row: number, column: number) => string;
  unknown: string;
  isNone: string;
  keys: string;
}

export const inspectorTexts: PanelTexts<InspectorTexts> = {
  en: (f) => ({
    nothing: "Select a layer to see and change it.",
    fields: {
      name: "Name", out_channels: "Output channels", kernel_size: "Kernel", stride: "Stride", padding: "Padding", dilation: "Dilation", groups: "Groups", bias: "Bias", connections: "Connections",
      output_padding: "Output padding", output_size: "Output size", ceil_mode: "Round sizes up", count_include_pad: "Count the padding", divisor_override: "Divide by", eps: "Epsilon",
      momentum: "Momentum of the statistics", affine: "Scale and shift", offset: "Offset", size: "Size", p: "Probability", out_features: "Outputs", alpha: "Alpha", beta: "Beta", k: "k",
      alpha_over_size: "Divide alpha by size", factor: "Factor", before: "Channels before", after: "Channels behind", trainable: "Trainable", codes: "Codes", amplitude: "Amplitude", slope: "Slope",
      scale_factor: "Scale", shortcut: "Shortcut", join: "Joined", times: "Times", loss_weight: "Weight of its loss", save: "Saved as", how: "Joined by", crop: "Crop what was saved", data: "Data",
    },
    afterSum: "After the sum",
    words: {
      identity: "x itself", pad: "skip pixels, pad channels", layers: "layers of its own", concat: "concatenation", add: "addition", lenet5: "as in LeNet-5", digits: "drawn digits", random: "random signs",
      mnist: "MNIST digits", cluttered_mnist: "digits over strokes and noise",
    },
    own: "as written",
    none: "none",
    byDefault: (value) => `default ${value}`,
    possible: ({ type, least = 0, most = 0, required }) => {
      const range = most >= 2 ** 24 ? `from ${f.plain(least)} on` : `from ${f.plain(least)} to ${f.plain(most)}`;
      if (type === "text") return "A name of 1 to 80 characters";
      const what = type === "number" ? "A number" : type === "numbers" ? "Numbers with spaces between, each" : type === "pair" ? "One or two whole numbers" : type === "sides" ? "One or four whole numbers" : "A whole number";
      return `${what} ${range}${required ? "" : ", or nothing"}`;
    },
    round: "Round",
    formula: "Formula",
    cost: "Shape and cost",
    input: "Input",
    output: "Output",
    params: "Parameters",
    macs: "Multiply-accumulates",
    memory: "Memory for its output",
    inference: (bytes) => `${f.bytes(bytes)} an image`,
    training: (bytes, batch, all) => `training: ${f.bytes(bytes)} an image, ${f.bytes(all)} at batch ${f.whole(batch)}`,
    field: "Receptive field",
    unbounded: (size) => `${size} if the image had no ends`,
    jump: "Pixels from one position to the next",
    centre: "Middle of the first field",
    centreAt: (row, column) => `row ${f.plain(row)}, column ${f.plain(column)}`,
    unknown: "not known yet",
    isNone: "none",
    keys: "Arrow keys change a number, Enter goes back to the outline.",
  }),
  ru: (f) => ({
    nothing: "Выберите слой, чтобы увидеть и изменить его.",
    fields: {
      name: "Имя", out_channels: "Каналов на выходе", kernel_size: "Ядро", stride: "Шаг", padding: "Отступ", dilation: "Разрежение ядра", groups: "Группы", bias: "Сдвиг", connections: "Связи",
      output_padding: "Отступ на выходе", output_size: "Размер выхода", ceil_mode: "Округлять размер вверх", count_include_pad: "Учитывать отступ", divisor_override: "Делить на", eps: "Эпсилон",
      momentum: "Инерция статистик", affine: "Масштаб и сдвиг", offset: "Начало", size: "Размер", p: "Вероятность", out_features: "Выходов", alpha: "Альфа", beta: "Бета", k: "Слагаемое k",
      alpha_over_size: "Делить альфу на размер", factor: "Множитель", before: "Каналов перед", after: "Каналов после", trainable: "Обучается", codes: "Коды", amplitude: "Амплитуда", slope: "Наклон",
      scale_factor: "Во сколько раз", shortcut: "Обходной путь", join: "С чем соединить", times: "Сколько раз", loss_weight: "Вес её потерь", save: "Запомнить как", how: "Как соединить", crop: "Обрезать запомненное", data: "Данные",
    },
    afterSum: "После сложения",
    words: {
      identity: "сам x", pad: "через пиксель, с нулевыми каналами", layers: "свои слои", concat: "по каналам", add: "сложением", lenet5: "как в LeNet-5", digits: "рисунки цифр", random: "случайные знаки",
      mnist: "цифры MNIST", cluttered_mnist: "цифры поверх штрихов и шума",
    },
    own: "как задано",
    none: "нет",
    byDefault: (value) => `по умолчанию ${value}`,
    possible: ({ type, least = 0, most = 0, required }) => {
      const range = most >= 2 ** 24 ? `от ${f.plain(least)}` : `от ${f.plain(least)} до ${f.plain(most)}`;
      if (type === "text") return "Имя длиной от 1 до 80 знаков";
      const what = type === "number" ? "Число" : type === "numbers" ? "Числа через пробел, каждое" : type === "pair" ? "Одно или два целых числа" : type === "sides" ? "Одно или четыре целых числа" : "Целое число";
      return `${what} ${range}${required ? "" : " или ничего"}`;
    },
    round: "Повтор",
    formula: "Формула",
    cost: "Форма и затраты",
    input: "Вход",
    output: "Выход",
    params: "Параметры",
    macs: "Умножения со сложением",
    memory: "Память под выход",
    inference: (bytes) => `${f.bytes(bytes)} на изображение`,
    training: (bytes, batch, all) => `при обучении: ${f.bytes(bytes)} на изображение, ${f.bytes(all)} на батч ${f.whole(batch)}`,
    field: "Рецептивное поле",
    unbounded: (size) => `${size}, если бы у изображения не было краёв`,
    jump: "Пикселей от одной позиции до следующей",
    centre: "Середина первого поля",
    centreAt: (row, column) => `строка ${f.plain(row)}, столбец ${f.plain(column)}`,
    unknown: "пока неизвестно",
    isNone: "нет",
    keys: "Стрелки меняют число, Enter возвращает в список слоёв.",
  }),
};
