import type { Page } from "../../page/page.ts";

/** From pointing at a word to its definition. */
const HOVER_MS = 250;

const termOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>("[data-term]") : null;

/** Words show their definitions when they are pointed at, focused or touched; Escape, and whatever leads elsewhere, hides them. */
export function mount(page: Page): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tip = async (use: (tip: typeof import("./term-tip.ts")) => void): Promise<void> => use(await import("./term-tip.ts"));
  const show = (word: HTMLElement): void => void tip(({ showTip }) => showTip(word, page.state.preferences.language));
  const hide = (): void => {
    clearTimeout(timer);
    if (document.querySelector(".term-tip")) void tip(({ hideTip }) => hideTip());
  };
  document.addEventListener(
    "pointerover",
    ({ target, pointerType }) => {
      if (pointerType === "touch") return;
      const word = termOf(target);
      clearTimeout(timer);
      if (word) timer = setTimeout(() => show(word), HOVER_MS);
      else if (!(target instanceof Element && target.closest(".term-tip"))) timer = setTimeout(hide, HOVER_MS);
    },
    { signal },
  );
  document.addEventListener(
    "focusin",
    ({ target }) => {
      const word = termOf(target);
      if (word?.matches(":focus-visible")) show(word);
      else if (!(target instanceof Element && target.closest(".term-tip"))) hide();
    },
    { signal },
  );
  document.addEventListener(
    "click",
    (event) => {
      const word = termOf(event.target);
      if (!word) {
        if (!(event.target instanceof Element && event.target.closest(".term-tip"))) hide();
        return;
      }
      // In a label, a finger asks for the definition and not for the field; a mouse has seen it already.
      if ((event as PointerEvent).pointerType === "touch") event.preventDefault();
      show(word);
    },
    { signal },
  );
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
    { capture: true, signal },
  );
  return () => ended.abort();
}
