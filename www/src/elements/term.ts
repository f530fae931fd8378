/** A word with a definition: `term("loss", "Loss")`. One mechanism for all of them; the definitions come with the first that is asked for. */
import type { TemplateResult } from "lit";
import { html } from "lit";
import type { TermKey } from "../i18n/glossary/terms.ts";
import type { Language } from "../i18n/messages.ts";

export function term(key: TermKey, word: unknown): TemplateResult {
  return html`<span class="term" role="button" tabindex="0" data-term=${key} aria-expanded="false">${word}</span>`;
}

/** From pointing at a word to its definition. */
const HOVER_MS = 250;

const termOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>("[data-term]") : null;

/** Words show their definitions when they are pointed at, focused or touched; Escape, and whatever leads elsewhere, hides them. */
export function watchTerms(language: () => Language): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tip = async (use: (tip: typeof import("./term-tip.ts")) => void): Promise<void> => use(await import("./term-tip.ts"));
  const show = (word: HTMLElement): void => void tip(({ showTip }) => showTip(word, language()));
  const hide = (): void => {
    clearTimeout(timer);
    if (document.querySelector(".term-tip")) void tip(({ hideTip }) => hideTip());
  };
  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch") return;
    const word = termOf(target);
    clearTimeout(timer);
    if (word) timer = setTimeout(() => show(word), HOVER_MS);
    else if (!(target instanceof Element && target.closest(".term-tip"))) timer = setTimeout(hide, HOVER_MS);
  });
  document.addEventListener("focusin", ({ target }) => {
    const word = termOf(target);
    if (word?.matches(":focus-visible")) show(word);
    else if (!(target instanceof Element && target.closest(".term-tip"))) hide();
  });
  document.addEventListener("click", (event) => {
    const word = termOf(event.target);
    if (!word) {
      if (!(event.target instanceof Element && event.target.closest(".term-tip"))) hide();
      return;
    }
    // In a label, a finger asks for the definition and not for the field; a mouse has seen it already.
    if ((event as PointerEvent).pointerType === "touch") event.preventDefault();
    show(word);
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && document.querySelector(".term-tip")) {
        event.stopPropagation();
        return hide();
      }
      const word = termOf(event.target);
      if (!word || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      event.stopPropagation();
      if (word.getAttribute("aria-expanded") === "true") hide();
      else show(word);
    },
    true,
  );
}
