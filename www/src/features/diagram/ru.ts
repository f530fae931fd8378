import type { Formats } from "../../lib/format.ts";
import type { DiagramTexts } from "./texts.ts";

export default (f: Formats): DiagramTexts => ({
  label: (title) => `Схема сети ${title}`,
  keys: "Стрелки ведут по связям, стрелка влево ещё и к рамке вокруг; Enter выбирает, пробел сворачивает и разворачивает, клавиша меню предлагает действия, + и - меняют масштаб, 0 показывает всё, Shift со стрелками двигает схему; Ctrl с колесом мыши меняет масштаб.",
  touchHint: "Рисунок двигают двумя пальцами, а после касания и одним.",
  waiting: "Схема появится, когда движок прочитает сеть.",
  tools: "Вид схемы",
  larger: "Крупнее",
  smaller: "Мельче",
  fit: "Вписать",
  unfoldAll: "Развернуть всё",
  foldAll: "Свернуть повторы",
  save: "Сохранить в SVG",
  actions: "Действия с выбранным слоем",
  kinds: {
    stage: "группа",
    residual: "остаточный блок",
    parallel: "ветви",
    branch: "ветвь",
    repeat: "повтор",
    join: "слияние",
    head: "вспомогательный выход",
  },
  image: "вход",
  output: "выход",
  headOutput: "только при обучении",
  rounds: (count) =>
    `${f.whole(count)} ${f.plural(count, { one: "такой блок", few: "таких блока подряд", many: "таких блоков подряд", other: "таких блоков подряд" })}`,
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
});
