/** Texts of the outline: the network as a tree that can be edited. */
import type { RowKind } from "../../lib/outline.ts";
import type { OutlineAction } from "../../lib/outline-actions.ts";
import type { PanelTexts } from "../panel-texts.ts";

/** What is said of a row by its name. */
export interface SpokenRow {
  label: string;
  times: number | null;
  shape: readonly number[];
  params: number;
  wrong: boolean;
}

export interface OutlineTexts {
  tree: string;
  kinds: { readonly [K in Exclude<RowKind, "layer">]: string };
  times: (count: number) => string;
  spoken: (row: SpokenRow) => string;
  add: string;
  addHint: string;
  addLabel: string;
  addWhat: string;
  operators: string;
  moreOperators: string;
  containers: string;
  nothingFound: string;
  preset: string;
  presetLabel: string;
  blank: string;
  undo: string;
  redo: string;
  edit: (label: string) => string;
  actionsOf: (label: string) => string;
  actions: { readonly [A in OutlineAction]: string };
  moveTo: (label: string) => string;
  after: (label: string) => string;
  first: (label: string) => string;
  empty: string;
  emptyAdd: string;
  emptyStart: string;
  examined: (label: string, shape: readonly number[]) => string;
}

export const outlineTexts: PanelTexts<OutlineTexts> = {
  en: (f) => ({
    tree: "Layers of the network",
    kinds: {
      input: "Image", stage: "Group", residual: "Residual block", parallel: "Parallel branches", repeat: "Repeat", head: "Second output", save: "Save", join: "Join", branch: "Branch", shortcut: "Shortcut",
    },
    times: (count) => `×${f.whole(count)}`,
    spoken: ({ label, times, shape, params, wrong }) =>
      [
        label,
        ...(times === null ? [] : [`${f.whole(times)} times`]),
        ...(shape.length > 0 ? [`output ${shape.map((size) => f.whole(size)).join(" by ")}`] : []),
        ...(params > 0 ? [`${f.whole(params)} ${f.plural(params, { one: "parameter", other: "parameters" })}`] : []),
        ...(wrong ? ["does not fit"] : []),
      ].join(", "),
    add: "Add layer",
    addHint: "Insert or + adds behind the selected layer",
    addLabel: "Layer or block to add",
    addWhat: "conv, residual, pool…",
    operators: "Layers",
    moreOperators: "More layers",
    containers: "Blocks",
    nothingFound: "There is nothing of that name.",
    preset: "Preset…",
    presetLabel: "Network to open",
    blank: "Blank",
    undo: "Undo",
    redo: "Redo",
    edit: (label) => `Edit ${label}`,
    actionsOf: (label) => `Actions on ${label}`,
    actions: {
      edit: "Edit", add: "Add after…", add_inside: "Add inside…", add_branch: "Add a branch", duplicate: "Duplicate", up: "Move up", down: "Move down", into: "Move into the block beside it",
      out: "Move out of its block", move: "Move to…", wrap_residual: "Wrap in a residual block", wrap_repeat: "Wrap in a repeat", wrap_parallel: "Wrap in parallel branches", unwrap: "Dissolve the block", remove: "Delete",
    },
    moveTo: (label) => `Where to move ${label}`,
    after: (label) => `after ${label}`,
    first: (label) => `first in ${label}`,
    empty: "Add a layer, or start from LeNet-5.",
    emptyAdd: "Add a layer",
    emptyStart: "Start from LeNet-5",
    examined: (label, shape) => `${label}: output ${shape.map((size) => f.whole(size)).join(" by ")}.`,
  }),
  ru: (f) => ({
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
  }),
};
