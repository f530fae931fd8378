/** The drawings of results: dots of single runs with mean and interval, curves with their spread, a map of two settings. */
import type { SVGTemplateResult, TemplateResult } from "lit";
import { html, nothing, svg } from "lit";
import type { Row } from "./results.ts";

/** As many colours as `tokens.css` has for runs; each has a dash of its own as well. */
const LOOKS = 6;
const DASHES = ["none", "7 3", "2 3", "10 3 2 3", "5 5", "1 4"];

const colour = (at: number): string => `var(--run-${(at % LOOKS) + 1})`;
const dash = (at: number): string => DASHES[at % DASHES.length] ?? "none";

export interface Scale {
  least: number;
  most: number;
}

/** From the least to the most value, with some room. A single outlier does not fix it: what lies far outside the middle half is cut. */
export function scaleOf(values: readonly number[], bounds: Scale): Scale {
  const sorted = values.filter(Number.isFinite).sort((one, other) => one - other);
  if (sorted.length === 0) return { least: 0, most: 1 };
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.25), at(0.75)];
  const room = 3 * (high - low);
  const kept = room > 0 ? sorted.filter((value) => value >= low - room && value <= high + room) : sorted;
  const least = kept[0] ?? 0;
  const most = kept.at(-1) ?? 1;
  const margin = (most - least || Math.abs(most) || 1) * 0.06;
  return { least: Math.max(bounds.least, least - margin), most: Math.min(bounds.most, most + margin) };
}

const WIDTH = 560;
const place = ({ least, most }: Scale, value: number, width = WIDTH): number =>
  Math.min(width, Math.max(0, ((value - least) / (most - least)) * width));

export interface Dot {
  seed: number;
  value: number;
  label: string;
  open: () => void;
}

/** One line of a variant: a dot a run, the interval of the mean, the mean. */
export function dotLine(
  at: number,
  scale: Scale,
  dots: readonly Dot[],
  mean: number | null,
  interval: readonly [number, number] | null,
): TemplateResult {
  const share = (value: number): string => `${(100 * place(scale, value)) / WIDTH}%`;
  return html`<div class="dot-line" .style="--look: ${colour(at)}">
    ${interval ? html`<span class="dot-interval" .style="left: ${share(interval[0])}; right: calc(100% - ${share(interval[1])})"></span>` : nothing}
    ${mean === null ? nothing : html`<span class="dot-mean" .style="left: ${share(mean)}"></span>`}
    ${dots.map(
      ({ value, label, open }) =>
        html`<button type="button" class="dot" .style="left: ${share(value)}" title=${label} aria-label=${label} @click=${open}></button>`,
    )}
  </div>`;
}

/** A point of a curve over its runs. */
interface CurveAt {
  step: number;
  mean: number;
  least: number;
  most: number;
}

/** The mean over the runs at each step that all of them have, with the least and the most. */
export function curveOf(
  runs: Row["runs"],
  value: (point: Row["runs"][number]["result"]["curve"][number]) => number | undefined,
): CurveAt[] {
  const bySteps = new Map<number, number[]>();
  for (const { result } of runs) {
    for (const point of result.curve) {
      const found = value(point);
      if (found === undefined || !Number.isFinite(found)) continue;
      bySteps.set(point.step, [...(bySteps.get(point.step) ?? []), found]);
    }
  }
  return [...bySteps]
    .filter(([, values]) => values.length === runs.length)
    .sort(([one], [other]) => one - other)
    .map(([step, values]) => ({
      step,
      mean: values.reduce((sum, one) => sum + one, 0) / values.length,
      least: Math.min(...values),
      most: Math.max(...values),
    }));
}

const HEIGHT = 220;

export interface Curves {
  label: string;
  stepLabel: string;
  lines: readonly { name: string; at: number; points: readonly CurveAt[] }[];
  text: (value: number) => string;
  bounds: Scale;
}

/** Curves of all variants over the steps: the mean as a line, least to most as a band. */
export function curves({ label, stepLabel, lines, text, bounds }: Curves): TemplateResult | typeof nothing {
  const all = lines.flatMap(({ points }) => points);
  if (all.length < 2) return nothing;
  const scale = scaleOf(
    all.flatMap(({ least, most }) => [least, most]),
    bounds,
  );
  const last = Math.max(...all.map(({ step }) => step));
  const x = (step: number): number => (step / last) * WIDTH;
  const y = (value: number): number => HEIGHT - place(scale, value, HEIGHT);
  const path = (points: readonly (readonly [number, number])[]): string =>
    points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(" ");
  const line = ({ at, points }: Curves["lines"][number]): SVGTemplateResult => svg`
    <polygon class="curve-band" fill=${colour(at)} points=${path([
      ...points.map(({ step, least }) => [x(step), y(least)] as const),
      ...[...points].reverse().map(({ step, most }) => [x(step), y(most)] as const),
    ])}></polygon>
    <polyline class="curve-mean" stroke=${colour(at)} stroke-dasharray=${dash(at)} points=${path(points.map(({ step, mean }) => [x(step), y(mean)] as const))}></polyline>`;
  const ticks = [0, 0.5, 1].map((share) => scale.least + share * (scale.most - scale.least));
  return html`<figure class="curves">
    <figcaption>${label}</figcaption>
    <div class="curves-plot">
      <ol class="curves-ticks" aria-hidden="true">${[...ticks].reverse().map((value) => html`<li>${text(value)}</li>`)}</ol>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${label}>
        ${ticks.map((value) => svg`<line class="curve-grid" x1="0" x2=${WIDTH} y1=${y(value)} y2=${y(value)}></line>`)}
        ${lines.map(line)}
      </svg>
    </div>
    <p class="curves-steps muted second"><span>0</span><span>${stepLabel} ${last}</span></p>
    <ul class="curves-key">${lines.map(({ name, at }) => html`<li>${keyOf(at)} ${name}</li>`)}</ul>
  </figure>`;
}

/** The stroke of a variant, beside its name. */
export const keyOf = (at: number): TemplateResult =>
  html`<svg class="curve-key" viewBox="0 0 28 8" width="28" height="8" aria-hidden="true"><line x1="0" x2="28" y1="4" y2="4" stroke=${colour(at)} stroke-width="3" stroke-dasharray=${dash(at)}></line></svg>`;

export interface HeatMap {
  caption: string;
  rows: readonly string[];
  columns: readonly string[];
  value: (row: number, column: number) => number | null;
  text: (value: number) => string;
}

/** A table whose cells are the darker the larger their values. */
export function heatMap({ caption, rows, columns, value, text }: HeatMap): TemplateResult {
  const values = rows.flatMap((_, row) => columns.map((_, column) => value(row, column))).filter((one): one is number => one !== null);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const strength = (one: number): number => (most > least ? Math.round(((one - least) / (most - least)) * 45) : 0);
  const cell = (one: number | null): TemplateResult =>
    one === null ? html`<td>…</td>` : html`<td .style="--strength: ${strength(one)}%">${text(one)}</td>`;
  return html`<div class="heat-scroll"><table class="heat">
    <caption>${caption}</caption>
    <thead><tr><td></td>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map((name, row) => html`<tr><th scope="row">${name}</th>${columns.map((_, column) => cell(value(row, column)))}</tr>`)}</tbody>
  </table></div>`;
}
