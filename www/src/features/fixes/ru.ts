import type { Formats } from "../../lib/format.ts";
import type { FixTexts } from "./texts.ts";

export default (f: Formats): FixTexts => ({
  region: "Как исправить",
  of: {
    projection: ({ channels, stride }) => `Вставить проекцию 1×1: каналов ${f.whole(channels)}, шаг ${stride}`,
    pad_shortcut: () => "Обходной путь без параметров: через пиксель, с нулевыми каналами",
    fit_body: ({ channels }) => `Шаг 1 и каналов ${f.whole(channels)}, как с другой стороны`,
    same_padding: () => "Дополнить ветви до одного размера",
    concat: () => "Соединить по каналам вместо сложения",
    crop: () => "Обрезать запомненное",
    padding: ({ value }) => `Отступ ${f.whole(value)}`,
    kernel: ({ value }) => `Ядро ${f.whole(value)}×${f.whole(value)}`,
    remove: ({ name }) => `Убрать ${name}`,
    flatten: () => "Вставить перед ним переход в вектор",
    outputs: ({ value }) => `Задать ему выходов: ${f.whole(value)}`,
    classifier: ({ classes }) =>
      `Добавить слой на ${f.whole(classes)} ${f.plural(classes, { one: "выход", few: "выхода", many: "выходов", other: "выхода" })}`,
    channels: ({ value }) => `${f.whole(value)} ${f.plural(value, { one: "канал", few: "канала", many: "каналов", other: "канала" })}`,
    groups: ({ value }) => `${f.whole(value)} ${f.plural(value, { one: "группа", few: "группы", many: "групп", other: "группы" })}`,
    value: ({ field, value }) => `Задать ${field} = ${value}`,
    operator: ({ op }) => `Сделать его ${op}`,
    drop_field: ({ field }) => `Убрать поле ${field}`,
    name: ({ name }) => `Назвать ${name}`,
    add_layer: () => "Вложить в него ReLU",
    batch: ({ value }) => `Размер батча ${f.whole(value)}`,
    fit_data: ({ size, classes }) => `Подогнать сеть под изображения: ${size}, классов: ${f.whole(classes)}`,
  },
});
