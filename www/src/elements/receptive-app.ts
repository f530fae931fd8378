import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { LANGUAGES } from "../i18n/locale.ts";
import type { Language } from "../i18n/messages.ts";
import { fullPage, isEmbed } from "../lib/embed.ts";
import { onKey } from "../lib/keys.ts";
import { historyKeyOf, shortcutOf } from "../lib/shortcuts.ts";
import type { Theme } from "../lib/theme.ts";
import { nextTheme } from "../lib/theme.ts";
import { resultsOf } from "../on-show.ts";
import type { Announcement, AppState } from "../state.ts";
import { hasRuns, saysPixels, VIEWS } from "../state.ts";
import { measureDock } from "./dock-height.ts";
import type { FirstStep } from "./first-steps.ts";
import type { HelpDialogElement } from "./help-dialog.ts";
import * as icons from "./icons.ts";
import { EDIT_LAYER, LAYER_EDITED } from "./layer-events.ts";
import type { OutlineEditorElement } from "./outline-editor.ts";
import { ownerNote } from "./owner-note.ts";
import { PanelElement } from "./panel-element.ts";
import { watchTerms } from "./term.ts";
import type { TrueSizeDialogElement } from "./true-size-dialog.ts";

/** On a phone one part of the page is seen at a time. */
const PANES = ["net", "train", "look", "try"] as const;
type Pane = (typeof PANES)[number];

/** The inspector's two faces: the selected layer, and how the network is trained. */
const COLUMNS = ["layer", "settings"] as const;
type Column = (typeof COLUMNS)[number];

/** Each in its own language: whoever looks for it reads that one. */
const LANGUAGE_NAMES: { [L in Language]: string } = { ru: "Русский", en: "English" };
const PANE_ICONS: { [P in Pane]: TemplateResult } = { net: icons.net, train: icons.chart, look: icons.look, try: icons.pencil };

const THEME_ICONS: { [T in Theme]: TemplateResult } = { auto: icons.halfMoon, light: icons.sun, dark: icons.moon };

/** The whole page: where each part stands, and nothing of what it does. */
export class ReceptiveAppElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    pane: { reflect: true },
    wide: { state: true },
    column: { state: true },
  };

  declare pane: Pane;
  /** The settings have a column of their own. */
  declare private wide: boolean;
  /** What the inspector's column shows. */
  declare private column: Column;

  readonly #columns = matchMedia("(min-width: 1024px)");

  constructor() {
    super();
    this.pane = "train";
    this.column = "settings";
    this.wide = this.#columns.matches;
  }

  readonly #resized = (): void => {
    this.wide = this.#columns.matches;
    if (this.wide) this.querySelector<HTMLDialogElement>("dialog.sheet")?.close();
  };

  readonly #key = onKey((event: KeyboardEvent): void => {
    const history = historyKeyOf(event);
    if (history) {
      event.preventDefault();
      return this.intend({ type: history });
    }
    const shortcut = shortcutOf(event, this.state.preferences.shortcuts);
    if (!shortcut) return;
    event.preventDefault();
    if (shortcut === "help") void this.#showHelp();
    else this.intend({ type: shortcut });
  });

  /** Its script comes with the first look at it. */
  readonly #showTrueSize = async (asked: boolean): Promise<void> => {
    await Promise.all([this.updateComplete, import("./lazy-elements.ts")]);
    const dialog = this.querySelector<TrueSizeDialogElement>("true-size-dialog");
    await dialog?.updateComplete;
    dialog?.show(asked);
  };

  readonly #showHelp = async (): Promise<void> => {
    await import("./lazy-elements.ts");
    const dialog = this.querySelector<HelpDialogElement>("help-dialog");
    await dialog?.updateComplete;
    dialog?.show();
  };

  /** The inspector comes into view, in its sheet where it has no column, and its first field gets the focus. */
  readonly #editLayer = async (): Promise<void> => {
    this.column = "layer";
    await Promise.all([this.updateComplete, import("./lazy-elements.ts")]);
    if (!this.wide) this.#openSheet();
    await this.querySelector("layer-inspector")?.focusFirst();
  };

  readonly #layerEdited = (): void => {
    this.#closeSheet();
    this.querySelector<OutlineEditorElement>("outline-editor")?.focusSelected();
  };

  readonly #showGlossary = async (): Promise<void> => {
    await import("./glossary-dialog-define.ts");
    await this.querySelector("glossary-dialog")?.show();
  };

  readonly #helpGo = ({ detail }: CustomEvent<"glossary" | "steps">): void => {
    if (detail === "glossary") return void this.#showGlossary();
    this.pane = "train";
    this.querySelector("first-steps")?.bringBack();
  };

  /** Leads to where a step of the first ones is taken. */
  readonly #firstStep = async ({ detail: step }: CustomEvent<FirstStep>): Promise<void> => {
    if (step === "train") this.#showPane("train");
    if (step === "look") {
      this.#showPane("look");
      this.intend({ type: "show_view", view: "maps" });
    }
    if (step === "build") this.#showPane("net");
    if (step === "break") {
      this.column = "settings";
      if (!this.wide) this.#openSheet();
    }
    await this.updateComplete;
    if (step === "build") this.querySelector<HTMLElement>(".add-layer, .outline-empty button")?.focus();
    if (step === "break") this.querySelector<HTMLInputElement>('[id$="-learning_rate"]')?.select();
  };

  /** The address follows what is shown; a link to it is of the moment it is used. */
  readonly #follow = (event: Event): void => {
    (event.currentTarget as HTMLAnchorElement).href = fullPage();
  };

  /** A link may open it: `?view=true-size` or `#true-size`. */
  readonly #followLink = (): void => {
    if (location.hash === "#true-size" || new URLSearchParams(location.search).get("view") === "true-size") void this.#showTrueSize(false);
  };

  readonly #hashChanged = (): void => {
    if (location.hash === "#true-size") void this.#showTrueSize(false);
  };

  /** Files dropped before the part is there that takes them: the browser would leave the page for them. */
  #dropped: File[] = [];

  readonly #early = (event: DragEvent): void => {
    if (customElements.get("share-menu") || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#dropped.push(...event.dataTransfer.files);
    this.requestUpdate();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    for (const type of ["dragover", "drop"] as const) document.addEventListener(type, this.#early);
    addEventListener("hashchange", this.#hashChanged);
    this.#columns.addEventListener("change", this.#resized);
    document.addEventListener("keydown", this.#key);
    this.addEventListener(EDIT_LAYER, this.#editLayer);
    this.addEventListener(LAYER_EDITED, this.#layerEdited);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const type of ["dragover", "drop"] as const) document.removeEventListener(type, this.#early);
    removeEventListener("hashchange", this.#hashChanged);
    this.#columns.removeEventListener("change", this.#resized);
    document.removeEventListener("keydown", this.#key);
    this.removeEventListener(EDIT_LAYER, this.#editLayer);
    this.removeEventListener(LAYER_EDITED, this.#layerEdited);
  }

  protected override shouldUpdate(changes: PropertyValues): boolean {
    // The markup of index.html stays until there is something to show.
    return this.locale !== undefined && this.state !== undefined && super.shouldUpdate(changes);
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    const before = changes.get("state") as AppState | undefined;
    const { selection, view } = this.state;
    // Selecting a layer asks to see it.
    if (selection && before && selection !== before.selection) this.column = "layer";
    // On a phone what a link names is in a pane of its own.
    if (before && view !== before.view)
      this.pane = view === "training" ? (this.pane === "look" ? "train" : this.pane) : this.pane === "train" ? "look" : this.pane;
    // At the latest when what the page begins with is there.
    const begun = this.state.data.phase !== "loading" || this.state.data.images.test > 0;
    if (begun || this.column === "layer" || view !== "training" || hasRuns(this.state)) void import("./lazy-elements.ts");
  }

  protected override firstUpdated(): void {
    this.toggleAttribute("embed", isEmbed());
    measureDock(this);
    watchTerms(() => this.locale.language);
    this.#followLink();
  }

  protected override updated(): void {
    if (this.state.document && this.#dropped.length > 0) this.intend({ type: "open_files", files: this.#dropped.splice(0) });
  }

  protected override render(): TemplateResult {
    const { locale, state } = this;
    const { text } = locale;
    return html`
      <a class="skip" href="#run">${text.page.skipToRun}</a>
      <a class="skip" href="#stage">${text.page.skip}</a>
      ${this.#header()}
      <section class="bottom" aria-label=${text.run.progress}>
        <run-dock .locale=${locale} .state=${state}></run-dock>
        ${this.wide ? nothing : html`<button type="button" class="quiet settings-button" @click=${this.#openSheet}>${icons.settings}<span>${text.page.settings}</span></button>`}
        ${isEmbed() ? html`<a class="link" href=${fullPage()} target="_blank" rel="noopener" @pointerenter=${this.#follow} @focus=${this.#follow}>${text.page.openPage}</a>` : nothing}
        <nav class="panes" aria-label=${text.page.paneBar}>
          ${PANES.map((pane) => html`<button type="button" aria-current=${this.pane === pane ? "true" : "false"} @click=${() => this.#showPane(pane)}>${PANE_ICONS[pane]}<span>${text.page.panes[pane]}</span></button>`)}
        </nav>
      </section>
      <notice-list role=${state.notices.length > 0 ? "region" : nothing} aria-label=${state.notices.length > 0 ? text.notices.region : nothing} .locale=${locale} .state=${state}></notice-list>
      <first-steps .locale=${locale} .state=${state} @first-step=${this.#firstStep}></first-steps>
      <main class="columns">
        <section class="outline" aria-label=${text.network.title}>
          <header class="outline-head">
            <h2>${text.network.title}</h2>
            <button type="button" class="link" aria-haspopup="dialog" @click=${() => void this.#showTrueSize(true)}>${text.network.trueSize}</button>
          </header>
          <outline-editor .locale=${locale} .state=${state}></outline-editor>
        </section>
        <section class="stage" id="stage" tabindex="-1" aria-label=${text.run.controls}>
          ${this.#tabs("views", text.page.viewBar, VIEWS, state.view, text.page.views, (view) => this.intend({ type: "show_view", view }))}
          <div class="view ${resultsOf(state).of === "before" && state.view !== "diagram" ? "behind" : ""}" role="tabpanel" id="views-panel" aria-labelledby="views-${state.view}" data-view=${state.view}>
            ${state.view === "training" ? nothing : html`<h2 class="visually-hidden">${text.page.views[state.view]}</h2>`}
            ${state.view === "diagram" || (state.view === "training" && !hasRuns(state)) ? nothing : ownerNote(locale, state)}
            ${this.#view()}
          </div>
          <try-panel .locale=${locale} .state=${state}></try-panel>
        </section>
        ${this.wide ? html`<aside class="inspector" aria-label=${text.page.inspector}>${this.#inspector("")}</aside>` : nothing}
      </main>
      <dialog class="sheet" aria-label=${text.page.settings} @click=${this.#backdrop}>
        <div class="dialog-body">
          <header><button type="button" class="icon-button" aria-label=${text.page.close} @click=${this.#closeSheet}>${icons.close}</button></header>
          ${this.wide ? nothing : html`${this.#inspector("sheet-")}`}
        </div>
      </dialog>
      <true-size-dialog .locale=${locale} .state=${state}></true-size-dialog>
      <help-dialog .locale=${locale} .state=${state} @help-go=${this.#helpGo}></help-dialog>
      <glossary-dialog .locale=${locale} .state=${state}></glossary-dialog>
      <p class="visually-hidden" role="status">${this.#say(state.announcement)}</p>
    `;
  }

  #view(): TemplateResult {
    const { locale, state } = this;
    switch (state.view) {
      case "training":
        return html`<div class="charts">
          <metric-chart metric="loss" .locale=${locale} .state=${state}></metric-chart>
          <metric-chart metric="accuracy" .locale=${locale} .state=${state}></metric-chart>
          ${saysPixels(state) ? html`<metric-chart metric="iou" .locale=${locale} .state=${state}></metric-chart>` : nothing}
        </div>
        ${hasRuns(state) ? html`<runs-panel .locale=${locale} .state=${state}></runs-panel>` : nothing}`;
      case "diagram":
        return html`<network-diagram .locale=${locale} .state=${state}></network-diagram>`;
      case "maps":
        return html`<maps-panel .locale=${locale} .state=${state}></maps-panel>`;
      case "errors":
        return html`<errors-panel .locale=${locale} .state=${state}></errors-panel>`;
    }
  }

  /** In the sheet, fields need ids of their own. */
  #inspector(prefix: "" | "sheet-"): TemplateResult {
    const { locale, state, column } = this;
    const { page } = locale.text;
    return html`
      ${this.#tabs(`${prefix}columns`, page.inspector, COLUMNS, column, page.columns, (one) => (this.column = one))}
      <div role="tabpanel" id="${prefix}columns-panel" aria-labelledby="${prefix}columns-${column}">
        ${
          column === "layer"
            ? html`<layer-inspector prefix=${`${prefix}layer`} .locale=${locale} .state=${state}></layer-inspector>`
            : html`<settings-panel prefix=${prefix === "" ? "settings" : "sheet"} .locale=${locale} .state=${state}></settings-panel>`
        }
      </div>
    `;
  }

  /** One tab is in the order of Tab; arrow keys move between them. */
  #tabs<T extends string>(
    id: string,
    label: string,
    tabs: readonly T[],
    chosen: T,
    names: { readonly [K in T]: string },
    choose: (tab: T) => void,
  ): TemplateResult {
    const move = (event: KeyboardEvent): void => {
      const direction = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      const next =
        event.key === "Home"
          ? tabs[0]
          : event.key === "End"
            ? tabs.at(-1)
            : direction === 0
              ? undefined
              : tabs[(tabs.indexOf(chosen) + direction + tabs.length) % tabs.length];
      if (next === undefined) return;
      event.preventDefault();
      choose(next);
      void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#${id}-${next}`)?.focus());
    };
    return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${onKey(move)}>
      ${tabs.map((tab) => html`<button type="button" role="tab" id="${id}-${tab}" aria-selected=${tab === chosen ? "true" : "false"} aria-controls="${id}-panel" tabindex=${tab === chosen ? 0 : -1} @click=${() => choose(tab)}>${names[tab]}</button>`)}
    </div>`;
  }

  #header(): TemplateResult {
    const { locale, state } = this;
    const { page } = locale.text;
    const { theme, language } = state.preferences;
    return html`
      <header class="top">
        <h1 class="brand">Receptive</h1>
        <p class="network-name">${state.document?.present.title ?? state.network?.title ?? nothing}</p>
        <backend-chip .locale=${locale} .state=${state}></backend-chip>
        <div class="top-tools">
          <share-menu .locale=${locale} .state=${state}></share-menu>
          <div class="languages" role="group" aria-label=${page.language}>
            ${LANGUAGES.map((one) => html`<button type="button" class="language" lang=${one} aria-pressed=${one === language ? "true" : "false"} @click=${() => this.intend({ type: "choose_language", language: one })}>${one.toUpperCase()}<span class="visually-hidden"> ${LANGUAGE_NAMES[one]}</span></button>`)}
          </div>
          <button type="button" class="icon-button" aria-label="${page.theme}: ${page.themes[theme]}" title="${page.theme}: ${page.themes[theme]}" @click=${() => this.intend({ type: "choose_theme", theme: nextTheme(theme) })}>${THEME_ICONS[theme]}</button>
          <button type="button" class="icon-button help-button" aria-label=${page.help} title=${page.help} @click=${() => void this.#showHelp()}><span aria-hidden="true">?</span></button>
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
    // On a phone the curves and the looks inside are two panes of what is one stage elsewhere.
    if (pane === "train") this.intend({ type: "show_view", view: "training" });
    if (pane === "look" && this.state.view === "training") this.intend({ type: "show_view", view: "diagram" });
    scrollTo({ top: 0 });
  }

  readonly #openSheet = (): void => this.querySelector<HTMLDialogElement>("dialog.sheet")?.showModal();
  readonly #closeSheet = (): void => this.querySelector<HTMLDialogElement>("dialog.sheet")?.close();
  readonly #backdrop = (event: Event): void => {
    if (event.target === event.currentTarget) this.#closeSheet();
  };
}
