import type { Shareable } from "../../state.ts";
import type { PanelTexts } from "../panel-texts.ts";

export interface ShareTexts {
  menu: string;
  copyLink: string;
  copyEmbed: string;
  copyJson: string;
  saveJson: string;
  saveRun: string;
  saveRunLater: string;
  open: string;
  openHint: string;
  copied: { [S in Shareable]: string };
  byHand: { [S in Shareable]: string };
  byHandHint: string;
  text: string;
  drop: string;
  dropHint: string;
}

export const shareTexts: PanelTexts<ShareTexts> = {
  en: () => ({
    menu: "Share and open",
    copyLink: "Copy link",
    copyEmbed: "Copy snippet for a course page",
    copyJson: "Copy network as JSON",
    saveJson: "Save network…",
    saveRun: "Save run…",
    saveRunLater: "Save run… (nothing trained yet)",
    open: "Open file…",
    openHint: "A network (.json), a run (.safetensors), or MNIST's images and labels",
    copied: { link: "Link copied", embed: "Snippet copied", json: "Network copied" },
    byHand: { link: "The link", embed: "The snippet for a course page", json: "The network as JSON" },
    byHandHint: "This page may not write to the clipboard: copy the text by hand.",
    text: "Text to copy",
    drop: "Drop to open",
    dropHint: "A network (.json), a run (.safetensors), or MNIST's images and labels",
  }),
  ru: () => ({
    menu: "Поделиться и открыть",
    copyLink: "Скопировать ссылку",
    copyEmbed: "Скопировать код для страницы курса",
    copyJson: "Скопировать сеть как JSON",
    saveJson: "Сохранить сеть…",
    saveRun: "Сохранить обучение…",
    saveRunLater: "Сохранить обучение… (ещё ничего не обучено)",
    open: "Открыть файл…",
    openHint: "Сеть (.json), сохранённое обучение (.safetensors) или изображения и метки MNIST",
    copied: { link: "Ссылка скопирована", embed: "Код скопирован", json: "Сеть скопирована" },
    byHand: { link: "Ссылка", embed: "Код для страницы курса", json: "Сеть как JSON" },
    byHandHint: "Странице нельзя писать в буфер обмена: скопируйте текст сами.",
    text: "Текст для копирования",
    drop: "Отпустите, чтобы открыть",
    dropHint: "Сеть (.json), сохранённое обучение (.safetensors) или изображения и метки MNIST",
  }),
};
