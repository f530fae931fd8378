/** The definition of a word, beside it. */
import type { TemplateResult } from "lit";
import { html, nothing, render } from "lit";
import type { TermKey } from "../../i18n/terms.ts";
import type { Language } from "../../lib/language.ts";
import { pictureOf } from "./term-pictures.ts";
import type { Glossary } from "./texts.ts";

const GLOSSARIES = { en: () => import("./en.ts"), ru: () => import("./ru.ts") };

const glossaryIn = async (language: Language): Promise<Glossary> => (await GLOSSARIES[language]()).default();

/** The name, the definition and, where one helps, a picture. */
export function definition(glossary: Glossary, key: TermKey): TemplateResult {
  const picture = pictureOf(key);
  return html`${picture === null ? nothing : html`<span class="term-picture">${picture}</span>`}<span>${glossary.terms[key].text}</span>`;
}

const MARGIN = 8;
const ID = "term-tip";
let shown: HTMLElement | null = null;
let asked = 0;

export async function showTip(word: HTMLElement, language: Language): Promise<void> {
  const own = ++asked;
  const glossary = await glossaryIn(language);
  if (own !== asked || !word.isConnected || word === shown) return;
  take();
  const key = word.dataset.term as TermKey;
  const tip = document.createElement("div");
  tip.className = "term-tip";
  tip.id = ID;
  tip.setAttribute("role", "tooltip");
  tip.setAttribute("popover", "manual");
  render(html`<strong>${glossary.terms[key].name}</strong>${definition(glossary, key)}`, tip);
  // A modal dialog makes all that is outside it inert.
  (word.closest("dialog") ?? document.querySelector("main") ?? document.body).append(tip);
  tip.showPopover();
  place(tip, word);
  word.setAttribute("aria-describedby", ID);
  word.setAttribute("aria-expanded", "true");
  shown = word;
  addEventListener("scroll", follow, true);
}

export function hideTip(): void {
  asked++;
  take();
}

function take(): void {
  removeEventListener("scroll", follow, true);
  document.getElementById(ID)?.remove();
  shown?.removeAttribute("aria-describedby");
  shown?.setAttribute("aria-expanded", "false");
  shown = null;
}

function follow(): void {
  const tip = document.getElementById(ID);
  if (tip && shown?.isConnected) place(tip, shown);
  else hideTip();
}

/** Below the word, or above it where there is more room, and inside the window. */
function place(tip: HTMLElement, word: HTMLElement): void {
  const { left, top, bottom } = word.getBoundingClientRect();
  const below = innerHeight - bottom;
  tip.style.maxHeight = `${Math.max(below, top) - 2 * MARGIN}px`;
  const { offsetWidth: width, offsetHeight: height } = tip;
  tip.style.left = `${Math.max(MARGIN, Math.min(left, document.documentElement.clientWidth - width - MARGIN))}px`;
  tip.style.top = `${below >= height + MARGIN || below >= top ? bottom + 4 : top - height - 4}px`;
}
