import type { LabTexts } from "./texts.ts";

export default (): LabTexts => ({
  intro: "Инструменты спрашивают только что обученную сеть, почему она отвечает так, а не иначе. Сеть они не меняют.",
  back: "Все инструменты",
  loading: "Загружается…",
  refused: "Не для этой сети:",
});
