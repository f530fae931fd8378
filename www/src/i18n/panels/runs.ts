import type { PanelTexts } from "../panel-texts.ts";

export interface RunsTexts {
  title: string;
  run: string;
  changed: string;
  figures: string;
  actions: string;
  front: string;
  shown: (name: string) => string;
  rename: (name: string) => string;
  taken: string;
  branch: string;
  branchOf: (name: string, step: number) => string;
  branchNone: string;
  remove: string;
  removeOf: (name: string) => string;
  removed: (name: string) => string;
  undo: string;
  first: string;
  same: string;
  from: (name: string) => string;
  another: (title: string) => string;
  added: (layer: string) => string;
  gone: (layer: string) => string;
  more: (count: number) => string;
  step: (step: number) => string;
  loss: (loss: string) => string;
  test: (share: string) => string;
  train: (share: string) => string;
  iou: (share: string) => string;
}

export const runsTexts: PanelTexts<RunsTexts> = {
  en: (f) => ({
    title: "Runs",
    run: "Run",
    changed: "What changed",
    figures: "Where it stands",
    actions: "Actions",
    front: "in front",
    shown: (name) => `Draw the curves of ${name}`,
    rename: (name) => `Name of ${name}`,
    taken: "Another run has this name, or it is empty.",
    branch: "Branch",
    branchOf: (name, step) => `A new run from step ${f.whole(step)} of ${name}`,
    branchNone: "Only its curves were kept",
    remove: "Delete",
    removeOf: (name) => `Delete ${name}`,
    removed: (name) => `${name} is deleted.`,
    undo: "Undo",
    first: "the first one",
    same: "nothing: the same again",
    from: (name) => `goes on from ${name}`,
    another: (title) => `another network: ${title}`,
    added: (layer) => `+ ${layer}`,
    gone: (layer) => `− ${layer}`,
    more: (count) => `${f.whole(count)} more`,
    step: (step) => `step ${f.whole(step)}`,
    loss: (loss) => `loss ${loss}`,
    test: (share) => `${share} on test`,
    train: (share) => `${share} in training`,
    iou: (share) => `IoU ${share}`,
  }),
  ru: (f) => ({
    title: "Запуски",
    run: "Запуск",
    changed: "Что изменено",
    figures: "Чего достиг",
    actions: "Действия",
    front: "текущий",
    shown: (name) => `Показывать кривые запуска ${name}`,
    rename: (name) => `Имя запуска ${name}`,
    taken: "Такое имя уже есть, или поле пусто.",
    branch: "Ветвь",
    branchOf: (name, step) => `Новый запуск с шага ${f.whole(step)} запуска ${name}`,
    branchNone: "Сохранены только кривые",
    remove: "Удалить",
    removeOf: (name) => `Удалить запуск ${name}`,
    removed: (name) => `Запуск ${name} удалён.`,
    undo: "Вернуть",
    first: "первый запуск",
    same: "ничего: повтор",
    from: (name) => `продолжает ${name}`,
    another: (title) => `другая сеть: ${title}`,
    added: (layer) => `+ слой ${layer}`,
    gone: (layer) => `− слой ${layer}`,
    more: (count) => `и ещё ${f.whole(count)}`,
    step: (step) => `шаг ${f.whole(step)}`,
    loss: (loss) => `потери ${loss}`,
    test: (share) => `${share} на тесте`,
    train: (share) => `${share} в обучении`,
    iou: (share) => `IoU ${share}`,
  }),
};
