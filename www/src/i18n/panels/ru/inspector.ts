import type { Formats } from "../../../lib/format.ts";
import type { InspectorTexts } from "../inspector.ts";

export const inspector = (f: Formats): InspectorTexts => ({
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
});
