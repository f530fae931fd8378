/** Accuracy over the number of parts that are left out: each draw, their mean, and how far they are apart. */
import type { SVGTemplateResult, TemplateResult } from "lit";
import { html, svg } from "lit";
import type { DrawnAt } from "./summary.ts";

const WIDTH = 480;
const HEIGHT = 180;

/** @param text writes a value of the axis */
export function curve(points: readonly DrawnAt[], label: string, text: (value: number) => string): TemplateResult {
  const last = Math.max(1, ...points.map(({ k }) => k));
  const least = Math.min(...points.flatMap(({ values }) => values));
  // Down to a tenth below the least, in steps of ten.
  const floor = Math.max(0, Math.floor(least * 10) / 10);
  const x = (k: number): number => (k / last) * WIDTH;
  const y = (value: number): number => HEIGHT * (1 - (value - floor) / (1 - floor || 1));
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  const path = (at: readonly (readonly [number, number])[]): string => at.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(" ");
  const band = [
    ...points.map(({ k, values }) => [x(k), y(Math.max(...values))] as const),
    ...[...points].reverse().map(({ k, values }) => [x(k), y(Math.min(...values))] as const),
  ];
  const dots = points.flatMap(({ k, values }): SVGTemplateResult[] =>
    values.map((value) => svg`<circle class="lesion-dot" cx=${x(k).toFixed(1)} cy=${y(value).toFixed(1)} r="3"></circle>`),
  );
  const ticks = [1, (1 + floor) / 2, floor];
  return html`<div class="lesion-plot">
    <ul class="lesion-ticks" aria-hidden="true">${ticks.map((tick) => html`<li>${text(tick)}</li>`)}</ul>
    <svg role="img" aria-label=${label} viewBox="0 0 ${WIDTH} ${HEIGHT}">
      ${ticks.map((tick) => svg`<line class="curve-grid" x1="0" x2=${WIDTH} y1=${y(tick)} y2=${y(tick)}></line>`)}
      <polygon class="lesion-band" points=${path(band)}></polygon>
      <polyline class="lesion-mean" points=${path(points.map(({ k, values }) => [x(k), y(mean(values))]))}></polyline>
      ${dots}
    </svg>
    <ul class="lesion-numbers" aria-hidden="true">${[0, last].map((k) => html`<li>${k}</li>`)}</ul>
  </div>`;
}
