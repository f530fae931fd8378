import type { Formats } from "../../../lib/format.ts";
import type { OutlineTexts } from "../outline.ts";

export const outline = (f: Formats): OutlineTexts => ({
  tree: "Слои сети",
  kinds: {
    input: "Изображение", stage: "Группа", residual: "Остаточный блок", parallel: "Параллельные ветви", repeat: "Повтор", head: "Второй выход", save: "Запомнить", join: "Соединить", branch: "Ветвь", shortcut: "Обходной путь",
  },
  times: (count) => `×${f.whole(count)}`,
  spoken: ({ label, times, shape, params, wrong }) =>
    [
      label,
      ...(times === null ? [] : [`${f.whole(times)} ${f.plural(times, { one: "раз", few: "раза", many: "раз", other: "раза" })}`]),
      ...(shape.length > 0 ? [`выход ${shape.map((size) => f.whole(size)).join(" на ")}`] : []),
      ...(params > 0 ? [`${f.whole(params)} ${f.plural(params, { one: "параметр", few: "параметра", many: "параметров", other: "параметра" })}`] : []),
      ...(wrong ? ["не подходит"] : []),
    ].join(", "),
  add: "Добавить слой",
  addHint: "Insert или + добавляет после выбранного слоя",
  addLabel: "Какой слой или блок добавить",
  addWhat: "свёртка, residual, пулинг…",
  operators: "Слои",
  moreOperators: "Другие слои",
  containers: "Блоки",
  nothingFound: "Ничего похожего нет.",
  preset: "Готовая сеть…",
  presetLabel: "Какую сеть открыть",
  blank: "Пустая",
  undo: "Отменить",
  redo: "Вернуть",
  edit: (label) => `Изменить: ${label}`,
  actionsOf: (label) => `Действия: ${label}`,
  actions: {
    edit: "Изменить", add: "Добавить после…", add_inside: "Добавить внутрь…", add_branch: "Добавить ветвь", duplicate: "Дублировать", up: "Выше", down: "Ниже", into: "В соседний блок",
    out: "Вынести из блока", move: "Переместить…", wrap_residual: "Обернуть в остаточный блок", wrap_repeat: "Обернуть в повтор", wrap_parallel: "Обернуть в параллельные ветви", unwrap: "Раскрыть блок", remove: "Удалить",
  },
  moveTo: (label) => `Куда переместить: ${label}`,
  after: (label) => `после: ${label}`,
  first: (label) => `в начало: ${label}`,
  empty: "Добавьте слой или начните с LeNet-5.",
  emptyAdd: "Добавить слой",
  emptyStart: "Начать с LeNet-5",
  examined: (label, shape) => `${label}: выход ${shape.map((size) => f.whole(size)).join(" на ")}.`,
});
