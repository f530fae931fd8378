import type { TemplateResult } from "lit";
import { html } from "lit";
import type { Language } from "../../lib/language.ts";
import { LANGUAGES } from "../../lib/language.ts";
import type { Theme } from "../../lib/theme.ts";
import { nextTheme } from "../../lib/theme.ts";
import type { Preferences } from "../../model/state.ts";
import type { Context } from "../../page/feature.ts";
import { defineFeature } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import * as icons from "../../ui/icons.ts";
import "./model.ts";

/** Each in its own language: whoever looks for it reads that one. */
const LANGUAGE_NAMES: { [L in Language]: string } = { ru: "Русский", en: "English" };

const THEME_ICONS: { [T in Theme]: TemplateResult } = { auto: icons.halfMoon, light: icons.sun, dark: icons.moon };

function choices({ locale, state, intend }: Context): TemplateResult {
  const { page } = locale.text;
  const { theme, language } = state.preferences;
  return html`<div class="languages" role="group" aria-label=${page.language}>
      ${LANGUAGES.map((one) => html`<button type="button" class="language" lang=${one} aria-pressed=${one === language ? "true" : "false"} @click=${() => intend({ type: "choose_language", language: one })}>${one.toUpperCase()}<span class="visually-hidden"> ${LANGUAGE_NAMES[one]}</span></button>`)}
    </div>
    <button type="button" class="icon-button" aria-label="${page.theme}: ${page.themes[theme]}" title="${page.theme}: ${page.themes[theme]}" @click=${() => intend({ type: "choose_theme", theme: nextTheme(theme) })}>${THEME_ICONS[theme]}</button>`;
}

/** Language, theme, and whether single keys do something. */
export default defineFeature({
  name: "preferences",
  parts: [{ place: "tools", order: 20, render: choices }],
  actions: (page: Page) => {
    const prefer = (changes: Partial<Preferences>): void => page.set({ preferences: { ...page.state.preferences, ...changes } });
    return {
      choose_language: ({ language }) => prefer({ language }),
      choose_theme: ({ theme }) => prefer({ theme }),
      choose_shortcuts: ({ on }) => prefer({ shortcuts: on }),
    };
  },
});
