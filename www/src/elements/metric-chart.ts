import { html, nothing } from "lit";
import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import uPlot from "uplot";
import { sampleRows } from "../lib/series.ts";
import type { Point } from "../lib/series.ts";
import { curves, valueOf, yRange } from "../lib/chart-data.ts";
import type { Metric } from "../lib/chart-data.ts";
import { PanelElement } from "./panel-element.ts";
import { saysPixels } from "../state.ts";

const TABLE_ROWS = 100;
const FONT = '12px "Source Sans 3 Variable", system-ui, sans-serif';

/** One measure of a run against its steps, on training and on test images: a curve, and the same as a table. */
export class MetricChartElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    metric: {},
    table: { type: Boolean, reflect: true },
    smoothing: { type: Boolean, reflect: true },
    /** The part of the axis where the end of training happens: a logarithm for the loss, 90 to 100 % for the accuracy. */
    closeup: { type: Boolean, reflect: true },
    hovered: { state: true },
  };

  declare metric: Metric;
  declare table: boolean;
  declare smoothing: boolean;
  declare closeup: boolean;
  declare private hovered: number | null;

  #plot: uPlot | null = null;
  #drawn = { version: -1, history: null as unknown };
  #resize: ResizeObserver | null = null;
  #themes: (() => void) | null = null;
  readonly #colours = { train: "", test: "", ink: "", line: "" };

  constructor() {
    super();
    this.metric = "loss";
    this.table = this.smoothing = this.closeup = false;
    this.hovered = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const changed = (): void => {
      this.#readColours();
      this.#plot?.redraw(false);
    };
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    const manual = new MutationObserver(changed);
    manual.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#themes = () => {
      system.removeEventListener("change", changed);
      manual.disconnect();
    };
    this.#resize = new ResizeObserver(() => this.#fit());
    if (this.hasUpdated) this.#build();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#themes?.();
    this.#resize?.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  protected override render(): TemplateResult {
    const { locale: { text }, state: { run }, metric } = this;
    const id = `chart-${metric}`;
    const closeup = metric === "loss" ? text.charts.logScale : text.charts.closeUp;
    return html`
      <div class="chart-head">
        <h2 id=${id}>${metric === "accuracy" && saysPixels(this.state) ? text.charts.pixelAccuracy : text.charts[metric]}</h2>
        ${this.#readout()}
      </div>
      <div class="chart-body">
        <div class="plot" role="img" aria-labelledby=${id} aria-describedby="${id}-summary" ?hidden=${this.table}></div>
        ${run.history.empty && !this.table ? html`<p class="chart-empty">${text.charts.empty}</p>` : nothing}
        ${this.table ? this.#table() : nothing}
      </div>
      <p class="visually-hidden" id="${id}-summary">${this.#summary()}</p>
      <div class="chart-tools">
        ${metric === "iou" ? nothing : html`${this.#toggle(text.charts.smoothing, "smoothing")}${this.#toggle(closeup, "closeup")}`}
        ${this.#toggle(text.charts.showTable, "table")}
      </div>
    `;
  }

  #toggle(label: string, property: "smoothing" | "closeup" | "table"): TemplateResult {
    return html`<button type="button" class="toggle" aria-pressed=${this[property] ? "true" : "false"} @click=${() => (this[property] = !this[property])}>${label}</button>`;
  }

  #value(value: number | null | undefined): string {
    const { text, format } = this.locale;
    if (value === null || value === undefined) return text.charts.none;
    return this.metric === "loss" ? format.loss(value) : format.percent(value);
  }

  #of(point: Point | undefined): number | null {
    return point ? valueOf(point, this.metric) : null;
  }

  /** The values under the pointer, or else the last ones. */
  #readout(): TemplateResult {
    const { text } = this.locale;
    const { history } = this.state.run;
    const data = this.#plot?.data;
    const at = this.hovered;
    const train = at !== null && data ? data[2]?.[at] : this.#of(history.train.last);
    const test = at !== null && data ? data[3]?.[at] : this.#of(history.test.last);
    return html`<dl class="readout">
      <div class="train" ?hidden=${this.metric === "iou"}><dt>${text.charts.train}</dt><dd>${this.#value(train)}</dd></div>
      <div class="test"><dt>${text.charts.test}</dt><dd>${this.#value(test)}</dd></div>
    </dl>`;
  }

  #summary(): string {
    const { text } = this.locale;
    const { history } = this.state.run;
    if (history.empty) return text.charts.empty;
    const step = Math.max(history.train.last?.step ?? 0, history.test.last?.step ?? 0);
    const [train, test] = [this.#of(history.train.last), this.#of(history.test.last)];
    if (this.metric === "iou") return text.charts.iouSummary(test, step);
    return this.metric === "loss" ? text.charts.lossSummary(train, test, step) : text.charts.accuracySummary(train, test, step);
  }

  #table(): TemplateResult {
    const { text, format } = this.locale;
    const [steps, , train, test] = curves(this.state.run.history, this.metric, false);
    const both = this.metric !== "iou";
    const rows = sampleRows(steps.map((step, index) => ({ step, train: train[index], test: test[index] })), TABLE_ROWS);
    return html`<div class="chart-table" tabindex="0" role="group" aria-labelledby="chart-${this.metric}">
      <table>
        <thead><tr><th scope="col">${text.charts.step}</th>${both ? html`<th scope="col">${text.charts.train}</th>` : nothing}<th scope="col">${text.charts.test}</th></tr></thead>
        <tbody>${rows.map((row) => html`<tr><th scope="row">${format.whole(row.step)}</th>${both ? html`<td>${this.#value(row.train)}</td>` : nothing}<td>${this.#value(row.test)}</td></tr>`)}</tbody>
      </table>
    </div>`;
  }

  protected override firstUpdated(): void {
    this.#build();
  }

  protected override updated(changes: PropertyValues): void {
    if (changes.get("closeup") !== undefined) this.#build();
    else if (changes.has("locale")) this.#plot?.redraw(false);
    this.#draw(changes.has("smoothing"));
  }

  #readColours(): void {
    // Computed colours are resolved for the theme in force; the tokens themselves are not.
    const of = (selector: string): string => {
      const element = this.querySelector(selector);
      return element ? getComputedStyle(element).color : "";
    };
    const line = getComputedStyle(this).borderTopColor;
    Object.assign(this.#colours, { train: of(".readout .train dt"), test: of(".readout .test dt"), ink: of(".chart-tools"), line });
  }

  #fit(): void {
    const box = this.querySelector<HTMLElement>(".plot");
    if (box && this.#plot && box.clientWidth > 0) this.#plot.setSize({ width: box.clientWidth, height: box.clientHeight });
  }

  #build(): void {
    const box = this.querySelector<HTMLElement>(".plot");
    if (!box) return;
    this.#plot?.destroy();
    this.#readColours();
    const colours = this.#colours;
    const axis = { font: FONT, stroke: () => colours.ink, grid: { stroke: () => colours.line, width: 1 }, ticks: { show: false } };
    const line = (colour: () => string, options: Partial<uPlot.Series>): uPlot.Series => ({ stroke: colour, width: 1.75, spanGaps: true, points: { show: false }, ...options });
    const logarithmic = this.closeup && this.metric === "loss";
    const fixed = (self: uPlot): [number, number] => yRange(this.metric, this.closeup, [...(self.data[2] ?? []), ...(self.data[3] ?? [])]);
    this.#plot = new uPlot(
      {
        width: Math.max(200, box.clientWidth),
        height: Math.max(120, box.clientHeight),
        padding: [8, 16, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        scales: {
          x: { time: false, range: (_self, _least, most) => [0, most > 0 ? most : 100] },
          y: { distr: logarithmic ? 3 : 1, range: fixed },
        },
        axes: [
          { ...axis, size: 28, space: 64, grid: { show: false }, values: (_self, splits) => splits.map((step) => this.locale.format.whole(step)) },
          {
            ...axis, size: 52, space: 32,
            values: (_self, splits) =>
              splits.map((value) => {
                if (value === null) return "";
                if (this.metric === "loss") return this.locale.format.plain(value);
                return `${this.locale.format.plain(Math.round(value * 1000) / 10)} %`;
              }),
          },
        ],
        series: [
          {},
          line(() => colours.train, { width: 1, alpha: 0.35 }),
          line(() => colours.train, {}),
          line(() => colours.test, { points: { show: true, size: 5, fill: () => colours.test } }),
        ],
        hooks: {
          setCursor: [(self) => {
            const at = self.cursor.idx ?? null;
            if (at !== this.hovered) this.hovered = at;
          }],
        },
      },
      [[], [], [], []],
      box,
    );
    this.#drawn = { version: -1, history: null };
    this.#resize?.disconnect();
    this.#resize?.observe(box);
    this.#draw(true);
  }

  #draw(force: boolean): void {
    const { history, historyVersion } = this.state.run;
    if (!this.#plot || this.table) return;
    if (!force && this.#drawn.version === historyVersion && this.#drawn.history === history) return;
    this.#drawn = { version: historyVersion, history };
    this.#plot.setData(curves(history, this.metric, this.smoothing));
  }
}
