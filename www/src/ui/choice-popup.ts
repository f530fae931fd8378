import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import { onKey } from "../lib/keys.ts";
import { reveal } from "../lib/reveal.ts";
import { matching } from "../lib/search.ts";

export interface Choice {
  id: string;
  label: string;
  /** Beside the label, quietly. */
  hint?: string;
  group?: string;
  /** The hue of its family of operators. */
  family?: string;
  /** What is searched besides the label. */
  words?: string;
}

export interface Question {
  label: string;
  choices: readonly Choice[];
  /** With a field to type in, as a combobox; a menu without. */
  search?: { placeholder: string; nothing: string };
}

/** Between what it belongs to and the popup, and between the popup and the window's edge. */
const GAP = 4;

/** A menu or a searchable list that stands beside what it was asked for, and answers with one of its choices. */
export class ChoicePopupElement extends LitElement {
  static override properties: PropertyDeclarations = { question: { state: true }, typed: { state: true }, active: { state: true } };

  declare private question: Question | null;
  declare private typed: string;
  /** The place of the marked choice among those shown. */
  declare private active: number;

  #anchor: Element | null = null;
  #answer: ((id: string | null) => void) | null = null;

  constructor() {
    super();
    this.question = null;
    this.typed = "";
    this.active = 0;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close(null);
  }

  /** @returns the id of the choice, or null when it was left. */
  ask(anchor: Element, question: Question): Promise<string | null> {
    this.#close(null);
    this.#anchor = anchor;
    this.question = question;
    this.typed = "";
    this.active = 0;
    document.addEventListener("pointerdown", this.#outside, true);
    addEventListener("resize", this.#left);
    return new Promise((resolve) => (this.#answer = resolve));
  }

  readonly #left = (): void => this.#close(null);

  readonly #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.#close(null);
  };

  #close(id: string | null): void {
    const answer = this.#answer;
    this.#answer = null;
    if (!answer) return;
    document.removeEventListener("pointerdown", this.#outside, true);
    removeEventListener("resize", this.#left);
    this.question = null;
    answer(id);
  }

  get #shown(): readonly Choice[] {
    const { question, typed } = this;
    if (!question) return [];
    return typed.trim() === "" ? question.choices : matching(question.choices, typed, ({ label, words }) => `${label} ${words ?? ""}`);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { question } = this;
    if (!question) return nothing;
    const left = (event: FocusEvent): void => {
      if (event.relatedTarget instanceof Node && !this.contains(event.relatedTarget)) this.#close(null);
    };
    return html`<div class="popup" @keydown=${onKey(this.#key)} @focusout=${left}>${question.search ? this.#combobox(question, question.search) : this.#menu(question)}</div>`;
  }

  #combobox({ label }: Question, search: NonNullable<Question["search"]>): TemplateResult {
    const shown = this.#shown;
    return html`
      <input
        type="text" role="combobox" aria-label=${label} aria-expanded="true" aria-controls="popup-list" aria-autocomplete="list" autocomplete="off" spellcheck="false"
        aria-activedescendant=${shown.length > 0 ? `popup-${this.active}` : nothing} placeholder=${search.placeholder} .value=${this.typed}
        @input=${(event: Event) => {
          this.typed = (event.target as HTMLInputElement).value;
          this.active = 0;
        }}
      />
      <div role="listbox" id="popup-list" aria-label=${label} class="popup-list">
        ${shown.map((choice, i) => html`${this.#heading(choice, shown[i - 1])}<div role="option" id="popup-${i}" class="popup-choice layer" aria-selected=${i === this.active ? "true" : "false"} data-family=${choice.family ?? nothing} @click=${() => this.#close(choice.id)}>${this.#face(choice)}</div>`)}
      </div>
      ${shown.length === 0 ? html`<p class="popup-nothing" role="status">${search.nothing}</p>` : nothing}
    `;
  }

  #menu({ label }: Question): TemplateResult {
    return html`<div role="menu" aria-label=${label} class="popup-list">
      ${this.#shown.map((choice, i) => html`<button type="button" role="menuitem" class="popup-choice" tabindex=${i === this.active ? 0 : -1} @click=${() => this.#close(choice.id)}>${this.#face(choice)}</button>`)}
    </div>`;
  }

  /** Groups are named while nothing has been typed; then the best fit comes first, whatever its group. */
  #heading({ group }: Choice, before: Choice | undefined): TemplateResult | typeof nothing {
    return group && this.typed.trim() === "" && group !== before?.group
      ? html`<div class="popup-group" role="presentation">${group}</div>`
      : nothing;
  }

  #face({ label, hint }: Choice): TemplateResult {
    return html`<span class="popup-label">${label}</span>${hint ? html`<span class="second">${hint}</span>` : nothing}`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const shown = this.#shown;
    const typing = this.question?.search !== undefined;
    const next =
      event.key === "ArrowDown"
        ? (this.active + 1) % Math.max(1, shown.length)
        : event.key === "ArrowUp"
          ? (this.active - 1 + shown.length) % Math.max(1, shown.length)
          : !typing && event.key === "Home"
            ? 0
            : !typing && event.key === "End"
              ? shown.length - 1
              : null;
    event.stopPropagation();
    if (next !== null) {
      event.preventDefault();
      this.active = next;
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      this.#close(null);
    } else if (event.key === "Enter" && typing) {
      event.preventDefault();
      const choice = shown[this.active];
      if (choice) this.#close(choice.id);
    }
  };

  protected override updated(changes: PropertyValues): void {
    if (!this.question) return;
    this.#place();
    if (changes.has("question")) this.querySelector<HTMLElement>("input, [role=menuitem]")?.focus();
    const marked = this.querySelector<HTMLElement>(this.question.search ? "[aria-selected=true]" : `[role=menuitem][tabindex="0"]`);
    if (!changes.has("question") && !this.question.search) marked?.focus();
    reveal(marked);
  }

  /** Below what it was asked for, or above where there is more room. */
  #place(): void {
    const popup = this.querySelector<HTMLElement>(".popup");
    const at = this.#anchor?.getBoundingClientRect();
    if (!popup || !at) return;
    const below = innerHeight - at.bottom - 2 * GAP;
    const above = at.top - 2 * GAP;
    const up = below < 240 && above > below;
    popup.style.maxHeight = `${Math.min(416, up ? above : below)}px`;
    popup.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - popup.offsetWidth - GAP))}px`;
    popup.style.top = up ? "auto" : `${at.bottom + GAP}px`;
    popup.style.bottom = up ? `${innerHeight - at.top + GAP}px` : "auto";
  }
}
