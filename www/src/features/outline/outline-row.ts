import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { Locale } from "../../i18n/locale.ts";
import { isNeutral } from "../../model/problem.ts";
import type { AppState } from "../../model/state.ts";
import { familyOf, shortName } from "../../spec/operators.ts";
import type { OutlineRow, RowKind } from "../../spec/outline.ts";
import { summaryOf } from "../../spec/outline.ts";
import * as icons from "../../ui/icons.ts";

const FAMILIES: { [K in Exclude<RowKind, "layer">]: string } = {
  input: "input",
  stage: "shape",
  residual: "join",
  parallel: "join",
  repeat: "shape",
  head: "outcome",
  save: "join",
  join: "join",
  branch: "shape",
  shortcut: "shape",
};

/** What a row is called: the layer's name, or the block's kind with its name or number. */
export function labelOf(locale: Locale, row: OutlineRow): string {
  const { kinds } = locale.panels.outline;
  if (row.kind === "layer") return row.name ?? shortName(row.op ?? "?", locale.language);
  if (row.kind === "input" || row.kind === "shortcut") return kinds[row.kind];
  return `${kinds[row.kind]} ${row.name ?? row.ordinal}`;
}

export interface RowView {
  selected: boolean;
  /** The one row in the order of Tab. */
  active: boolean;
  folded: boolean;
}

/** All that a row's looks depend on: rows that have not changed are not drawn again. */
export function lookOf(row: OutlineRow, { selected, active, folded }: RowView, locale: Locale): unknown[] {
  const { path, item, name, ordinal, position, siblings, children, shape, params, macs, field, error } = row;
  return [
    [path, name, ordinal, position, siblings, children, shape, params, macs, field, selected, active, folded].join("|"),
    item,
    error,
    locale,
  ];
}

/** Its buttons are for the pointer: by keyboard there are keys, and the toolbar has the same for the selected row. */
export function rowTemplate(row: OutlineRow, view: RowView, locale: Locale, state: AppState): TemplateResult {
  const { text, format, language } = locale;
  const texts = locale.panels.outline;
  const label = labelOf(locale, row);
  const { shape, params, macs, field, times, error } = row;
  const op = row.op === null ? "" : shortName(row.op, language);
  // A group is called by its name, and a layer without one by its operator: the second line says what the first does not.
  const shown = row.kind === "stage" ? (row.name ?? label) : label;
  const kind = row.kind === "stage" ? texts.kinds.stage.toLowerCase() : row.kind === "layer" && op !== label ? op : "";
  const open = row.container && row.children > 0;
  return html`
    <div
      role="treeitem" class="row layer ${error ? (isNeutral(state) ? "open-end" : "wrong") : ""}" id="row-${row.path}" data-path=${row.path} data-family=${row.kind === "layer" ? familyOf(row.op ?? "") : FAMILIES[row.kind]}
      .style="--depth: ${row.depth}" tabindex=${view.active ? 0 : -1} aria-level=${row.depth + 1} aria-posinset=${row.position} aria-setsize=${row.siblings}
      aria-selected=${view.selected ? "true" : "false"} aria-expanded=${open ? (view.folded ? "false" : "true") : nothing}
    >
      <span class="visually-hidden row-spoken">${texts.spoken({ label, times, shape, params, wrong: error !== null && !isNeutral(state) })}</span>
      <div class="row-line" aria-hidden="true">
        <span class="row-grip"></span>
        ${open ? html`<span class="row-fold">${icons.chevron}</span>` : nothing}
        <span class="row-name"><span class="row-label">${shown}</span>${times === null ? nothing : html` <span class="row-times">${texts.times(times)}</span>`} <span class="second">${summaryOf(row.item)}</span></span>
        <span class="row-shape">${error ? html`<span class="row-sign">${icons.warning}</span>` : nothing}${format.shape(shape)}</span>
        <span class="row-kind second">${kind}${kind && field ? ", " : ""}${field ? text.network.sees(format.shape(field)) : nothing}</span>
        <span class="row-cost second">${params > 0 ? format.compact(params) : nothing}${params > 0 && macs > 0 ? " · " : nothing}${macs > 0 ? text.network.macCount(format.compact(macs)) : nothing}</span>
        <span class="row-tools">
          <button type="button" class="icon-button row-edit" tabindex="-1" title=${texts.actions.edit}>${icons.pencil}</button>
          <button type="button" class="icon-button row-more" tabindex="-1" title=${texts.actionsOf(label)}>${icons.more}</button>
        </span>
      </div>
      ${error ? html`<error-fixes .locale=${locale} .state=${state} .error=${error}></error-fixes>` : nothing}
    </div>
  `;
}
