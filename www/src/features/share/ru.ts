import type { ShareTexts } from "./texts.ts";

export default (): ShareTexts => ({
  menu: "Поделиться и открыть",
  copyLink: "Скопировать ссылку",
  copyEmbed: "Скопировать код для страницы курса",
  copyEmbedView: "Скопировать код этого вида",
  choose: "Выбрать, что войдёт…",
  copyJson: "Скопировать сеть как JSON",
  saveJson: "Сохранить сеть…",
  saveRun: "Сохранить обучение…",
  saveRunLater: "Сохранить обучение… (ещё ничего не обучено)",
  export: "Для PyTorch, Keras, ONNX…",
  open: "Открыть файл…",
  openHint: "Сеть (.json, .onnx), сохранённое обучение (.safetensors) или изображения и метки (IDX)",
  copied: { link: "Ссылка скопирована", embed: "Код скопирован", embed_view: "Код скопирован", json: "Сеть скопирована" },
  byHand: {
    link: "Ссылка",
    embed: "Код для страницы курса",
    embed_view: "Код для страницы курса",
    json: "Сеть как JSON",
    svg: "Схема как SVG",
    address: "Адрес",
  },
  byHandHint: {
    clipboard: "Странице нельзя писать в буфер обмена: скопируйте текст сами.",
    downloads:
      "Фрейму вокруг этой страницы нельзя сохранять файлы (в его sandbox нет allow-downloads): скопируйте текст или откройте страницу в отдельной вкладке.",
    popups: "Фрейму вокруг этой страницы нельзя открывать вкладки (в его sandbox нет allow-popups): скопируйте адрес.",
  },
  openTab: "Открыть во вкладке",
  text: "Текст для копирования",
  drop: "Отпустите, чтобы открыть",
  dropHint: "Сеть (.json, .onnx), сохранённое обучение (.safetensors) или изображения и метки (IDX)",
});
