import shipped from "receptive:files/experiments";
import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { errorText } from "../../i18n/locale.ts";
import { fileButton } from "../../ui/file-button.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { settingsText } from "./expand.ts";
import type { Experiment, Measure } from "./experiment.ts";
import { LESS_IS_BETTER } from "./experiment.ts";
import { csvOf, jsonOf } from "./export.ts";
import { boundsOf, differenceText, intervalText, isShare, spreadText, valueText } from "./format.ts";
import type { OpenExperiment } from "./model.ts";
import { isBusy, resultsOf } from "./model.ts";
import type { Dot } from "./plots.ts";
import { curveOf, curves, dotLine, heatMap, keyOf, scaleOf } from "./plots.ts";
import type { Outcome, Results, Row } from "./results.ts";
import type { ExperimentsTexts } from "./texts.ts";

/** More lines than that are no picture: the table says it. */
const MOST_LINES = 10;

/** The list of experiments, or the one that is open: its claim, its runs, what came out. */
export class ExperimentsPanelElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    parallel: { state: true },
    pause: { state: true },
  };

  declare private parallel: number;
  declare private pause: boolean;

  constructor() {
    super();
    // One core stays with the page itself.
    this.parallel = Math.max(1, (navigator.hardwareConcurrency || 2) - 1);
    this.pause = true;
  }

  protected override willUpdate(): void {
    const {
      experiments: { open },
      wantedExperiment: wanted,
      presets,
    } = this.state;
    const text = wanted && wanted !== open?.experiment.name ? shipped[wanted] : undefined;
    if (text && presets.length > 0) this.intend({ type: "open_experiment", text });
  }

  protected override render(): TemplateResult {
    const { open, fault } = this.state.experiments;
    if (open) return this.#open(open);
    const text = this.locale.panels.experiments;
    return html`
      <p class="experiments-intro">${text.intro}</p>
      ${fault ? html`<div class="look-error" role="alert">${icons.warning} <p>${text.faulty} ${text.fault(fault)}</p></div>` : nothing}
      <ul class="experiments-list">${Object.values(shipped).map((file) => this.#entry(file))}</ul>
      <section class="experiments-own"><h3>${text.own}</h3><p class="muted">${text.schema}</p>${this.#file(text)}</section>
    `;
  }

  #file(text: ExperimentsTexts): TemplateResult {
    const chosen = async ([file]: readonly File[]): Promise<void> => {
      if (file) this.intend({ type: "open_experiment", text: await file.text() });
    };
    return fileButton(text.openFile, (files) => void chosen(files), { accept: ".json,application/json" });
  }

  #entry(file: string): TemplateResult {
    const { title, claim } = JSON.parse(file) as Experiment;
    const { language } = this.locale;
    return html`<li><button type="button" class="experiment-entry" @click=${() => this.intend({ type: "open_experiment", text: file })}>
      <strong>${title[language]}</strong><span class="muted">${claim[language]}</span></button></li>`;
  }

  #open(open: OpenExperiment): TemplateResult {
    const { experiment } = open;
    const { language } = this.locale;
    const text = this.locale.panels.experiments;
    const found = resultsOf(this.state);
    const steps = Math.max(...open.jobs.map(({ steps }) => steps));
    return html`
      <p><button type="button" class="link" ?disabled=${isBusy(open)} @click=${() => this.intend({ type: "open_experiment", text: null })}>${text.back}</button></p>
      <h3 class="experiment-title">${experiment.title[language]}</h3>
      <p>${experiment.claim[language]}</p>
      <p class="muted second">${text.source}: ${experiment.claim.source}. ${text.size(open.expanded.length, experiment.seeds.length, steps)}.</p>
      ${this.#controls(open, text)}
      ${found ? this.#results(open, found, text) : nothing}
    `;
  }

  #controls(open: OpenExperiment, text: ExperimentsTexts): TemplateResult {
    const { phase, progress, states, jobs } = open;
    const ended = states.filter(({ state }) => state === "done" || state === "failed").length;
    const left = open.secondsLeft !== null && isBusy(open) ? this.locale.format.duration(open.secondsLeft) : null;
    const start = (): void => this.intend({ type: "start_experiment", parallel: this.parallel, pause: this.pause });
    const fresh = phase === "ready" || phase === "stopped";
    return html`<div class="experiment-controls">
      ${fresh ? html`<button type="button" class="primary" ?disabled=${this.state.engine.phase !== "ready"} @click=${start}>${icons.play} ${phase === "ready" ? text.start : text.goOn}</button>` : nothing}
      ${phase === "running" ? html`<button type="button" class="primary" @click=${() => this.intend({ type: "pause_experiment" })}>${icons.pause} ${text.pause}</button>` : nothing}
      ${phase === "paused" ? html`<button type="button" class="primary" @click=${() => this.intend({ type: "resume_experiment" })}>${icons.play} ${text.resume}</button>` : nothing}
      ${isBusy(open) ? html`<button type="button" class="quiet" @click=${() => this.intend({ type: "stop_experiment" })}>${text.stop}</button>` : nothing}
      ${fresh ? this.#choices(text) : nothing}
      <div class="experiment-progress">
        <progress max="1" .value=${progress} aria-label=${text.phases[phase]}></progress>
        <span role="status">${text.phases[phase]}</span><span class="muted">${text.progress(ended, jobs.length, left)}</span>
      </div>
    </div>
    ${states.map((state, at) => {
      const job = jobs[at];
      if (state.state !== "failed" || !job) return nothing;
      return html`<p class="look-error">${icons.warning} ${text.failure(job.name, job.seed, errorText(this.locale, state.error))}
        <button type="button" class="quiet" ?disabled=${isBusy(open)} @click=${() => this.intend({ type: "retry_experiment", at })}>${text.again(job.name, job.seed)}</button></p>`;
    })}`;
  }

  #choices(text: ExperimentsTexts): TemplateResult {
    const cores = navigator.hardwareConcurrency || 2;
    const training = this.state.run.phase === "running";
    return html`<label class="experiment-choice" title=${text.cores(cores)}>${text.atOnce}
        <select @change=${(event: Event) => (this.parallel = Number((event.target as HTMLSelectElement).value))}>
          ${Array.from({ length: cores }, (_, at) => html`<option value=${at + 1} ?selected=${at + 1 === this.parallel}>${text.atOnceChoice(at + 1)}</option>`)}
        </select></label>
      ${training ? html`<label class="experiment-choice"><input type="checkbox" .checked=${this.pause} @change=${(event: Event) => (this.pause = (event.target as HTMLInputElement).checked)} />${text.pauseRun}</label>` : nothing}`;
  }

  #results(open: OpenExperiment, found: Results, text: ExperimentsTexts): TemplateResult {
    const [measure] = open.experiment.measure;
    if (!measure || found.rows.every(({ runs }) => runs.length === 0)) return html`<p class="muted">${text.noRuns}</p>`;
    const { format: f, language } = this.locale;
    return html`
      <div class="experiment-verdicts" aria-live="polite">
        ${found.outcomes.map((outcome) => html`<p class="verdict-${outcome.seen}">${this.#verdict(outcome, text)}</p>`)}
        ${open.expanded.length === 1 && found.rows[0] ? html`<p>${this.#single(found.rows[0], measure, text)}</p>` : nothing}
        ${found.noise === null ? nothing : html`<p class="muted">${text.noise(spreadText(f, measure, found.noise))}</p>`}
      </div>
      ${open.experiment.show === "heat_map" ? this.#heatMap(open, found, measure, text) : nothing}
      ${this.#table(open, found, measure, text)}
      ${open.experiment.show === "curves" ? this.#curves(found, text) : nothing}
      <p class="experiment-save"><span class="muted">${text.trainedHere}</span>
        <button type="button" class="quiet" @click=${() => this.#save(`${open.experiment.name}.csv`, csvOf(open.experiment, found), "text/csv")}>${text.save} CSV</button>
        <button type="button" class="quiet" @click=${() => this.#save(`${open.experiment.name}-results.json`, jsonOf(open.experiment, found, language), "application/json")}>${text.save} JSON</button>
        <button type="button" class="quiet" @click=${() => this.#save(`${open.experiment.name}.json`, `${JSON.stringify(open.experiment, null, 2)}\n`, "application/json")}>${text.save} ${open.experiment.name}.json</button></p>
    `;
  }

  #verdict({ expectation, difference, runs, seen }: Outcome, text: ExperimentsTexts): string {
    const { measure, variant, than } = expectation;
    const f = this.locale.format;
    if (!difference?.interval) return text.verdict.waiting(variant, than);
    const interval = intervalText(f, measure, difference.interval);
    // A loss that is lower is better by so much.
    const by = LESS_IS_BETTER.has(measure) ? -difference.difference : difference.difference;
    const shown = seen === "seen" ? spreadText(f, measure, by) : differenceText(f, measure, difference.difference);
    const named = `${shown}${isShare(measure) ? ` ${text.points}` : ""} (${text.measures[measure]})`;
    return seen === "open" ? text.verdict.open(variant, than, named, runs) : text.verdict[seen](variant, than, named, interval, runs);
  }

  /** By what knows of frames that may not save files. */
  #save(name: string, text: string, type: string): void {
    this.intend({ type: "save_file", name, content: new Blob([text], { type }) });
  }

  #single({ name, measures, runs }: Row, measure: Measure, text: ExperimentsTexts): string {
    const found = measures[measure];
    if (!found) return "";
    const f = this.locale.format;
    return text.single(
      name,
      valueText(f, measure, found.mean),
      found.deviation === null ? "?" : spreadText(f, measure, found.deviation),
      runs.length,
    );
  }

  #table(open: OpenExperiment, found: Results, measure: Measure, text: ExperimentsTexts): TemplateResult {
    const f = this.locale.format;
    const others = open.experiment.measure.slice(1);
    const values = found.rows.flatMap(({ runs }) => runs.flatMap(({ result }) => result.measures[measure] ?? []));
    const scale = scaleOf(values, boundsOf(measure));
    const line = (row: Row, at: number): TemplateResult => {
      const summary = row.measures[measure];
      const difference = row.differences[measure];
      const dots = row.runs.flatMap(({ seed, result }): Dot[] => {
        const value = result.measures[measure];
        if (value === undefined) return [];
        const open = (): void => this.intend({ type: "take_experiment_run", expanded: at, seed });
        return [{ seed, value, label: text.open(row.name, seed, valueText(f, measure, value)), open }];
      });
      return html`<tr>
        <th scope="row">${keyOf(at)} ${row.name}</th>
        <td class="dots-cell">${dotLine(at, scale, dots, summary?.mean ?? null, summary?.interval ?? null)}</td>
        <td class="value">${summary ? valueText(f, measure, summary.mean) : "…"}${summary?.deviation != null ? html` <span class="muted">± ${spreadText(f, measure, summary.deviation)}</span>` : nothing}</td>
        <td class="value">${row.name === found.baseline ? html`<span class="muted">${text.baseline}</span>` : difference ? html`${differenceText(f, measure, difference.difference)}${difference.interval ? html`<br /><span class="muted second">${intervalText(f, measure, difference.interval)}</span>` : nothing}` : "…"}</td>
        ${others.map((other) => html`<td class="value">${row.measures[other] ? valueText(f, other, row.measures[other].mean) : "…"}</td>`)}
        <td class="value">${row.runs.length}${row.failed > 0 ? html`<br /><span class="muted second">${text.failedRuns(row.failed)}</span>` : nothing}</td>
      </tr>`;
    };
    return html`<div class="results-scroll" tabindex="0" role="region" aria-label=${text.measures[measure]}><table class="results">
        <thead><tr><th scope="col">${text.variant}</th><th scope="col" class="dots-cell"><span class="dots-ends"><span>${valueText(f, measure, scale.least)}</span><span>${valueText(f, measure, scale.most)}</span></span></th>
          <th scope="col">${text.measures[measure]}</th><th scope="col">${text.toBaseline}</th>${others.map((other) => html`<th scope="col">${text.measures[other]}</th>`)}<th scope="col">${text.runs}</th></tr></thead>
        <tbody>${found.rows.map(line)}</tbody>
      </table></div>
      <p class="muted second">${text.openHint} ${text.interval}</p>`;
  }

  #curves(found: Results, text: ExperimentsTexts): TemplateResult[] {
    const f = this.locale.format;
    const rows = found.rows.map((row, at) => ({ ...row, at })).filter(({ runs }) => runs.length > 0);
    if (rows.length > MOST_LINES) return [];
    const drawn: [Measure, (point: Row["runs"][number]["result"]["curve"][number]) => number | undefined][] = [
      ["test_top1", ({ test_top1 }) => test_top1],
      ["train_loss", ({ train_loss }) => train_loss],
    ];
    return drawn.map(
      ([measure, value]) =>
        html`${curves({
          label: text.curves(text.measures[measure]),
          stepLabel: text.stepAxis,
          bounds: boundsOf(measure),
          lines: rows.map(({ name, at, runs }) => ({ name, at, points: curveOf(runs, value) })),
          text: (number) => valueText(f, measure, number),
        })}`,
    );
  }

  #heatMap(open: OpenExperiment, found: Results, measure: Measure, text: ExperimentsTexts): TemplateResult {
    const variants = [...new Set(open.expanded.map(({ variant }) => variant))];
    const settings = [...new Set(open.expanded.map(({ settings }) => settingsText(settings)))];
    return heatMap({
      caption: text.heatMap(text.measures[measure]),
      rows: variants.map((variant) => open.experiment.variants[variant]?.name ?? ""),
      columns: settings,
      value: (row, column) => {
        const at = open.expanded.findIndex(
          ({ variant, settings: own }) => variant === variants[row] && settingsText(own) === settings[column],
        );
        return found.rows[at]?.measures[measure]?.mean ?? null;
      },
      text: (value) => valueText(this.locale.format, measure, value),
    });
  }
}
