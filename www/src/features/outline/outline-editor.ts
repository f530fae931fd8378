import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import type { Spec } from "../../engine/protocol.ts";
import { onKey } from "../../lib/keys.ts";
import { reveal } from "../../lib/reveal.ts";
import { describedBefore, OutlineReader } from "../../model/outline-reader.ts";
import { isNeutral } from "../../model/problem.ts";
import { problemOf } from "../../model/state.ts";
import type { Selection } from "../../spec/document.ts";
import { BLANK } from "../../spec/document.ts";
import { newContainer, newLayer, OFFERED_CONTAINERS } from "../../spec/new-items.ts";
import { operatorTexts } from "../../spec/operators.ts";
import type { Outline, OutlineRow } from "../../spec/outline.ts";
import { INPUT, unfolded } from "../../spec/outline.ts";
import type { OutlineAction } from "../../spec/outline-actions.ts";
import { actionOf, edit, isEdit } from "../../spec/outline-actions.ts";
import type { Edited } from "../../spec/spec-edit.ts";
import { insert, move, placeAfter } from "../../spec/spec-edit.ts";
import { partsOf } from "../../spec/spec-items.ts";
import type { Place } from "../../spec/spec-path.ts";
import { isWithin, pathAt } from "../../spec/spec-path.ts";
import type { Question } from "../../ui/choice-popup.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { problemText } from "../../ui/problem-text.ts";
import { term } from "../../ui/term.ts";
import { EDIT_LAYER } from "./layer-events.ts";
import { RowDrag } from "./outline-drag.ts";
import { Folds } from "./outline-folds.ts";
import { whatToAdd, whatToDo, whereTo, whichNetwork } from "./outline-questions.ts";
import { labelOf, lookOf, rowTemplate } from "./outline-row.ts";
import type { OutlineTexts } from "./texts.ts";

/** The network as a tree: what comes out of each layer, what it costs, how much of the digit it sees; and every way to change it. */
export class OutlineEditorElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, version: { state: true } };

  /** Counts what changes the looks without being a part of the page's state. */
  declare private version: number;

  readonly #reader = new OutlineReader();
  #outline: Outline = { rows: [], unplaced: null };
  #seen: readonly OutlineRow[] = [];
  readonly #folds = new Folds();
  readonly #drag = new RowDrag(this, {
    move: (path, place) => this.#apply(move(this.#spec, path, place)),
    changed: () => (this.version += 1),
    rows: () => this.#seen,
    isFolded: (row) => this.#folds.isFolded(row),
  });
  /** The row to focus when the page shows the edit that was asked for. */
  #focus: string | null = null;
  #hadFocus = false;
  #shown: Selection | null = null;
  /** The selection that what stands around it was unfolded for. */
  #unfoldedFor: Selection | null = null;
  /** What was said of the last version that the engine has looked at. */
  #said: { spec: Spec; text: string; wrong: string } | null = null;

  constructor() {
    super();
    this.version = 0;
  }

  get #spec(): Spec {
    return this.state.document?.present.spec ?? BLANK;
  }

  get #texts(): OutlineTexts {
    return this.locale.panels.outline;
  }

  protected override willUpdate(): void {
    this.#hadFocus = this.#tree?.contains(document.activeElement) ?? false;
    this.#outline = this.#reader.read(this.state);
    this.#unfoldSelected();
    this.#folds.follow(this.#outline.rows);
    this.#seen = unfolded(this.#outline.rows, (row) => this.#folds.isFolded(row));
    this.#say();
    if (problemOf(this.state)) void import("../../ui/lazy-elements.ts");
  }

  /** A layer that is selected, here or elsewhere on the page, is seen: what it stands in opens once, and can be folded again. */
  #unfoldSelected(): void {
    const { selection } = this.state;
    if (selection === this.#unfoldedFor || (selection && !this.#rowAt(selection.path))) return;
    if (selection) this.#folds.open(selection.path);
    this.#unfoldedFor = selection;
  }

  /** Of each version one sentence: what its selected layer makes now, or what is wrong. */
  #say(): void {
    const { document: edited } = this.state;
    if (!edited?.examined || edited.present.spec === this.#said?.spec) return;
    const problem = problemOf(this.state);
    const row = this.#rowAt(this.#activePath);
    const first = this.#said === null;
    this.#said = {
      spec: edited.present.spec,
      text: first || problem || !row ? "" : this.#texts.examined(labelOf(this.locale, row), row.shape),
      wrong: first || !problem ? "" : problemText(this.locale, this.state, problem),
    };
  }

  get #tree(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[role=tree]");
  }

  #rowAt(path: string | null): OutlineRow | undefined {
    return this.#outline.rows.find((row) => row.path === path);
  }

  /** The selected row, or the nearest one around it that is seen. */
  get #activePath(): string {
    const selected = this.state.selection?.path ?? null;
    const around = selected === null ? undefined : this.#seen.filter(({ path }) => isWithin(selected, path)).at(-1);
    return (around ?? this.#seen[0])?.path ?? INPUT;
  }

  protected override render(): TemplateResult {
    const {
      locale,
      state,
      locale: { text },
    } = this;
    const texts = this.#texts;
    const { document: edited } = state;
    if (!edited) return html`<p class="muted">${text.network.waiting}</p>`;
    const { unplaced } = this.#outline;
    const selected = this.#rowAt(this.#activePath);
    const name = selected ? labelOf(locale, selected) : "";
    const empty = this.#spec.layers.length === 0;
    return html`
      <div class="outline-tools" role="toolbar" aria-label=${texts.tree}>
        <button type="button" class="quiet small preset" aria-haspopup="listbox" @click=${(event: Event) => void this.#choosePreset(event.currentTarget as Element)}>${texts.preset}</button>
        <button type="button" class="icon-button tool-edit" aria-label=${texts.edit(name)} title=${texts.edit(name)} @click=${() => selected && this.#act("edit", selected)}>${icons.pencil}</button>
        <button type="button" class="icon-button tool-more" aria-haspopup="menu" aria-label=${texts.actionsOf(name)} title=${texts.actionsOf(name)} @click=${(event: Event) => selected && void this.#menu(selected, event.currentTarget as Element)}>${icons.more}</button>
        <button type="button" class="icon-button undo" aria-label=${texts.undo} title="${texts.undo} (Ctrl+Z)" ?disabled=${edited.past.length === 0} @click=${() => this.intend({ type: "undo" })}>${icons.undo}</button>
        <button type="button" class="icon-button redo" aria-label=${texts.redo} title="${texts.redo} (Ctrl+Y)" ?disabled=${edited.future.length === 0} @click=${() => this.intend({ type: "redo" })}>${icons.redo}</button>
      </div>
      ${unplaced && unplaced.kind !== "empty_network" ? html`<div class=${isNeutral(state) ? "open-end" : ""}><error-fixes .locale=${locale} .state=${state} .error=${unplaced}></error-fixes></div>` : nothing}
      <p class="tree-head second"><span>${term("layer", text.network.columns.layer)}, ${term("receptive_field", text.network.columns.sees)}</span>
        <span>${text.network.columns.output}; ${term("parameters", text.network.columns.params)} · ${term("macs", text.network.columns.macs)}</span></p>
      <div role="tree" class="tree" aria-label=${texts.tree} @keydown=${onKey(this.#key)} @click=${this.#click} @dblclick=${this.#doubleClick} @contextmenu=${this.#contextMenu} @pointerdown=${this.#drag.down}>
        ${repeat(
          this.#seen,
          ({ path }) => path,
          (row) => this.#row(row),
        )}
      </div>
      ${this.#drag.mark()}
      ${empty ? this.#empty(texts) : html`<button type="button" class="quiet small add-layer" title=${texts.addHint} aria-haspopup="listbox" @click=${(event: Event) => void this.#add(event.currentTarget as Element, this.#end)}>${icons.plus}<span>${texts.add}</span></button>`}
      ${this.#totals()}
      <p class="totals"><a class="link" href=${operatorTexts.page(locale.language)} target="_blank" rel="noopener">${text.network.allOperators}<span class="visually-hidden"> ${text.network.newTab}</span></a></p>
      <choice-popup></choice-popup>
      <p class="visually-hidden" role="status">${this.#said?.text ?? ""}</p>
      <p class="visually-hidden" role="alert">${this.#said?.wrong ?? ""}</p>
    `;
  }

  #row(row: OutlineRow): unknown {
    const { locale, state } = this;
    const path = this.#activePath;
    const view = { selected: state.selection !== null && path === row.path, active: path === row.path, folded: this.#folds.isFolded(row) };
    return guard(lookOf(row, view, locale), () => rowTemplate(row, view, locale, state));
  }

  #empty(texts: OutlineTexts): TemplateResult {
    const lenet = this.state.presets.find(({ name }) => name === "lenet5");
    return html`<div class="outline-empty">
      <p>${texts.empty}</p>
      <button type="button" class="quiet" @click=${(event: Event) => void this.#add(event.currentTarget as Element, this.#end)}>${texts.emptyAdd}</button>
      ${lenet ? html`<button type="button" class="quiet" @click=${() => this.intend({ type: "open_network", title: lenet.title, spec: lenet.spec })}>${texts.emptyStart}</button>` : nothing}
    </div>`;
  }

  #totals(): TemplateResult | typeof nothing {
    const {
      locale: { text },
      state,
      state: { document: edited, settings },
    } = this;
    const totals = (edited?.examination?.network ?? describedBefore(state))?.totals;
    if (!totals) return nothing;
    return html`
      <p class="totals outline-totals">${term("parameters", text.network.totalParams(totals.params))}, ${term("macs", text.network.totalMacs(totals.macs))}</p>
      ${totals.training_bytes === null ? nothing : html`<p class="totals">${text.network.memory(totals.training_bytes, settings?.edited.batch_size ?? 64)}</p>`}
    `;
  }

  protected override updated(): void {
    const arrived = this.#focus !== null && this.#focus === this.state.selection?.path;
    const lost = this.#hadFocus && !this.#tree?.contains(document.activeElement);
    if (arrived || lost) this.#focusRow(this.#activePath);
    else if (this.state.selection !== this.#shown) reveal(this.#element(this.#activePath));
    this.#shown = this.state.selection;
    if (arrived) this.#focus = null;
  }

  /** Back from the inspector. */
  focusSelected(): void {
    this.#focusRow(this.#activePath);
  }

  #focusRow(path: string): void {
    const row = this.#element(path);
    row?.focus({ preventScroll: true });
    reveal(row);
  }

  #element(path: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
  }

  #select(path: string): void {
    const row = this.#rowAt(path);
    this.#focus = path;
    this.intend({ type: "select", selection: { path, node: row?.node ?? null } });
    this.version += 1;
  }

  /** Makes an edit, and goes on from where it led. */
  #apply(edited: Edited | null): void {
    if (!edited) return;
    this.intend({ type: "edit_network", spec: edited.spec });
    this.#folds.open(edited.path);
    this.#select(edited.path);
  }

  #fold(row: OutlineRow, folded: boolean): void {
    this.#folds.set(row, folded);
    this.version += 1;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const target = event.target as Element;
    const row = this.#rowOf(event);
    // Keys in what stands in a row, as its buttons, are theirs.
    if (!row || target.getAttribute("role") !== "treeitem") return;
    const action = actionOf(event);
    const menu = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
    if (menu) void this.#menu(row, target);
    else if (action) this.#act(action, row);
    else if (event.altKey || event.ctrlKey || event.metaKey || !this.#walk(event.key, row)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Arrow keys as in any tree. @returns whether the key was one of them. */
  #walk(key: string, row: OutlineRow): boolean {
    const at = this.#seen.indexOf(row);
    const open = row.container && row.children > 0;
    const folded = this.#folds.isFolded(row);
    const to = (path: string | null | undefined): true => {
      if (path) this.#select(path);
      return true;
    };
    switch (key) {
      case "ArrowDown":
        return to(this.#seen[at + 1]?.path);
      case "ArrowUp":
        return to(this.#seen[at - 1]?.path);
      case "Home":
        return to(this.#seen[0]?.path);
      case "End":
        return to(this.#seen.at(-1)?.path);
      case "ArrowRight":
        if (open && folded) this.#fold(row, false);
        else if (open) to(this.#seen[at + 1]?.path);
        return true;
      case "ArrowLeft":
        if (open && !folded) this.#fold(row, true);
        else to(row.parent);
        return true;
      default:
        return false;
    }
  }

  #rowOf(event: Event): OutlineRow | undefined {
    const element = (event.target as Element).closest<HTMLElement>("[data-path]");
    return this.#rowAt(element?.dataset.path ?? null);
  }

  readonly #click = (event: Event): void => {
    const target = event.target as Element;
    const row = this.#rowOf(event);
    if (!row || target.closest("error-fixes")) return;
    if (target.closest(".row-fold")) return this.#fold(row, !this.#folds.isFolded(row));
    this.#select(row.path);
    if (target.closest(".row-more")) void this.#menu(row, target.closest(".row-more") ?? target);
    if (target.closest(".row-edit")) this.#act("edit", row);
  };

  readonly #doubleClick = (event: Event): void => {
    const row = this.#rowOf(event);
    if (row && !(event.target as Element).closest("button, .row-fold, error-fixes")) this.#act("edit", row);
  };

  readonly #contextMenu = (event: Event): void => {
    const row = this.#rowOf(event);
    const element = row && this.#element(row.path);
    if (!row || !element) return;
    event.preventDefault();
    this.#select(row.path);
    void this.#menu(row, element);
  };

  #act(action: OutlineAction, row: OutlineRow): void {
    if (isEdit(action)) return this.#apply(edit(action, this.#spec, row.path));
    const element = this.#element(row.path) ?? this;
    switch (action) {
      case "edit":
        this.#select(row.path);
        this.#focus = null;
        this.dispatchEvent(new CustomEvent(EDIT_LAYER, { bubbles: true }));
        return;
      case "add":
        return void this.#add(element, placeAfter(this.#spec, row.path));
      case "add_inside": {
        const part = row.kind === "branch" || row.kind === "shortcut" ? null : partsOf(row.item, row.path)[0];
        return void this.#add(element, part ? { list: part.list, index: part.items.length } : placeAfter(this.#spec, row.path));
      }
      case "move":
        return void this.#moveTo(row, element);
    }
  }

  async #ask(anchor: Element, question: Question): Promise<string | null> {
    await import("../../ui/lazy-elements.ts");
    const popup = this.querySelector("choice-popup");
    const focused = document.activeElement;
    const chosen = (await popup?.ask(anchor, question)) ?? null;
    if (chosen === null && (document.activeElement === document.body || popup?.contains(document.activeElement)))
      (focused as HTMLElement | null)?.focus();
    return chosen;
  }

  async #menu(row: OutlineRow, anchor: Element): Promise<void> {
    const action = await this.#ask(anchor, whatToDo(this.locale, this.#spec, row));
    if (action) this.#act(action as OutlineAction, row);
  }

  /** Behind all layers. */
  get #end(): Place {
    return { list: "layers", index: this.#spec.layers.length };
  }

  async #add(anchor: Element, place: Place): Promise<void> {
    const chosen = await this.#ask(anchor, whatToAdd(this.locale));
    if (chosen === null) return;
    const container = OFFERED_CONTAINERS.find((kind) => kind === chosen);
    this.#apply(insert(this.#spec, place, container ? newContainer(container, this.#spec, this.#shapeAt(place)) : newLayer(chosen)));
  }

  /** What something at this place would read, as far as it is known. */
  #shapeAt({ list, index }: Place): readonly number[] {
    const before = this.#rowAt(pathAt({ list, index: index - 1 }));
    if (before) return before.shape;
    const holder = this.#outline.rows.filter(({ path }) => list !== "layers" && isWithin(list, path)).at(-1);
    return holder?.input ?? this.#spec.input;
  }

  async #moveTo(row: OutlineRow, anchor: Element): Promise<void> {
    const { question, places } = whereTo(this.locale, this.#spec, row, this.#outline.rows);
    const place = places[Number((await this.#ask(anchor, question)) ?? -1)];
    if (place) this.#apply(move(this.#spec, row.path, place));
  }

  async #choosePreset(anchor: Element): Promise<void> {
    const { presets } = this.state;
    const chosen = await this.#ask(anchor, whichNetwork(this.locale, presets));
    if (chosen === null) return;
    const preset = presets.find(({ name }) => name === chosen);
    this.intend({ type: "open_network", title: preset?.title ?? this.#texts.blank, spec: preset?.spec ?? BLANK, chosen: true });
    this.#select(INPUT);
  }
}
