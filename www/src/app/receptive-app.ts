import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { fullPage, isEmbed } from "../lib/embed.ts";
import { onKey } from "../lib/keys.ts";
import { historyKeyOf, shortcutOf } from "../lib/shortcuts.ts";
import { resultsOf } from "../model/on-show.ts";
import type { Announcement } from "../model/state.ts";
import { FIRST_VIEW, hasBegun, hasRuns } from "../model/state.ts";
import type { Context, Label, Part, Place } from "../page/feature.ts";
import type { Intent, Pane } from "../page/intent.ts";
import { IntentEvent } from "../page/intent.ts";
import type { Page } from "../page/page.ts";
import { columnsOf, dialogsOf, partsOf, shortcutsOf, tabsOf } from "../page/registry.ts";
import * as icons from "../ui/icons.ts";
import { ownerNote } from "../ui/owner-note.ts";
import { PanelElement } from "../ui/panel-element.ts";
import { measureDock } from "./dock-height.ts";
import { loadFeature, loadShared } from "./loading.ts";

/** On a phone one part of the page is seen at a time. */
const PANES: readonly Pane[] = ["net", "train", "look", "try"];

const PANE_ICONS: { [P in Pane]: TemplateResult } = { net: icons.net, train: icons.chart, look: icons.look, try: icons.pencil };

/** What a feature's dialog is. */
interface Openable extends HTMLElement {
  readonly updateComplete: Promise<unknown>;
  show(asked: boolean): void;
}

/** The whole page: where each part stands, and nothing of what it does. It knows features by what they have, and none by name. */
export class ReceptiveAppElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    page: { attribute: false },
    pane: { reflect: true },
    wide: { state: true },
    column: { state: true },
  };

  declare page: Page;
  declare pane: Pane;
  /** The settings have a column of their own. */
  declare private wide: boolean;
  /** The feature whose column is shown; null for the last one there is. */
  declare private column: string | null;

  readonly #columns = matchMedia("(min-width: 1024px)");
  #mounted: (() => void)[] = [];

  constructor() {
    super();
    this.pane = "train";
    this.column = null;
    this.wide = this.#columns.matches;
  }

  readonly #resized = (): void => {
    this.wide = this.#columns.matches;
    if (this.wide) this.querySelector<HTMLDialogElement>("dialog.sheet")?.close();
  };

  readonly #key = onKey((event: KeyboardEvent): void => {
    const history = historyKeyOf(event);
    const intent: Intent | null = history
      ? { type: history }
      : shortcutOf(event, this.state.preferences.shortcuts, shortcutsOf(this.page.features));
    if (!intent) return;
    event.preventDefault();
    this.intend(intent);
  });

  readonly #intended = ({ detail }: IntentEvent): void => void this.page.handle(detail);

  /** Its script comes with the first look at it. */
  async #openDialog(name: string, asked: boolean): Promise<void> {
    const [feature, dialog] = [
      this.page.features.find((one) => one.name === name),
      dialogsOf(this.page.features).find((one) => one.name === name),
    ];
    if (!feature || !dialog) return;
    await Promise.all([this.updateComplete, loadFeature(feature)]);
    const element = this.querySelector<Openable>(dialog.element);
    await element?.updateComplete;
    element?.show(asked);
  }

  async #showColumn(name: string, sheet: boolean): Promise<void> {
    this.column = name;
    if (!sheet) return;
    const feature = this.page.features.find((one) => one.name === name);
    await Promise.all([this.updateComplete, feature && loadFeature(feature)]);
    if (!this.wide) this.#openSheet();
  }

  /** A link may open a dialog: `?view=NAME` or `#NAME`. */
  #followLink(search: string): void {
    const view = new URLSearchParams(search).get("view");
    for (const { name, addressed } of dialogsOf(this.page.features))
      if (addressed && (this.page.environment.address.hash === `#${name}` || view === name)) void this.#openDialog(name, false);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#columns.addEventListener("change", this.#resized);
    this.addEventListener(IntentEvent.type, this.#intended);
    if (this.page) this.#mount();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#columns.removeEventListener("change", this.#resized);
    this.removeEventListener(IntentEvent.type, this.#intended);
    for (const end of this.#mounted.splice(0)) end();
  }

  /** It is drawn as soon as it has a language, too. */
  begin(page: Page): void {
    this.page = page;
    this.state = page.state;
    page.add({
      open_dialog: ({ name, asked }) => this.#openDialog(name, asked ?? true),
      show_column: ({ name, sheet }) => this.#showColumn(name, sheet ?? false),
      show_pane: ({ pane }) => {
        this.#showPane(pane);
        return this.updateComplete;
      },
      close_sheet: () => this.#closeSheet(),
    });
    if (this.isConnected) this.#mount();
  }

  #mount(): void {
    const { page } = this;
    const { keys, address } = page.environment;
    this.#mounted = [
      keys.onPress(this.#key),
      page.store.subscribe(({ view }, before) => {
        if (view !== before.view) this.#followView();
      }),
      address.onHash(() => this.#followLink("")),
      ...page.features.flatMap(({ mount }) => (mount ? [mount(page, this)] : [])),
    ];
  }

  protected override shouldUpdate(changes: PropertyValues): boolean {
    // The markup of index.html stays until there is something to show.
    return this.locale !== undefined && this.page !== undefined && super.shouldUpdate(changes);
  }

  protected override willUpdate(): void {
    const { view } = this.state;
    // At the latest when what the page begins with is there.
    const begun = hasBegun(this.state);
    if (begun || this.column !== null || view !== FIRST_VIEW || hasRuns(this.state)) void loadShared();
    const shown = this.page.features.filter(
      ({ name, parts }) => name === this.#tabShown?.name || name === this.column || (begun && parts?.some((part) => this.#isThere(part))),
    );
    for (const feature of shown) if (feature.load) void loadFeature(feature);
  }

  protected override firstUpdated(): void {
    this.toggleAttribute("embed", isEmbed());
    measureDock(this);
    this.#followLink(this.page.environment.address.search);
  }

  /** On a phone what a link names is in a pane of its own. */
  #followView(): void {
    const shown = this.#tabShown?.pane;
    if (shown && (this.pane === "train" || this.pane === "look")) this.pane = shown;
  }

  /** The address follows what is shown; a link to it is of the moment it is used. */
  readonly #follow = (event: Event): void => {
    (event.currentTarget as HTMLAnchorElement).href = fullPage();
  };

  get #tabShown() {
    return tabsOf(this.page.features).find(({ view }) => view === this.state.view);
  }

  get #columnShown() {
    const columns = columnsOf(this.page.features);
    return columns.find(({ name }) => name === this.column) ?? columns.at(-1);
  }

  get #context(): Context {
    const { locale, state } = this;
    return { locale, state, intend: (intent) => this.intend(intent), parts: (place) => this.#parts(place) };
  }

  #parts(place: Place): TemplateResult[] {
    return partsOf(this.page.features, place).flatMap((part) => (this.#isThere(part) ? [part.render(this.#context)] : []));
  }

  #isThere({ wanted }: Part): boolean {
    return wanted?.(this.state) ?? true;
  }

  #name(label: Label): string {
    return label[this.locale.language];
  }

  protected override render(): TemplateResult {
    const { locale, state } = this;
    const { text } = locale;
    const { features } = this.page;
    const tabs = tabsOf(features);
    const tab = this.#tabShown;
    const results = tab?.results(state) ?? false;
    return html`
      <a class="skip" href="#run">${text.page.skipToRun}</a>
      <a class="skip" href="#stage">${text.page.skip}</a>
      ${this.#header()}
      <section class="bottom" aria-label=${text.run.progress}>
        ${this.#parts("dock")}
        ${this.wide ? nothing : html`<button type="button" class="quiet settings-button" @click=${this.#openSheet}>${icons.settings}<span>${text.page.settings}</span></button>`}
        ${isEmbed() ? html`<a class="link" href=${fullPage()} target="_blank" rel="noopener" @pointerenter=${this.#follow} @focus=${this.#follow}>${text.page.openPage}</a>` : nothing}
        <nav class="panes" aria-label=${text.page.paneBar}>
          ${PANES.map((pane) => html`<button type="button" aria-current=${this.pane === pane ? "true" : "false"} @click=${() => this.#showPane(pane)}>${PANE_ICONS[pane]}<span>${text.page.panes[pane]}</span></button>`)}
        </nav>
      </section>
      ${this.#parts("notices")}
      <main class="columns">
        <section class="outline" aria-label=${text.network.title}>
          <header class="outline-head">
            <h2>${text.network.title}</h2>
            ${this.#parts("outline-head")}
          </header>
          ${this.#parts("outline")}
        </section>
        <section class="stage" id="stage" tabindex="-1" aria-label=${text.run.controls}>
          ${this.#tabs(
            "views",
            text.page.viewBar,
            tabs.map(({ view, label }) => [view, this.#name(label)]),
            state.view,
            (view) => this.intend({ type: "show_view", view }),
          )}
          <div class="view ${results && resultsOf(state).of === "before" ? "behind" : ""}" role="tabpanel" id="views-panel" aria-labelledby="views-${state.view}" data-view=${state.view}>
            ${tab && !tab.headed ? html`<h2 class="visually-hidden">${this.#name(tab.label)}</h2>` : nothing}
            ${results ? ownerNote(locale, state) : nothing}
            ${tab?.render(this.#context) ?? nothing}
          </div>
          ${this.#parts("stage")}
        </section>
        ${this.wide ? html`<aside class="inspector" aria-label=${text.page.inspector}>${this.#inspector("")}</aside>` : nothing}
      </main>
      <dialog class="sheet" aria-label=${text.page.settings} @click=${this.#backdrop}>
        <div class="dialog-body">
          <header><button type="button" class="icon-button" aria-label=${text.page.close} @click=${this.#closeSheet}>${icons.close}</button></header>
          ${this.wide ? nothing : html`${this.#inspector("sheet-")}`}
        </div>
      </dialog>
      ${dialogsOf(features).map(({ render }) => render(this.#context))}
      <p class="visually-hidden" role="status">${this.#say(state.announcement)}</p>
    `;
  }

  /** In the sheet, fields need ids of their own. */
  #inspector(prefix: "" | "sheet-"): TemplateResult {
    const columns = columnsOf(this.page.features);
    const column = this.#columnShown;
    return html`
      ${this.#tabs(
        `${prefix}columns`,
        this.locale.text.page.inspector,
        columns.map(({ key, label }) => [key, this.#name(label)]),
        column?.key ?? "",
        (chosen) => (this.column = columns.find(({ key }) => key === chosen)?.name ?? null),
      )}
      <div role="tabpanel" id="${prefix}columns-panel" aria-labelledby="${prefix}columns-${column?.key}">
        ${column?.render(this.#context, prefix) ?? nothing}
      </div>
    `;
  }

  /** One tab is in the order of Tab; arrow keys move between them. */
  #tabs(
    id: string,
    label: string,
    named: readonly (readonly [tab: string, name: string])[],
    chosen: string,
    choose: (tab: string) => void,
  ): TemplateResult {
    const tabs = named.map(([tab]) => tab);
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
      ${named.map(([tab, name]) => html`<button type="button" role="tab" id="${id}-${tab}" aria-selected=${tab === chosen ? "true" : "false"} aria-controls="${id}-panel" tabindex=${tab === chosen ? 0 : -1} @click=${() => choose(tab)}>${name}</button>`)}
    </div>`;
  }

  #header(): TemplateResult {
    const { state } = this;
    return html`
      <header class="top">
        <h1 class="brand">Receptive</h1>
        <p class="network-name">${state.document?.present.title ?? state.network?.title ?? nothing}</p>
        ${this.#parts("top")}
        <div class="top-tools">${this.#parts("tools")}</div>
      </header>
    `;
  }

  #say(announcement: Announcement | null): string {
    const { announce } = this.locale.text;
    if (!announcement) return "";
    if (announcement.code === "paused") return announce.paused(announcement.step);
    return announcement.code === "epoch" ? announce.epoch(announcement.summary) : announce[announcement.code];
  }

  #showPane(pane: Pane): void {
    this.pane = pane;
    // On a phone the curves and the looks inside are two panes of what is one stage elsewhere.
    const wanted = tabsOf(this.page.features).filter((tab) => tab.pane === pane);
    const [first] = wanted;
    const shown = pane === "look" && wanted.some(({ view }) => view === this.state.view);
    if (first && !shown) this.intend({ type: "show_view", view: first.view });
    scrollTo({ top: 0 });
  }

  readonly #openSheet = (): void => this.querySelector<HTMLDialogElement>("dialog.sheet")?.showModal();
  readonly #closeSheet = (): void => this.querySelector<HTMLDialogElement>("dialog.sheet")?.close();
  readonly #backdrop = (event: Event): void => {
    if (event.target === event.currentTarget) this.#closeSheet();
  };
}
