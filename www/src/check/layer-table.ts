/** Where the time goes: each layer, forward and backward, on each backend. */

import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { NetworkDescription } from "../engine/protocol.ts";
import { chevron } from "../ui/icons.ts";
import type { Order, Said } from "./check-page.ts";
import { milliseconds } from "./numbers.ts";
import type { BackendId, BackendResult } from "./protocol.ts";
import type { NodeTime, Row } from "./summary.ts";
import { byTime, rows, total } from "./summary.ts";

export interface LayerTable {
  network: NetworkDescription;
  results: readonly BackendResult[];
  /** Backends whose layers have all been timed. */
  timed: readonly BackendId[];
  order: Order;
  shown: BackendId;
  sort: (order: Order) => void;
  show: (backend: BackendId) => void;
}

const ms = ({ format }: Said, value: number): string => (value > 0 ? milliseconds(format, value) : "");

/** The longest bar fills its cell. */
function bar(time: NodeTime, most: number): TemplateResult {
  const width = (part: number): string => `width:${((100 * part) / most).toFixed(2)}%`;
  return html`<span class="check-bar" aria-hidden="true"><span class="forward" .style=${width(time.forward)}></span><span class="backward" .style=${width(time.backward)}></span></span>`;
}

function cells(said: Said, id: BackendId, time: NodeTime | undefined, most: number): TemplateResult {
  if (!time) return html`<td data-of=${id}></td><td data-of=${id}></td><td data-of=${id}></td>`;
  return html`
    <td class="number first" data-of=${id}>${ms(said, time.forward)}</td>
    <td class="number" data-of=${id}>${ms(said, time.backward)}</td>
    <td class="check-share" data-of=${id}>${bar(time, most)}<span class="number">${said.format.coarsePercent(time.share)}</span></td>
  `;
}

function line(
  said: Said,
  { name, op, folded, times }: Row,
  timed: readonly BackendId[],
  most: { [B in BackendId]?: number },
): TemplateResult {
  const note = op ?? said.text.others[name] ?? "";
  return html`
    <tr data-node=${name}>
      <th scope="row"><span class="check-name">${name}</span> ${note === name ? nothing : html`<span class="second">${note}</span>`}</th>
      ${
        folded
          ? html`<td class="second folded" colspan=${3 * timed.length}>${said.text.folded}</td>`
          : timed.map((id) => cells(said, id, times[id], most[id] ?? 1))
      }
    </tr>
  `;
}

export function layerTable(said: Said, table: LayerTable): TemplateResult {
  const { text } = said;
  const { network, results, timed, order, shown } = table;
  const inOrder = rows(network, results);
  const sorted = order === "network" ? inOrder : byTime(inOrder, order);
  const most: { [B in BackendId]?: number } = {};
  for (const id of timed) most[id] = Math.max(...inOrder.map(({ times }) => times[id]?.total ?? 0));
  const sorting = (one: Order): "ascending" | "descending" | "none" =>
    one !== order ? "none" : one === "network" ? "ascending" : "descending";
  const sums = timed.map((id) => ({ id, sum: total(inOrder, id), whole: results.find((result) => result.id === id)?.batch?.ms ?? 0 }));
  return html`
    <section class="check-layers">
      <div class="check-layers-head">
        <h2>${text.layers}</h2>
        <p class="second">${text.layersIntro}</p>
        <p class="check-legend second"><span class="forward"></span>${text.forward} <span class="backward"></span>${text.backward}</p>
      </div>
      <div class="check-shown" role="group" aria-label=${text.shown}>
        ${timed.map((id) => html`<button type="button" class="toggle" aria-pressed=${id === shown ? "true" : "false"} @click=${() => table.show(id)}>${text.backends[id]}</button>`)}
      </div>
      <div class="check-scroll">
        <table data-shown=${shown}>
          <thead>
            <tr>
              <th scope="col" rowspan="2" aria-sort=${sorting("network")}><button type="button" class="check-sort" title=${text.sortByOrder} @click=${() => table.sort("network")}>${text.layer}${order === "network" ? chevron : nothing}</button></th>
              ${timed.map((id) => html`<th scope="colgroup" colspan="3" class="first" data-of=${id} aria-sort=${sorting(id)}><button type="button" class="check-sort" title=${text.sortByTime(text.backends[id])} @click=${() => table.sort(id)}>${text.backends[id]}${order === id ? chevron : nothing}</button></th>`)}
            </tr>
            <tr class="second">
              ${timed.map((id) => html`<th scope="col" class="number first" data-of=${id}>${text.forward}</th><th scope="col" class="number" data-of=${id}>${text.backward}</th><th scope="col" class="number" data-of=${id}>${text.share}</th>`)}
            </tr>
          </thead>
          <tbody>${sorted.map((row) => line(said, row, timed, most))}</tbody>
          <tfoot>
            <tr>
              <th scope="row">${text.sum}</th>
              ${sums.map(({ id, sum, whole }) => html`<td class="number first" data-of=${id}>${ms(said, sum.forward)}</td><td class="number" data-of=${id}>${ms(said, sum.backward)}</td><td class="second" data-of=${id}>${text.whole(whole)}</td>`)}
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  `;
}
