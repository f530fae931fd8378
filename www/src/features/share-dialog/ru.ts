import type { Formats } from "../../lib/format.ts";
import type { ShareDialogTexts } from "./texts.ts";

export default (f: Formats): ShareDialogTexts => ({
  title: "Поделиться",
  as: "Как",
  forms: { link: "Ссылка", frame: "Фрейм на странице курса", file: "Файл" },
  what: "Что войдёт",
  network: (title) => `Сеть ${title}`,
  settings: "Ваши настройки обучения",
  asBrought: "такие, как у самой сети",
  view: "Открытый вид и то, что в нём показано",
  selection: (layer) => `Выбранный слой ${layer}`,
  only: "Только вид, без остальной страницы",
  language: "Этот язык, какой бы ни предпочитал браузер читателя",
  run: (name, step) => `Запуск ${name} на шаге ${f.whole(step)}: веса и кривые`,
  runOnlyInFile: "Веса не помещаются в ссылку: выберите «Файл».",
  runBringsAll: "Вместе с запуском всегда сохраняются его сеть и настройки.",
  result: { link: "Ссылка", frame: "Код для страницы" },
  length: (letters) => `${f.whole(letters)} ${f.plural(letters, { one: "символ", few: "символа", many: "символов", other: "символа" })}`,
  fileName: (name) => `Будет сохранено как ${name}`,
  nothing: "Ничего не выбрано: это адрес страницы, какой её открывает каждый.",
  noAddress: "Эту сеть в её нынешнем виде нельзя записать в ссылку. Сначала исправьте её.",
  copy: "Скопировать",
  copied: "Скопировано",
  notCopied: "Странице нельзя писать в буфер обмена: скопируйте текст сами.",
  save: "Сохранить",
});
