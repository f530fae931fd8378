import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import type { NodeDescription, Spec } from "../../engine/protocol.ts";
import { onKey } from "../../lib/keys.ts";
import { OutlineReader } from "../../model/outline-reader.ts";
import type { Field } from "../../spec/fields.ts";
import { fieldsFor, isTyped, nudged, read, written } from "../../spec/fields.ts";
import { operatorTexts, shortName } from "../../spec/operators.ts";
import type { OutlineRow } from "../../spec/outline.ts";
import { INPUT } from "../../spec/outline.ts";
import { setField } from "../../spec/spec-edit.ts";
import { fieldsOf, itemsIn } from "../../spec/spec-items.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { LAYER_EDITED } from "../outline/layer-events.ts";
import { labelOf } from "../outline/outline-row.ts";
import { costOf } from "./layer-cost.ts";
import type { OperatorDialogElement } from "./operator-dialog.ts";
import type { FieldName, InspectorTexts } from "./texts.ts";

const DATA: readonly string[] = ["mnist", "cluttered_mnist"];

/** The selected layer: its fields, its formula, what it costs and how much of the digit it sees. A value that is not possible stays in its field, marked, and is not applied. */
export class LayerInspectorElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    /** Two of these may be on the page, one of them in the sheet: their fields need ids of their own. */
    prefix: {},
    drafts: { state: true },
    formula: { state: true },
  };

  declare prefix: string;
  /** What is being typed, or was not understood. */
  declare private drafts: ReadonlyMap<string, string>;
  declare private formula: { of: string; html: string } | null;

  readonly #reader = new OutlineReader();
  #row: OutlineRow | null = null;
  /** Of the item whose fields were drawn last. */
  #path: string | undefined;

  constructor() {
    super();
    this.prefix = "layer";
    this.drafts = new Map();
    this.formula = null;
  }

  get #texts(): InspectorTexts {
    return this.locale.panels.inspector;
  }

  protected override willUpdate(): void {
    const path = this.state.selection?.path;
    if (this.hasUpdated && path !== this.#path) this.drafts = new Map();
    this.#path = path;
    const { rows } = this.#reader.read(this.state);
    this.#row = rows.find(({ path }) => path === this.state.selection?.path) ?? null;
    if (this.#row?.op) void this.#loadFormula(this.#row.op);
    if (this.#row?.error) void import("../../ui/lazy-elements.ts");
  }

  /** Focuses the first field, with what is in it selected. */
  async focusFirst(): Promise<void> {
    await this.updateComplete;
    const field = this.querySelector<HTMLInputElement | HTMLSelectElement>(".layer-fields :is(input, select)");
    field?.focus();
    if (field instanceof HTMLInputElement && field.type === "text") field.select();
  }

  protected override render(): TemplateResult {
    const { locale, state } = this;
    const texts = this.#texts;
    const row = this.#row;
    if (!row) return html`<p class="muted">${texts.nothing}</p>`;
    const { op } = row;
    return html`
      <h2 class="layer-title">${labelOf(locale, row)}</h2>
      ${
        op === null
          ? nothing
          : html`<p class="layer-op"><span>${shortName(op, locale.language)} <code>${op}</code></span>
        <button type="button" class="quiet small why" aria-label="${locale.text.network.why} ${op}" aria-haspopup="dialog" @click=${() => this.querySelector<OperatorDialogElement>("operator-dialog")?.show(op)}>${locale.text.network.why}</button></p>`
      }
      ${row.error ? html`<error-fixes class="layer-error" .locale=${locale} .state=${state} .error=${row.error}></error-fixes>` : nothing}
      ${this.#question(row)}
      ${this.#rounds(row)}
      ${this.#fields(row)}
      ${this.#formula()}
      ${costOf(row, this.#node(row), locale, state)}
      <layer-spread .locale=${locale} .state=${state} .node=${this.#node(row)}></layer-spread>
      <operator-dialog .locale=${locale} .state=${state}></operator-dialog>
    `;
  }

  /** What the lab may be asked of it. */
  #question({ kind, path }: OutlineRow): TemplateResult | typeof nothing {
    if (kind !== "residual") return nothing;
    const ask = (): void => {
      this.intend({ type: "close_sheet" });
      this.intend({ type: "open_instrument", name: "lesion", at: path });
      this.intend({ type: "show_view", view: "lab" });
      this.intend({ type: "show_pane", pane: "look" });
    };
    return html`<p><button type="button" class="link" @click=${ask}>${this.#texts.withoutIt}</button></p>`;
  }

  #nodes(row: OutlineRow): readonly NodeDescription[] {
    const { document: edited, network } = this.state;
    const described = edited?.examination ? edited.examination.network : network?.description;
    return row.kind === "layer" ? (described?.nodes.filter(({ path }) => path === row.path) ?? []) : [];
  }

  #node(row: OutlineRow): NodeDescription | null {
    const nodes = this.#nodes(row);
    return nodes.find(({ name }) => name === this.state.selection?.node) ?? nodes[0] ?? null;
  }

  /** In a repeat an item stands for several layers. */
  #rounds(row: OutlineRow): TemplateResult | typeof nothing {
    const nodes = this.#nodes(row);
    if (nodes.length < 2) return nothing;
    const id = `${this.prefix}-round`;
    const chosen = this.#node(row);
    return html`<div class="field layer-round">
      <label for=${id}>${this.#texts.round}</label>
      <select id=${id} @change=${(event: Event) => this.intend({ type: "select", selection: { path: row.path, node: (event.target as HTMLSelectElement).value } })}>
        ${nodes.map((node) => html`<option value=${node.name} ?selected=${node === chosen}>${node.name}</option>`)}
      </select>
    </div>`;
  }

  #fields(row: OutlineRow): TemplateResult | typeof nothing {
    const fields: readonly (readonly [string, Field])[] =
      row.kind === "input"
        ? [["data", { type: "choice", choices: row.item === "idx" ? [...DATA, "idx"] : DATA, default: "mnist" }]]
        : row.kind === "branch"
          ? [["name", { type: "text" }]]
          : row.kind === "shortcut"
            ? []
            : fieldsFor(row.item);
    if (fields.length === 0) return nothing;
    // A name is seldom what one comes for.
    const ordered = [...fields.filter(([name]) => name !== "name"), ...fields.filter(([name]) => name === "name")];
    return html`<div class="layer-fields">${ordered.map(([name, field]) => this.#field(row, name, field))}</div>`;
  }

  #value(row: OutlineRow, name: string): unknown {
    if (row.kind === "input") return row.item;
    return row.kind === "branch" ? (name === "name" ? row.name : undefined) : fieldsOf(row.item)[name];
  }

  #label(row: OutlineRow, name: string): TemplateResult {
    const { fields, afterSum } = this.#texts;
    const label = row.kind === "residual" && name === "after" ? afterSum : (fields[name as FieldName] ?? name);
    return html`<label for="${this.prefix}-${name}">${label}${name === "name" || row.kind === "input" ? nothing : html` <code>${name}</code>`}</label>`;
  }

  #field(row: OutlineRow, name: string, field: Field): TemplateResult {
    const value = this.#value(row, name);
    if (field.type === "boolean") {
      const on = (value ?? field.default) === true;
      return html`<div class="field layer-check">${this.#label(row, name)}<input type="checkbox" id="${this.prefix}-${name}" .checked=${live(on)} @change=${(event: Event) => this.#set(name, (event.target as HTMLInputElement).checked === field.default ? undefined : (event.target as HTMLInputElement).checked)} @keydown=${onKey(this.#back)} /></div>`;
    }
    return isTyped(field) ? this.#typed(row, name, field, value) : this.#choice(row, name, field, value);
  }

  #typed(row: OutlineRow, name: string, field: Field, value: unknown): TemplateResult {
    const { format } = this.locale;
    const id = `${this.prefix}-${name}`;
    const draft = this.drafts.get(name);
    const wrong = draft !== undefined && read(field, draft) === null;
    const plain = (one: number): string => format.plain(one);
    // What a pooling steps by where it is not said.
    const otherwise = field.default ?? (name === "stride" ? fieldsOf(row.item).kernel_size : undefined);
    return html`<div class="field ${field.type === "text" ? "layer-text" : ""} ${wrong ? "wrong" : ""}">
      ${this.#label(row, name)}
      <input
        id=${id} type="text" autocomplete="off" spellcheck="false" inputmode=${field.type === "text" ? "text" : field.type === "integer" ? "numeric" : "decimal"}
        aria-invalid=${wrong ? "true" : "false"} aria-describedby=${wrong ? `${id}-fix` : nothing} placeholder=${written(otherwise, plain)}
        .value=${live(draft ?? written(value, plain))}
        @input=${(event: Event) => this.#type(name, field, (event.target as HTMLInputElement).value)}
        @blur=${() => draft !== undefined && !wrong && this.#forget(name)}
        @keydown=${onKey((event: KeyboardEvent) => this.#key(event, name, field, value ?? otherwise))}
      />
      ${wrong ? html`<p class="fix" id="${id}-fix" role="alert">${this.locale.text.settings.possible(field)}</p>` : nothing}
    </div>`;
  }

  #choice(row: OutlineRow, name: string, field: Field, value: unknown): TemplateResult {
    const texts = this.#texts;
    const id = `${this.prefix}-${name}`;
    const word = (one: string): string => texts.words[one] ?? shortName(one, this.locale.language);
    const own = Array.isArray(value);
    const chosen = own ? (field.type === "shortcut" ? "layers" : "own") : String(value ?? field.default ?? "");
    const choices =
      field.type === "saved"
        ? [...new Set([...this.#saved(row), String(value)])].map((one): [string, string] => [one, one])
        : [
            ...(field.default === undefined && !field.required ? [["", texts.none] as [string, string]] : []),
            ...(field.choices ?? []).map((one): [string, string] => [one, word(one)]),
            ...(field.type === "shortcut"
              ? [["layers", word("layers")] as [string, string]]
              : own
                ? [["own", texts.own] as [string, string]]
                : []),
          ];
    return html`<div class="field">
      ${this.#label(row, name)}
      <select id=${id} .value=${live(chosen)} @change=${(event: Event) => this.#choose(row, name, field, (event.target as HTMLSelectElement).value)} @keydown=${onKey(this.#back)}>
        ${choices.map(([one, label]) => html`<option value=${one} ?selected=${one === chosen}>${label}</option>`)}
      </select>
    </div>`;
  }

  #choose(row: OutlineRow, name: string, field: Field, value: string): void {
    if (value === "own" || (row.kind === "input" && value === "idx")) return;
    if (field.type === "shortcut" && value === "layers")
      return this.#set(name, [{ op: "conv2d", out_channels: row.shape[0] ?? row.input[0] ?? 16, kernel_size: 1 }]);
    this.#set(name, value === "" || value === field.default ? undefined : value);
  }

  /** Names of values that are saved before this item. */
  #saved(row: OutlineRow): string[] {
    const names: string[] = [];
    for (const { item, path } of itemsIn(this.state.document?.present.spec.layers ?? [], "layers")) {
      if (path === row.path) break;
      const { save } = fieldsOf(item);
      if (typeof save === "string") names.push(save);
    }
    return names;
  }

  #set(name: string, value: unknown): void {
    const { document: edited } = this.state;
    const row = this.#row;
    if (!edited || !row) return;
    const { spec } = edited.present;
    const changed = row.path === INPUT ? withData(spec, value as Spec["data"]) : setField(spec, row.path, name, value).spec;
    if (JSON.stringify(changed) !== JSON.stringify(spec))
      this.intend({ type: "edit_network", spec: changed, merge: `${row.path}.${name}` });
  }

  #type(name: string, field: Field, text: string): void {
    this.drafts = new Map(this.drafts).set(name, text);
    const understood = read(field, text);
    if (understood) this.#set(name, understood.value);
  }

  #forget(name: string): void {
    const drafts = new Map(this.drafts);
    drafts.delete(name);
    this.drafts = drafts;
  }

  #key(event: KeyboardEvent, name: string, field: Field, value: unknown): void {
    if (event.key === "Escape" && this.drafts.has(name)) {
      event.stopPropagation();
      event.preventDefault();
      return this.#forget(name);
    }
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (direction === 0 || field.type === "text") return this.#back(event);
    event.preventDefault();
    this.#forget(name);
    this.#set(name, nudged(name, field, value, direction));
  }

  readonly #back = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || this.querySelector("[aria-invalid=true]")) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent(LAYER_EDITED, { bubbles: true }));
  };

  #formula(): TemplateResult | typeof nothing {
    const {
      formula,
      locale: { language },
    } = this;
    const op = this.#row?.op;
    if (!op || formula?.of !== `${language} ${op}`) return nothing;
    return html`<section class="layer-formula"><h3>${this.#texts.formula}</h3>${unsafeHTML(formula.html)}</section>`;
  }

  /** The first formula of the operator's text. "Why?" says it where it does not load. */
  async #loadFormula(op: string): Promise<void> {
    const { language } = this.locale;
    const of = `${language} ${op}`;
    if (this.formula?.of === of) return;
    const text = await operatorTexts.text(language, op).catch(() => null);
    const found = /<div class="formula">.*?<\/div>/su.exec(text?.html ?? "")?.[0];
    // Where it is wider than the column it is scrolled, by keyboard too.
    if (found && this.#row?.op === op) this.formula = { of, html: found.replace('"formula"', '"formula" tabindex="0"') };
  }
}

function withData(spec: Spec, data: Spec["data"]): Spec {
  const { data: _, ...rest } = spec;
  return data === undefined ? rest : { ...rest, data };
}
