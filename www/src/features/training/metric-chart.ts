import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { mendLanguage } from "../../lib/browser-language.ts";
import { onKey } from "../../lib/keys.ts";
import type { Point } from "../../lib/series.ts";
import { recall, remember } from "../../lib/storage.ts";
import type { PastRun } from "../../model/runs.ts";
import { saysPixels } from "../../model/state.ts";
import { lazyStyles } from "../../ui/lazy-styles.ts";
import { ownerText } from "../../ui/owner-note.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { term } from "../../ui/term.ts";
import type { Place } from "./axis.ts";
import type { ChartPlot } from "./chart-plot.ts";
import type { Axis, Metric } from "./measures.ts";
import { AXES, measured, valueAt } from "./measures.ts";

/** Steps after which a test value is no longer one of now. */
const STALE_STEPS = 100;
const MOST_SMOOTHING = 0.95;
/** What Page Up and Page Down move by, of all points. */
const PAGE = 0.1;

async function loadPlot(): Promise<typeof import("./chart-plot.ts")> {
  mendLanguage(navigator, document.documentElement.lang);
  return import("./chart-plot.ts");
}

/** One measure of runs against their steps, on training and on test images: curves, and those of the run in front as a table. */
export class MetricChartElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    metric: {},
    table: { type: Boolean, reflect: true },
    smoothing: { type: Number },
    top5: { type: Boolean, reflect: true },
    /** The part of the axis where the end of training happens: a logarithm for the loss, 90 to 100 % for the accuracy. */
    closeup: { type: Boolean, reflect: true },
    axis: {},
    hovered: { state: true },
  };

  declare metric: Metric;
  declare table: boolean;
  declare smoothing: number;
  declare top5: boolean;
  declare closeup: boolean;
  declare axis: Axis;
  declare private hovered: number | null;

  /** What draws, and what it draws: it comes with the first curve. */
  #drawing: typeof import("./chart-plot.ts") | null = null;
  #plot: ChartPlot | null = null;
  readonly #forced = matchMedia("(forced-colors: active)");
  readonly #recoloured = (): void => this.requestUpdate();
  #drawn = { version: -1, history: null as unknown };
  /** What the plot was made for. */
  #made = "";

  constructor() {
    super();
    this.metric = "loss";
    this.table = this.closeup = this.top5 = false;
    this.smoothing = 0;
    this.axis = "steps";
    this.hovered = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#forced.addEventListener("change", this.#recoloured);
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forced.removeEventListener("change", this.#recoloured);
    this.#forget();
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    if (!this.hasUpdated) {
      this.smoothing = Math.min(MOST_SMOOTHING, Math.max(0, Number(recall(this.#memory("smoothing"))) || 0));
      const remembered = recall(this.#memory("axis"));
      this.axis = AXES.find((axis) => axis === remembered) ?? "steps";
      for (const choice of ["closeup", "top5", "table"] as const) this[choice] = recall(this.#memory(choice)) === "on";
      return;
    }
    if (changes.has("smoothing")) remember(this.#memory("smoothing"), String(this.smoothing));
    if (changes.has("axis")) remember(this.#memory("axis"), this.axis);
    for (const choice of ["closeup", "top5", "table"] as const)
      if (changes.has(choice)) remember(this.#memory(choice), this[choice] ? "on" : "off");
  }

  #memory(choice: string): string {
    return `chart.${this.metric}.${choice}`;
  }

  protected override render(): TemplateResult {
    const {
      locale: { text },
      state,
      state: { run },
      metric,
    } = this;
    const id = `chart-${metric}`;
    const closeup = metric === "loss" ? text.charts.logScale : text.charts.closeUp;
    const at = this.#at();
    const above = this.#above();
    const most = Math.max(this.#end(), at);
    return html`
      <div class="chart-head">
        <h2 id=${id}>${metric === "accuracy" && saysPixels(state) ? term("pixel_accuracy", text.charts.pixelAccuracy) : term(metric, text.charts[metric])}</h2>
        ${this.#readout()}
      </div>
      <div class="chart-body">
        <div class="plot" role="slider" tabindex="0" aria-labelledby=${id} aria-describedby="${id}-summary" aria-readonly="true" aria-valuemin="0" aria-valuemax=${Math.round(most)} aria-valuenow=${Math.round(at)} aria-valuetext=${this.#valueText(at)}
          ?hidden=${this.table} @keydown=${onKey(this.#key)} @blur=${() => (this.hovered = null)}></div>
        ${run.history.empty && state.runs.every(({ key }) => state.hidden.has(key)) && !this.table ? html`<p class="chart-empty">${text.charts.empty}</p>` : nothing}
        ${this.table ? this.#table() : nothing}
      </div>
      <p class="chart-axis second">${this.axis === "seconds" ? text.charts.axes.seconds : term(this.axis === "images" ? "training_images" : "step", text.charts.axes[this.axis])}</p>
      <p class="visually-hidden" id="${id}-summary">${this.#summary()}</p>
      ${above === null || this.table ? nothing : html`<p class="chart-above second">${text.charts.above(above)}</p>`}
      <div class="chart-tools">
        ${metric === "iou" ? nothing : html`${this.#slider()}${this.#toggle(closeup, "closeup")}`}
        ${this.#hasTop5() ? this.#toggle(text.charts.top5, "top5") : nothing}
        ${this.#axes()}
        ${this.#toggle(text.charts.showTable, "table")}
      </div>
    `;
  }

  #hasTop5(): boolean {
    return this.metric === "accuracy" && !saysPixels(this.state);
  }

  #toggle(label: string, property: "top5" | "closeup" | "table"): TemplateResult {
    return html`<button type="button" class="toggle" aria-pressed=${this[property] ? "true" : "false"} @click=${() => (this[property] = !this[property])}>${label}</button>`;
  }

  #slider(): TemplateResult {
    const { text } = this.locale;
    const change = (event: Event): void => void (this.smoothing = Number((event.target as HTMLInputElement).value));
    return html`<label class="smoothing"><span>${text.charts.smoothing}</span>
      <input type="range" min="0" max=${MOST_SMOOTHING} step="0.05" .value=${String(this.smoothing)} aria-valuetext=${text.charts.smoothingValue(this.smoothing)} @input=${change} />
    </label>`;
  }

  /** What the horizontal axis counts, as soon as there is a curve. */
  #axes(): TemplateResult | typeof nothing {
    const { axis, by } = this.locale.text.charts;
    if (this.state.run.history.empty && this.#behind().length === 0) return nothing;
    const change = ({ target }: Event): void => void (this.axis = AXES[(target as HTMLSelectElement).selectedIndex] ?? "steps");
    return html`<select class="chart-by" aria-label=${axis} title=${axis} @change=${change}>
      ${AXES.map((one) => html`<option value=${one} .selected=${one === this.axis}>${by[one]}</option>`)}
    </select>`;
  }

  /** The place of the last step of the run in front. */
  #end(): number {
    const { train, test } = this.state.run.history;
    const step = Math.max(train.last?.step ?? 0, test.last?.step ?? 0);
    return this.#places()[0]?.(step) ?? step;
  }

  /** The place under the pointer or the arrow keys, or else the last one. */
  #at(): number {
    const at = this.hovered;
    return (at !== null ? this.#plot?.data[0][at] : undefined) ?? this.#end();
  }

  #valueText(at: number): string {
    const { text } = this.locale;
    if (this.state.run.history.empty) return text.charts.empty;
    const [train, test] = this.#values();
    return text.charts.at(text.charts.where[this.axis](at), this.#value(train), this.#value(test));
  }

  /** Moves the cursor as the pointer does. */
  readonly #key = (event: KeyboardEvent): void => {
    const plot = this.#plot;
    const count = plot?.data[0].length ?? 0;
    if (!plot || count === 0) return;
    const at = this.hovered ?? count - 1;
    const page = Math.max(1, Math.round(count * PAGE));
    const moves: { [key: string]: number } = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - page,
      PageUp: at + page,
      Home: 0,
      End: count - 1,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const place = Math.min(count - 1, Math.max(0, next));
    plot.point(place);
    this.hovered = place;
  };

  #value(value: number | null | undefined): string {
    const { text, format } = this.locale;
    if (value === null || value === undefined) return text.charts.none;
    return this.metric === "loss" ? format.loss(value) : format.percent(value);
  }

  /** Where steps lie on the axis: of the run in front, and of those behind. */
  #places(): Place[] {
    const { network, settings, run } = this.state;
    const own = settings?.applied.batch_size ?? network?.spec.training?.batch_size ?? 64;
    const { axis } = this;
    const placeOn = this.#drawing?.placeOn;
    if (!placeOn) return [];
    return [
      placeOn(axis, run.history, own),
      ...this.#behind().map(({ history, spec }) => placeOn(axis, history, spec.training?.batch_size ?? 64)),
    ];
  }

  /** Where settings were changed, in words. */
  #ticks(): { step: number; text: string }[] {
    const {
      text: {
        charts: { tick },
      },
      format,
    } = this.locale;
    return this.state.run.history.changes.map(({ step, setting, from, to }) => ({
      step,
      text: tick[setting](format.plain(from), format.plain(to)),
    }));
  }

  /** Of the runs whose curves are drawn, the largest loss where it is not on the axis. */
  #above(): number | null {
    const all = [this.state.run.history, ...this.#behind().map(({ history }) => history)];
    const values = all.flatMap(({ train, test }) => [...train.points, ...test.points].map(({ loss, peak }) => peak?.[1] ?? loss));
    return this.#drawing?.aboveAxis(this.metric, this.closeup, values) ?? null;
  }

  #of(point: Point | undefined): number | null {
    return point ? measured(point, this.metric) : null;
  }

  /** Of training and test: under the pointer, or else the last ones. */
  #values(): [number | null, number | null] {
    const { history } = this.state.run;
    const data = this.#plot?.data;
    const at = this.hovered;
    if (at !== null && data) return [valueAt(data[2], at), valueAt(data[3], at)];
    return [this.#of(history.train.last), this.#of(history.test.last)];
  }

  #readout(): TemplateResult {
    const { text, format } = this.locale;
    const [train, test] = this.#values();
    const { history } = this.state.run;
    const testStep = history.test.last?.step ?? 0;
    // Of a run that has gone on since it was tested.
    const old = this.hovered === null && test !== null && (history.train.last?.step ?? 0) > testStep + STALE_STEPS;
    return html`<dl class="readout">
      ${this.hovered === null ? nothing : html`<div class="at"><dt class="visually-hidden">${text.charts.axis}</dt><dd>${text.charts.where[this.axis](this.#at())}</dd></div>`}
      <div class="train" ?hidden=${this.metric === "iou"}><dt>${term("training_images", text.charts.train)}</dt><dd>${this.#value(train)}</dd></div>
      <div class="test ${old ? "old" : ""}" title=${text.charts.testedAt(testStep)}><dt>${term("test_images", text.charts.test)}</dt><dd>${this.#value(test)}${old ? html`<span class="second"> ${text.charts.atStep(format.whole(testStep))}</span>` : nothing}</dd></div>
    </dl>`;
  }

  #summary(): string {
    const { text } = this.locale;
    const owner = this.state.run.history.empty ? null : ownerText(this.locale, this.state);
    const { format } = this.locale;
    const changes = this.#ticks().map(({ step, text }) => `${this.locale.text.charts.step} ${format.whole(step)}: ${text}.`);
    return [owner === null ? this.#figures() : text.run.ofOwner(owner, this.#figures()), ...changes].join(" ");
  }

  #figures(): string {
    const { text } = this.locale;
    const { history } = this.state.run;
    if (history.empty) return text.charts.empty;
    const step = Math.max(history.train.last?.step ?? 0, history.test.last?.step ?? 0);
    const [train, test] = [this.#of(history.train.last), this.#of(history.test.last)];
    if (this.metric === "iou") return text.charts.iouSummary(test, step);
    return this.metric === "loss" ? text.charts.lossSummary(train, test, step) : text.charts.accuracySummary(train, test, step);
  }

  #table(): TemplateResult | typeof nothing {
    const fives = this.top5 && this.#hasTop5();
    return this.#drawing?.chartTable(this.locale, this.state.run.history, this.metric, fives, (value) => this.#value(value)) ?? nothing;
  }

  protected override updated(changes: PropertyValues): void {
    if (this.state.run.history.empty && this.#behind().length === 0) return this.#forget();
    if (this.#made !== this.#making()) return void this.#build();
    if (changes.has("locale")) this.#plot?.relabel();
    this.#draw(changes.has("smoothing") || (changes.has("table") && !this.table));
  }

  #forget(): void {
    this.#plot?.destroy();
    this.#plot = null;
    this.#made = "";
  }

  /** Runs behind the one in front whose curves are drawn. */
  #behind(): PastRun[] {
    return this.state.runs.filter(({ key }) => !this.state.hidden.has(key));
  }

  /** The plot has to be made anew when this is another. */
  #making(): string {
    return JSON.stringify([
      this.#forced.matches,
      this.closeup,
      this.top5 && this.#hasTop5(),
      this.axis,
      this.#behind().map(({ key, look, history }) => [key, look, history.version]),
    ]);
  }

  async #build(): Promise<void> {
    const made = (this.#made = this.#making());
    const [drawing] = await Promise.all([loadPlot(), lazyStyles()]);
    if (!this.#drawing) this.requestUpdate();
    this.#drawing = drawing;
    const box = this.querySelector<HTMLElement>(".plot");
    // Another was wanted meanwhile, or none.
    if (!box || !this.isConnected || made !== this.#made) return;
    this.#plot?.destroy();
    const making = {
      metric: this.metric,
      closeup: this.closeup,
      forced: this.#forced.matches,
      behind: this.#behind().map(({ look }) => look),
    };
    this.#plot = new drawing.ChartPlot(
      box,
      this,
      making,
      () => this.locale.format,
      (at) => {
        if (at !== this.hovered) this.hovered = at;
      },
    );
    this.#drawn = { version: -1, history: null };
    this.#draw(true);
  }

  #draw(force: boolean): void {
    const { history, historyVersion } = this.state.run;
    if (!this.#plot || !this.#drawing || this.table) return;
    if (!force && this.#drawn.version === historyVersion && this.#drawn.history === history) return;
    this.#drawn = { version: historyVersion, history };
    const behind = this.#behind().map((run) => run.history);
    const places = this.#places();
    this.#plot.ticks = this.#ticks().flatMap(({ step, text }) => {
      const at = places[0]?.(step) ?? null;
      return at === null ? [] : [{ at, text }];
    });
    this.#plot.data = this.#drawing.chartData(history, behind, this.metric, {
      smoothing: this.smoothing,
      top5: this.top5 && this.#hasTop5(),
      ...(this.axis !== "steps" && { places }),
    });
  }
}
