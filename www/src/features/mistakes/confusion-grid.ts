import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import type { Locale } from "../../i18n/locale.ts";
import { onKey } from "../../lib/keys.ts";
import { sharesOf } from "../../model/mistakes.ts";

/** A cell of the matrix. */
export interface Cell {
  label: number;
  said: number;
}

/** Labels against answers. Arrow keys move between the cells; `cell-choose` is fired where they can be opened. */
export class ConfusionGridElement extends LitElement {
  static override properties: PropertyDeclarations = {
    locale: { attribute: false },
    counts: { attribute: false },
    names: { attribute: false },
    chosen: { attribute: false },
    shares: { type: Boolean },
    opens: { type: Boolean },
    at: { state: true },
  };

  declare locale: Locale;
  declare counts: readonly (readonly number[])[];
  declare names: readonly string[];
  declare chosen: Cell | null;
  /** Cells show shares of their line. */
  declare shares: boolean;
  declare opens: boolean;
  /** The one cell in the order of Tab. */
  declare private at: Cell;

  constructor() {
    super();
    this.counts = [];
    this.names = [];
    this.chosen = null;
    this.shares = this.opens = false;
    this.at = { label: 0, said: 0 };
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { counts, names } = this;
    const text = this.locale.panels.mistakes;
    const shares = sharesOf(counts);
    return html`<div class="confusion-scroll"><table class="confusion" role="grid" aria-label=${text.matrix} @keydown=${onKey(this.#key)}>
      <thead><tr role="row"><th scope="col" class="corner">${text.label} \\ ${text.said}</th>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${counts.map((row, label) => html`<tr role="row"><th scope="row">${names[label]}</th>${row.map((count, said) => this.#cell(label, said, count, shares[label]?.[said] ?? 0))}</tr>`)}</tbody>
    </table></div>`;
  }

  #cell(label: number, said: number, count: number, share: number): TemplateResult {
    const {
      locale: { format },
      names,
      chosen,
      at,
    } = this;
    const text = this.locale.panels.mistakes;
    const here = at.label === label && at.said === said;
    const open = chosen?.label === label && chosen.said === said;
    // Mistakes are few: a cell of one in twenty is to be seen.
    const strength = label === said ? share * 0.4 : Math.min(1, Math.sqrt(share) * 1.4) * 0.5;
    return html`<td role="gridcell" aria-selected=${open ? "true" : "false"} class="${label === said ? "hit" : "miss"} ${open ? "open" : ""}" tabindex=${here ? 0 : -1}
      .style="--strength: ${Math.round(strength * 100)}%" aria-label=${text.cell(names[label] ?? "", names[said] ?? "", count, share)} title=${text.cell(names[label] ?? "", names[said] ?? "", count, share)}
      data-cell="${label} ${said}" @focus=${() => (this.at = { label, said })} @click=${() => this.#choose({ label, said })}>${count === 0 ? nothing : this.shares ? format.coarsePercent(share) : format.compact(count)}</td>`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const { label, said } = this.at;
    const last = this.counts.length - 1;
    const moves: { [key: string]: Cell } = {
      ArrowLeft: { label, said: said - 1 },
      ArrowRight: { label, said: said + 1 },
      ArrowUp: { label: label - 1, said },
      ArrowDown: { label: label + 1, said },
      Home: { label, said: 0 },
      End: { label, said: last },
    };
    const to = moves[event.key];
    if (to) {
      event.preventDefault();
      if (to.label < 0 || to.said < 0 || to.label > last || to.said > last) return;
      this.at = to;
      void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-cell="${to.label} ${to.said}"]`)?.focus());
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      this.#choose(this.at);
    }
  };

  #choose(cell: Cell): void {
    if (this.opens) this.dispatchEvent(new CustomEvent<Cell>("cell-choose", { detail: cell }));
  }
}
