import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing, svg } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Spec } from "../../engine/protocol.ts";
import { keptSteps } from "../../lib/kept-steps.ts";
import { onKey } from "../../lib/keys.ts";
import { LOOKS } from "../../lib/run-names.ts";
import type { PastRun } from "../../model/runs.ts";
import { allRuns, renamed } from "../../model/runs.ts";
import { labelOf } from "../../model/state.ts";
import { sameNetwork } from "../../spec/same-network.ts";
import { hasMomentum, isAllowed, settingsOf } from "../../spec/settings.ts";
import type { Change } from "../../spec/what-changed.ts";
import { isAnother, whatChanged } from "../../spec/what-changed.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { term } from "../../ui/term.ts";
import { changeText } from "./change-text.ts";
import { differenceTo, figuresOf } from "./figures.ts";
import type { RunsTexts } from "./texts.ts";

/** More do not fit a line. */
const MOST_CHANGES = 4;
const MOST_LIVE = 2;

/** All runs of this page, the newest first: what each changed, where it stands, and what can be done with it. */
export class RunsPanelElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, deleted: { state: true }, refused: { state: true } };

  declare private deleted: { run: PastRun; at: number } | null;
  /** The run whose name could not be what was typed. */
  declare private refused: string | null;

  readonly #changes = new WeakMap<Spec, { before: Spec; changes: Change[] }>();

  constructor() {
    super();
    this.deleted = this.refused = null;
  }

  protected override render(): TemplateResult {
    const text = this.locale.panels.runs;
    const runs = allRuns(this.state);
    const { deleted } = this;
    const base = runs.find(({ key }) => key === this.state.baseline);
    return html`
      <h2 id="runs-title">${term("run", text.title)}</h2>
      ${base && runs.length > 1 ? html`<p class="second">${text.comparedWith(base.name)}</p>` : nothing}
      <table class="runs" aria-labelledby="runs-title">
        <thead class="visually-hidden"><tr><th scope="col">${text.run}</th><th scope="col">${text.changed}</th><th scope="col">${text.figures}</th><th scope="col">${text.actions}</th></tr></thead>
        <tbody>${repeat(
          [...runs.entries()].reverse(),
          ([, { key }]) => key,
          ([at, run]) => this.#row(text, run, at, runs, base),
        )}</tbody>
      </table>
      <p class="runs-deleted" role="status">${
        deleted && !runs.some(({ key }) => key === deleted.run.key)
          ? html`${text.removed(deleted.run.name)} <button type="button" class="link" @click=${() => this.intend({ type: "bring_back_run", ...deleted })}>${text.undo}</button>`
          : nothing
      }</p>
    `;
  }

  #row(text: RunsTexts, run: PastRun, at: number, runs: readonly PastRun[], base: PastRun | undefined): TemplateResult {
    const front = run.key === labelOf(this.state)?.key;
    const step = this.state.checkpoints.get(run.key);
    const branch = step === undefined ? text.branchNone : text.branchOf(run.name, step);
    const refused = this.refused === run.key;
    return html`<tr class=${front ? "front" : ""}>
      <th scope="row"><span class="run-name">
        ${
          front
            ? html`<span class="run-front" aria-hidden="true"></span>`
            : html`<input type="checkbox" .checked=${!this.state.hidden.has(run.key)} aria-label=${text.shown(run.name)} @change=${(event: Event) => this.intend({ type: "hide_run", key: run.key, hidden: !(event.target as HTMLInputElement).checked })} />`
        }
        ${this.#swatch(run, front)}
        <input class="name" type="text" size="10" maxlength="24" spellcheck="false" autocomplete="off" .value=${run.name} aria-label=${text.rename(run.name)} title=${refused ? text.taken : ""} aria-invalid=${refused ? "true" : "false"}
          @change=${(event: Event) => this.#rename(run, event.target as HTMLInputElement)} @keydown=${onKey((event: KeyboardEvent) => this.#nameKey(event, run))} />
        ${front ? html`<span class="second">${text.front}</span>` : nothing}
      </span></th>
      <td class="run-changes">${run.title}: ${this.#changed(text, run, at, runs, base)}${this.#isShown(run) ? nothing : html` <span class="badge">${text.notShown}</span>`}</td>
      <td class="run-figures">${this.#figures(text, run, base)}</td>
      <td class="run-actions">
        <button type="button" class="link" ?disabled=${step === undefined} title=${branch} aria-label="${text.branch}: ${branch}" @click=${() => this.intend({ type: "branch_run", key: run.key })}>${text.branch}</button>
        ${runs.length > 1 ? this.#baseline(text, run) : nothing}
        ${this.#steps(text, run)}
        ${this.#duplicates(text, run)}
        ${front ? nothing : html`<button type="button" class="link" aria-label=${text.removeOf(run.name)} @click=${() => this.#remove(run, at)}>${text.remove}</button>`}
      </td>
    </tr>`;
  }

  /** The steps that were kept: choosing one starts a run from there. */
  #steps(text: RunsTexts, run: PastRun): TemplateResult | typeof nothing {
    const { format } = this.locale;
    const newest = this.state.checkpoints.get(run.key);
    const steps = keptSteps(this.state.checkpoints, run.key).filter((step) => step !== newest);
    if (steps.length === 0) return nothing;
    const before = new Set(run.history.changes.map(({ step }) => step));
    const choose = ({ target }: Event): void => {
      const field = target as HTMLSelectElement;
      const step = Number(field.value);
      field.value = "";
      if (step > 0) this.intend({ type: "branch_run", key: run.key, step });
    };
    return html`<select class="run-steps" aria-label=${text.branchSteps(run.name)} title=${text.branchSteps(run.name)} @change=${choose}>
      <option value="" selected>${text.branchStep}</option>
      ${steps.toReversed().map((step) => html`<option value=${step}>${before.has(step) ? text.stepBefore(format.whole(step)) : text.step(step)}</option>`)}
    </select>`;
  }

  /** Settings with one of them changed: choosing one trains a run with it. */
  #duplicates(text: RunsTexts, run: PastRun): TemplateResult {
    const { format } = this.locale;
    const { names } = this.locale.text.settings;
    const own = settingsOf(run.spec);
    const brief = (value: number): number => Number(value.toPrecision(3));
    const all = (
      [
        ["batch_size", own.batch_size / 2],
        ["batch_size", own.batch_size * 2],
        ["learning_rate", brief(own.learning_rate / 10)],
        ["learning_rate", brief(own.learning_rate / 2)],
        ["learning_rate", brief(own.learning_rate * 2)],
        ["learning_rate", brief(own.learning_rate * 10)],
        ["momentum", own.momentum === 0 ? 0.9 : 0],
        ["seed", own.seed + 1],
      ] as const
    ).filter(([setting, value]) => isAllowed(setting, value) && (setting !== "momentum" || hasMomentum(own)));
    const choose = ({ target }: Event): void => {
      const field = target as HTMLSelectElement;
      const chosen = all[field.selectedIndex - 1];
      field.value = "";
      if (chosen) this.intend({ type: "duplicate_run", key: run.key, changes: { [chosen[0]]: chosen[1] } });
    };
    return html`<select class="run-steps run-duplicate" aria-label=${text.duplicateOf(run.name)} title=${text.duplicateOf(run.name)} @change=${choose}>
      <option value="" selected>${text.duplicate}</option>
      ${all.map(([setting, value], at) => html`<option value=${at}>${names[setting].toLowerCase()} ${format.plain(value)}</option>`)}
    </select>`;
  }

  /** Whether its network is the one on show. */
  #isShown({ spec }: PastRun): boolean {
    const { document } = this.state;
    return document === null || sameNetwork(document.present.spec, spec);
  }

  /** The line as the charts draw it: colour and dash. */
  #swatch({ look }: PastRun, front: boolean): TemplateResult {
    const { colour, dash } = LOOKS[look] ?? { colour: "--run-1", dash: [] };
    const line = front
      ? svg`<path d="M0 4h26" stroke="var(--train)" stroke-width="2"/><path class="test" d="M0 9h26" stroke="var(--test)" stroke-width="2"/><circle cx="13" cy="9" r="2.5" fill="var(--test)"/>`
      : svg`<path class=${dash.length > 0 ? "" : "solid"} d="M0 6h26" stroke="var(${colour})" stroke-width="2.5" stroke-dasharray=${dash.join(" ")}/>`;
    return html`<svg class="run-swatch" viewBox="0 0 26 12" width="26" height="12" aria-hidden="true">${line}</svg>`;
  }

  #baseline(text: RunsTexts, { key, name }: PastRun): TemplateResult {
    const chosen = this.state.baseline === key;
    return html`<button type="button" class="toggle" aria-pressed=${chosen ? "true" : "false"} aria-label="${text.baseline}: ${name}" title=${text.baselineOf(name)}
      @click=${() => this.intend({ type: "choose_baseline", key: chosen ? null : key })}>${text.baseline}</button>`;
  }

  /** What ran otherwise than in the baseline or, where none is chosen, than in the run it came from or the one before it. */
  #changed(text: RunsTexts, run: PastRun, at: number, runs: readonly PastRun[], base: PastRun | undefined): string {
    const parent = runs.find(({ key }) => key === run.parent);
    const before = base ?? parent ?? runs[at - 1];
    const origin = parent ? [text.from(parent.name)] : [];
    if (run === base) return [...origin, text.isBaseline, ...this.#underWay(text, run)].join("; ");
    if (!before) return [text.first, ...this.#underWay(text, run)].join("; ");
    const changes = this.#between(before.spec, run.spec);
    if (isAnother(before.spec, run.spec, changes)) return [...origin, text.another, ...this.#underWay(text, run)].join("; ");
    const words = changes.slice(0, MOST_CHANGES).map((change) => changeText(this.locale, change));
    const rest = changes.length - words.length;
    const own = [...words, ...(rest > 0 ? [text.more(rest)] : [])];
    return [...origin, ...(own.length > 0 ? own : [text.same]), ...this.#underWay(text, run)].join("; ");
  }

  /** Settings that were changed while it trained. */
  #underWay(text: RunsTexts, { history: { changes } }: PastRun): string[] {
    const {
      text: {
        charts: { tick },
      },
      format,
    } = this.locale;
    const rest = changes.length - MOST_LIVE;
    const words = changes
      .slice(0, MOST_LIVE)
      .map(({ step, setting, from, to }) => text.underWay(tick[setting](format.plain(from), format.plain(to)), step));
    return [...words, ...(rest > 0 ? [text.more(rest)] : [])];
  }

  #between(before: Spec, after: Spec): Change[] {
    const known = this.#changes.get(after);
    if (known?.before === before) return known.changes;
    const changes = whatChanged(before, after);
    this.#changes.set(after, { before, changes });
    return changes;
  }

  #figures(text: RunsTexts, run: PastRun, base: PastRun | undefined): string {
    const { format } = this.locale;
    const own = figuresOf(run);
    if (!own) return text.step(0);
    const other = base && base.key !== run.key ? figuresOf(base) : null;
    const difference = other && differenceTo(other, own);
    const signed = (value: number, digits: number): string => `${value < 0 ? "−" : "+"}${format.fixed(Math.abs(value), digits)}`;
    const beside = (said: string, value: number | null | undefined, words: (value: number) => string): string =>
      value == null ? said : `${said} (${words(value)})`;
    return [
      text.step(own.step),
      beside(text.loss(format.loss(own.loss)), difference?.loss, (value) => signed(value, 4)),
      beside(text[own.of](format.percent(own.share)), difference?.share, (value) => text.points(signed(100 * value, 2))),
      ...(own.seconds === null ? [] : [beside(format.seconds(own.seconds), difference?.seconds, (value) => signed(value, 1))]),
    ].join(" · ");
  }

  #rename(run: PastRun, field: HTMLInputElement): void {
    const possible = renamed(this.state, run.key, field.value) !== null;
    this.refused = possible ? null : run.key;
    if (possible) this.intend({ type: "rename_run", key: run.key, name: field.value });
  }

  #nameKey(event: KeyboardEvent, run: PastRun): void {
    const field = event.target as HTMLInputElement;
    if (event.key === "Escape") field.value = run.name;
    if (event.key === "Escape") this.refused = null;
    if (event.key === "Enter") field.blur();
  }

  #remove(run: PastRun, at: number): void {
    this.deleted = { run, at };
    this.intend({ type: "delete_run", key: run.key });
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(".runs-deleted button")?.focus());
  }
}
