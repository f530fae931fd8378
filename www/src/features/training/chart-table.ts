/** The curves of the run in front as a table. */
import type { TemplateResult } from "lit";
import { html } from "lit";
import type { Locale } from "../../i18n/locale.ts";
import type { History } from "../../lib/series.ts";
import { sampleRows } from "../../lib/series.ts";
import { chartData } from "./chart-data.ts";
import type { Metric } from "./measures.ts";

const ROWS = 100;

export function chartTable(
  { text: { charts }, format }: Locale,
  history: History,
  metric: Metric,
  top5: boolean,
  shown: (value: number | null | undefined) => string,
): TemplateResult {
  const [steps, , train, test, ...others] = chartData(history, [], metric, { smoothing: 0, top5 });
  const columns = [
    ...(metric === "iou" ? [] : [{ name: charts.train, values: train }]),
    { name: charts.test, values: test },
    ...(top5
      ? [
          { name: `${charts.train}, ${charts.top5}`, values: others[0] },
          { name: `${charts.test}, ${charts.top5}`, values: others[1] },
        ]
      : []),
  ];
  const rows = sampleRows([...steps.entries()], ROWS);
  return html`<div class="chart-table" tabindex="0" role="group" aria-labelledby="chart-${metric}">
    <table>
      <thead><tr><th scope="col">${charts.step}</th>${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map(([at, step]) => html`<tr><th scope="row">${format.whole(step)}</th>${columns.map(({ values }) => html`<td>${shown(values?.[at])}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}
