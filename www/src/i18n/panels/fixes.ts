/** Texts of the fixes of a network that is wrong: each is the label of a button that does it. */
import type { FixText } from "../../lib/fix.ts";
import type { PanelTexts } from "../panel-texts.ts";

export interface FixTexts {
  region: string;
  of: { readonly [C in FixText["code"]]: (fix: Extract<FixText, { code: C }>) => string };
}

export const fixTexts: PanelTexts<FixTexts> = {
  en: (f) => ({
    region: "Ways to mend it",
    of: {
      projection: ({ channels, stride }) => `Insert a 1×1 projection: ${f.whole(channels)} channels, stride ${stride}`,
      pad_shortcut: () => "Shortcut without parameters: skip pixels, pad channels",
      fit_body: ({ channels }) => `Stride 1 and ${f.whole(channels)} channels, as on the other side`,
      same_padding: () => "Pad all branches to one size",
      concat: () => "Concatenate instead of adding",
      crop: () => "Crop what was saved",
      padding: ({ value }) => `Padding ${f.whole(value)}`,
      kernel: ({ value }) => `Kernel ${f.whole(value)}×${f.whole(value)}`,
      remove: ({ name }) => `Remove ${name}`,
      flatten: () => "Insert flatten before it",
      outputs: ({ value }) => `Give it ${f.whole(value)} outputs`,
      classifier: ({ classes }) => `Add a layer with ${f.whole(classes)} outputs`,
      channels: ({ value }) => `${f.whole(value)} channels`,
      groups: ({ value }) => `${f.whole(value)} ${f.plural(value, { one: "group", other: "groups" })}`,
      value: ({ field, value }) => `Set ${field} to ${value}`,
      operator: ({ op }) => `Make it ${op}`,
      drop_field: ({ field }) => `Leave out ${field}`,
      name: ({ name }) => `Call it ${name}`,
      add_layer: () => "Put a ReLU into it",
      batch: ({ value }) => `Batch size ${f.whole(value)}`,
    },
  }),
  ru: (f) => ({
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
      classifier: ({ classes }) => `Добавить слой на ${f.whole(classes)} ${f.plural(classes, { one: "выход", few: "выхода", many: "выходов", other: "выхода" })}`,
      channels: ({ value }) => `${f.whole(value)} ${f.plural(value, { one: "канал", few: "канала", many: "каналов", other: "канала" })}`,
      groups: ({ value }) => `${f.whole(value)} ${f.plural(value, { one: "группа", few: "группы", many: "групп", other: "группы" })}`,
      value: ({ field, value }) => `Задать ${field} = ${value}`,
      operator: ({ op }) => `Сделать его ${op}`,
      drop_field: ({ field }) => `Убрать поле ${field}`,
      name: ({ name }) => `Назвать ${name}`,
      add_layer: () => "Вложить в него ReLU",
      batch: ({ value }) => `Размер батча ${f.whole(value)}`,
    },
  }),
};
