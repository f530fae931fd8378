import { html, nothing } from "lit";
import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { shortcutOf } from "../lib/shortcuts.ts";
import { LANGUAGES } from "../i18n/locale.ts";
import type { Language } from "../i18n/messages.ts";
import type { Theme } from "../lib/theme.ts";
import { nextTheme } from "../lib/theme.ts";
import type { Announcement } from "../state.ts";
import { saysPixels } from "../state.ts";
import type { HelpDialogElement } from "./help-dialog.ts";
import * as icons from "./icons.ts";
import { PanelElement } from "./panel-element.ts";
import type { TrueSizeDialogElement } from "./true-size-dialog.ts";

/** On a phone one part of the page is seen at a time. */
const PANES = ["net", "train", "try"] as const;
type Pane = (typeof PANES)[number];

/** Each in its own language: whoever looks for it reads that one. */
const LANGUAGE_NAMES: { [L in Language]: string } = { ru: "Русский", en: "English" };
const PANE_ICONS: { [P in Pane]: TemplateResult } = { net: icons.net, train: icons.chart, try: icons.pencil };
const THEME_ICONS: { [T in Theme]: TemplateResult } = { auto: icons.halfMoon, light: icons.sun, dark: icons.moon };

/** The whole page: where each part stands, and nothing of what it does. */
export class ReceptiveAppElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, pane: { reflect: true }, wide: { state: true } };

  declare pane: Pane;
  /** The settings have a column of their own. */
  declare private wide: boolean;

  readonly #columns = matchMedia("(min-width: 1024px)");

  constructor() {
    super();
    this.pane = "train";
    this.wide = this.#columns.matches;
  }

  readonly #resized = (): void => {
    this.wide = this.#columns.matches;
    if (this.wide) this.querySelector<HTMLDialogElement>("dialog.sheet")?.close();
  };

  readonly #key = (event: KeyboardEvent): void => {
    const shortcut = shortcutOf(event, this.state.preferences.shortcuts);
    if (!shortcut) return;
    event.preventDefault();
    if (shortcut === "help") this.querySelector<HelpDialogElement>("help-dialog")?.show();
    else this.intend({ type: shortcut });
  };

  readonly #showTrueSize = (): void => {
    const dialog = this.querySelector<TrueSizeDialogElement>("true-size-dialog");
    void dialog?.updateComplete.then(() => dialog.show());
  };

  /** A link may open it: `?view=true-size` or `#true-size`. */
  readonly #followLink = (): void => {
    if (location.hash === "#true-size" || new URLSearchParams(location.search).get("view") === "true-size") this.#showTrueSize();
  };

  readonly #hashChanged = (): void => {
    if (location.hash === "#true-size") this.#showTrueSize();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#hashChanged);
    this.#columns.addEventListener("change", this.#resized);
    document.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#hashChanged);
    this.#columns.removeEventListener("change", this.#resized);
    document.removeEventListener("keydown", this.#key);
  }

  protected override shouldUpdate(changes: PropertyValues): boolean {
    // The markup of index.html stays until there is something to show.
    return this.locale !== undefined && this.state !== undefined && super.shouldUpdate(changes);
  }

  protected override firstUpdated(): void {
    this.#followLink();
  }

  protected override render(): TemplateResult {
    const { locale, state } = this;
    const { text } = locale;
    return html`
      <a class="skip" href="#stage">${text.page.skip}</a>
      ${this.#header()}
      <notice-list role=${state.notices.length > 0 ? "region" : nothing} aria-label=${state.notices.length > 0 ? text.notices.region : nothing} .locale=${locale} .state=${state}></notice-list>
      <main class="columns">
        <section class="outline" aria-label=${text.network.title}>
          <header class="outline-head">
            <h2>${text.network.title}</h2>
            <button type="button" class="link" aria-haspopup="dialog" @click=${this.#showTrueSize}>${text.trueSize.open}</button>
          </header>
          <network-summary .locale=${locale} .state=${state}></network-summary>
        </section>
        <section class="stage" id="stage" tabindex="-1" aria-label=${text.run.controls}>
          <div class="charts">
            <metric-chart metric="loss" .locale=${locale} .state=${state}></metric-chart>
            <metric-chart metric="accuracy" .locale=${locale} .state=${state}></metric-chart>
            ${saysPixels(state) ? html`<metric-chart metric="iou" .locale=${locale} .state=${state}></metric-chart>` : nothing}
          </div>
          <try-panel .locale=${locale} .state=${state}></try-panel>
        </section>
        ${this.wide ? html`<aside class="inspector" aria-label=${text.settings.title}><settings-panel .locale=${locale} .state=${state}></settings-panel></aside>` : nothing}
      </main>
      <section class="bottom" aria-label=${text.run.progress}>
        <run-dock .locale=${locale} .state=${state}></run-dock>
        ${this.wide ? nothing : html`<button type="button" class="quiet settings-button" @click=${this.#openSheet}>${icons.settings}<span>${text.page.settings}</span></button>`}
        <nav class="panes" aria-label=${text.page.paneBar}>
          ${PANES.map((pane) => html`<button type="button" aria-current=${this.pane === pane ? "true" : "false"} @click=${() => this.#showPane(pane)}>${PANE_ICONS[pane]}<span>${text.page.panes[pane]}</span></button>`)}
        </nav>
      </section>
      <dialog class="sheet" aria-label=${text.page.settings} @click=${this.#backdrop}>
        <div class="dialog-body">
          <header><button type="button" class="icon-button" aria-label=${text.page.close} @click=${this.#closeSheet}>${icons.close}</button></header>
          ${this.wide ? nothing : html`<settings-panel prefix="sheet" .locale=${locale} .state=${state}></settings-panel>`}
        </div>
      </dialog>
      <true-size-dialog .locale=${locale} .state=${state}></true-size-dialog>
      <help-dialog .locale=${locale} .state=${state}></help-dialog>
      <p class="visually-hidden" role="status">${this.#say(state.announcement)}</p>
    `;
  }

  #header(): TemplateResult {
    const { locale, state } = this;
    const { page } = locale.text;
    const { theme, language } = state.preferences;
    return html`
      <header class="top">
        <h1 class="brand">Receptive</h1>
        <p class="network-name">${state.network?.title ?? nothing}</p>
        <backend-chip .locale=${locale} .state=${state}></backend-chip>
        <div class="top-tools">
          <div class="languages" role="group" aria-label=${page.language}>
            ${LANGUAGES.map((one) => html`<button type="button" class="language" lang=${one} aria-pressed=${one === language ? "true" : "false"} @click=${() => this.intend({ type: "choose_language", language: one })}>${one.toUpperCase()}<span class="visually-hidden"> ${LANGUAGE_NAMES[one]}</span></button>`)}
          </div>
          <button type="button" class="icon-button" aria-label="${page.theme}: ${page.themes[theme]}" title="${page.theme}: ${page.themes[theme]}" @click=${() => this.intend({ type: "choose_theme", theme: nextTheme(theme) })}>${THEME_ICONS[theme]}</button>
          <button type="button" class="icon-button help-button" aria-label=${page.help} title=${page.help} @click=${() => this.querySelector<HelpDialogElement>("help-dialog")?.show()}><span aria-hidden="true">?</span></button>
        </div>
      </header>
    `;
  }

  #say(announcement: Announcement | null): string {
    const { announce } = this.locale.text;
    if (!announcement) return "";
    switch (announcement.code) {
      case "started":
        return announce.started;
      case "paused":
        return announce.paused(announcement.step);
      case "epoch":
        return announce.epoch(announcement.summary);
      case "done":
        return announce.done;
      case "reset":
        return announce.reset;
    }
  }

  #showPane(pane: Pane): void {
    this.pane = pane;
    scrollTo({ top: 0 });
  }

  readonly #openSheet = (): void => this.querySelector<HTMLDialogElement>("dialog.sheet")?.showModal();
  readonly #closeSheet = (): void => this.querySelector<HTMLDialogElement>("dialog.sheet")?.close();
  readonly #backdrop = (event: Event): void => {
    if (event.target === event.currentTarget) this.#closeSheet();
  };
}
