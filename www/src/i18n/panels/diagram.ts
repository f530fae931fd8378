import type { FrameKind } from "../../lib/diagram/tree.ts";
import type { PanelTexts } from "../panel-texts.ts";

export interface DiagramTexts {
  label: (title: string) => string;
  keys: string;
  waiting: string;
  tools: string;
  larger: string;
  smaller: string;
  fit: string;
  unfoldAll: string;
  foldAll: string;
  save: string;
  actions: string;
  kinds: { [K in FrameKind]: string };
  image: string;
  output: string;
  headOutput: string;
  rounds: (count: number) => string;
  round: (round: number, count: number) => string;
  layers: (count: number) => string;
  params: (count: number) => string;
  gives: (shape: string) => string;
  unknownShape: string;
  wrong: string;
  fold: (name: string) => string;
  unfold: (name: string) => string;
  cannotRead: string;
  summary: (layers: number, containers: number, from: string, to: string) => string;
  skips: (ways: readonly string[]) => string;
  way: (from: string, to: string) => string;
}

export const diagramTexts: PanelTexts<DiagramTexts> = {
  en: (f) => ({
    label: (title) => `Diagram of ${title}`,
    keys: "Arrow keys follow the links, Left also leads to the frame around; Enter selects, Space folds and unfolds, the menu key offers actions, + and - zoom, 0 shows everything, Shift and arrows move the drawing.",
    waiting: "The diagram appears when the engine has read the network.",
    tools: "View of the diagram",
    larger: "Larger",
    smaller: "Smaller",
    fit: "Show all (0)",
    unfoldAll: "Unfold all",
    foldAll: "Fold repeats",
    save: "Save as SVG",
    actions: "Actions on the selected layer",
    kinds: { stage: "group", residual: "residual", parallel: "branches", branch: "branch", repeat: "repeat", join: "join", head: "auxiliary head" },
    image: "image",
    output: "output",
    headOutput: "in training only",
    rounds: (count) => `${f.whole(count)} alike, one after the other`,
    round: (round, count) => `${f.whole(round)} of ${f.whole(count)}`,
    layers: (count) => `${f.whole(count)} ${f.plural(count, { one: "layer", other: "layers" })}`,
    params: (count) => `${f.whole(count)} ${f.plural(count, { one: "parameter", other: "parameters" })}`,
    gives: (shape) => `output ${shape}`,
    unknownShape: "shape unknown",
    wrong: "does not fit",
    fold: (name) => `Fold ${name}`,
    unfold: (name) => `Unfold ${name}`,
    cannotRead: "The network cannot be read as it is now. The diagram shows how it was before.",
    summary: (layers, containers, from, to) =>
      `${f.whole(layers)} ${f.plural(layers, { one: "layer", other: "layers" })}${containers > 0 ? ` in ${f.whole(containers)} ${f.plural(containers, { one: "frame", other: "frames" })}` : ""}, from ${from} to ${to}.`,
    skips: (ways) => `Skip connections: ${ways.join("; ")}.`,
    way: (from, to) => `${from} to ${to}`,
  }),
  ru: (f) => ({
    label: (title) => `Схема сети ${title}`,
    keys: "Стрелки ведут по связям, стрелка влево ещё и к рамке вокруг; Enter выбирает, пробел сворачивает и разворачивает, клавиша меню предлагает действия, + и - меняют масштаб, 0 показывает всё, Shift со стрелками двигает схему.",
    waiting: "Схема появится, когда движок прочитает сеть.",
    tools: "Вид схемы",
    larger: "Крупнее",
    smaller: "Мельче",
    fit: "Показать всё (0)",
    unfoldAll: "Развернуть всё",
    foldAll: "Свернуть повторы",
    save: "Сохранить в SVG",
    actions: "Действия с выбранным слоем",
    kinds: { stage: "группа", residual: "остаточный блок", parallel: "ветви", branch: "ветвь", repeat: "повтор", join: "слияние", head: "вспомогательный выход" },
    image: "вход",
    output: "выход",
    headOutput: "только при обучении",
    rounds: (count) => `${f.whole(count)} ${f.plural(count, { one: "такой блок", few: "таких блока подряд", many: "таких блоков подряд", other: "таких блоков подряд" })}`,
    round: (round, count) => `${f.whole(round)} из ${f.whole(count)}`,
    layers: (count) => `${f.whole(count)} ${f.plural(count, { one: "слой", few: "слоя", many: "слоёв", other: "слоя" })}`,
    params: (count) => `${f.whole(count)} ${f.plural(count, { one: "параметр", few: "параметра", many: "параметров", other: "параметра" })}`,
    gives: (shape) => `на выходе ${shape}`,
    unknownShape: "форма неизвестна",
    wrong: "не подходит",
    fold: (name) => `Свернуть: ${name}`,
    unfold: (name) => `Развернуть: ${name}`,
    cannotRead: "Сейчас сеть прочитать нельзя. На схеме она такая, какой была до этого.",
    summary: (layers, containers, from, to) =>
      `${f.whole(layers)} ${f.plural(layers, { one: "слой", few: "слоя", many: "слоёв", other: "слоя" })}${containers > 0 ? `, ${f.whole(containers)} ${f.plural(containers, { one: "рамка", few: "рамки", many: "рамок", other: "рамки" })}` : ""}, от ${from} до ${to}.`,
    skips: (ways) => `Обходные пути: ${ways.join("; ")}.`,
    way: (from, to) => `от ${from} к ${to}`,
  }),
};
