import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import type { Init, OptimizerType, ScheduleSpec } from "../../engine/protocol.ts";
import { parseNumber } from "../../lib/format.ts";
import { onKey } from "../../lib/keys.ts";
import { isAnother, resultsOf, waitingSettings } from "../../model/on-show.ts";
import { isTrained, problemOf } from "../../model/state.ts";
import type { NumberSetting, ScheduleChoice } from "../../spec/settings.ts";
import { choiceOf, choosing, chosenSchedule, hasMomentum, isAllowed, LIVE, nudge, RANGES } from "../../spec/settings.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { term } from "../../ui/term.ts";

const FRESH = ["batch_size", "seed"] as const satisfies readonly NumberSetting[];
/** The definitions of settings whose names are others. */
const TERM_OF = {
  learning_rate: "learning_rate",
  momentum: "momentum",
  weight_decay: "weight_decay",
  batch_size: "batch",
  epochs: "epoch",
  seed: "seed",
  optimizer: "optimizer",
  init: "init",
  schedule: "schedule",
} as const;
const INITS: readonly Init[] = ["pytorch", "kaiming"];
/** Names that no language translates. */
const OPTIMIZER_NAMES: { [O in OptimizerType]: string } = { sgd: "SGD", adam: "Adam", adamw: "AdamW", rmsprop: "RMSprop" };
const OPTIMIZERS = Object.keys(OPTIMIZER_NAMES) as OptimizerType[];
const SCHEDULES: readonly ScheduleChoice[] = [
  "constant",
  "step",
  "multi_step",
  "exponential",
  "cosine",
  "warmup_cosine",
  "polynomial",
  "one_cycle",
];

/** How the network is trained. A value that is not possible stays in its field, marked, with what would be possible; the last good one stays in force. */
export class SettingsPanelElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    /** Two of these may be on the page, one of them in the sheet: their fields need ids of their own. */
    prefix: {},
    drafts: { state: true },
  };

  declare prefix: string;
  /** What is in a field that was not understood, or is being typed. */
  declare private drafts: ReadonlyMap<NumberSetting, string>;

  constructor() {
    super();
    this.prefix = "settings";
    this.drafts = new Map();
  }

  protected override render(): TemplateResult {
    const {
      locale: { text },
      state: { settings },
    } = this;
    if (!settings) return html`<h2>${text.settings.title}</h2>`;
    const isNew = resultsOf(this.state).of === "another";
    const stale = problemOf(this.state) === null && (isNew || (isTrained(this.state) && waitingSettings(this.state).length > 0));
    const { optimizer, init, schedule } = settings.edited;
    return html`
      <h2>${text.settings.title}</h2>
      <fieldset>
        <legend>${text.settings.live}</legend>
        ${LIVE.filter((setting) => setting !== "momentum" || hasMomentum(settings.edited)).map((setting) => this.#field(setting))}
        ${this.#field("epochs")}
      </fieldset>
      <fieldset>
        <legend>${text.settings.fresh}</legend>
        ${this.#choice("optimizer", optimizer, OPTIMIZERS, OPTIMIZER_NAMES, (choice) => this.#chooseOptimizer(choice))}
        ${FRESH.map((setting) => this.#field(setting))}
        ${this.#choice("init", init, INITS, text.settings.inits, (choice) => this.intend({ type: "edit_settings", changes: { init: choice } }))}
        ${this.#choice("schedule", choiceOf(schedule), SCHEDULES, text.settings.schedules, (choice) => this.intend({ type: "edit_settings", changes: { schedule: chosenSchedule(choice, settings.edited, settings.applied.schedule) } }))}
        <training-details prefix=${this.prefix} .locale=${this.locale} .state=${this.state}></training-details>
        <button
          type="button"
          class="quiet apply ${stale ? "pulse" : ""}"
          ?disabled=${!stale}
          @click=${() => this.intend({ type: isNew ? "train_new" : "apply_settings" })}
        >${isNew ? text.run.trainNew : text.settings.apply}</button>
      </fieldset>
    `;
  }

  #choice<C extends string>(
    setting: "optimizer" | "init" | "schedule",
    chosen: C,
    choices: readonly C[],
    names: { readonly [O in C]: string },
    choose: (choice: C) => void,
  ): TemplateResult {
    const id = `${this.prefix}-${setting}`;
    return html`
      <div class="field">
        <label for=${id}>${term(TERM_OF[setting], this.locale.text.settings.names[setting])}</label>
        <select id=${id} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as C)}>
          ${choices.map((choice) => html`<option value=${choice} ?selected=${choice === chosen}>${names[choice]}</option>`)}
        </select>
      </div>
    `;
  }

  /** Its rates take the place of those in the fields, drafts too. */
  #chooseOptimizer(optimizer: OptimizerType): void {
    const { settings } = this.state;
    if (!settings) return;
    this.drafts = new Map([...this.drafts].filter(([setting]) => !(LIVE as readonly NumberSetting[]).includes(setting)));
    this.intend({ type: "edit_settings", changes: choosing(optimizer, settings.applied, settings.edited.schedule) });
  }

  #field(setting: NumberSetting): TemplateResult {
    const {
      locale: { text, format },
      state: { settings },
    } = this;
    const value = settings?.edited[setting] ?? 0;
    const draft = this.drafts.get(setting);
    const wrong = draft !== undefined && this.#read(setting, draft) === null;
    const { least, most, whole } = RANGES[setting];
    const id = `${this.prefix}-${setting}`;
    return html`
      <div class="field ${wrong ? "wrong" : ""}">
        <label for=${id}>${term(TERM_OF[setting], text.settings.names[setting])}</label>
        <input
          id=${id}
          inputmode=${whole ? "numeric" : "decimal"}
          autocomplete="off"
          aria-invalid=${wrong ? "true" : "false"}
          aria-describedby=${wrong ? `${id}-fix` : nothing}
          .value=${live(draft ?? format.plain(value))}
          @input=${(event: Event) => this.#typed(setting, (event.target as HTMLInputElement).value)}
          @blur=${() => this.#left(setting)}
          @keydown=${onKey((event: KeyboardEvent) => this.#key(setting, event))}
        />
        ${setting === "learning_rate" && settings && !isConstant(settings.applied.schedule) && !isAnother(this.state) ? this.#rateNow() : nothing}
        ${setting === "batch_size" ? this.#allImages() : nothing}
        ${wrong ? html`<p class="fix" id="${id}-fix" role="alert">${text.settings.range(least, most, whole)}</p>` : nothing}
      </div>
    `;
  }

  /** Where there are fewer images than the batch size says, a step takes all of them. */
  #allImages(): TemplateResult | typeof nothing {
    const {
      locale: { text },
      state: {
        data: { totals },
        settings,
      },
    } = this;
    if (!settings || totals.train === 0 || totals.train >= settings.edited.batch_size) return nothing;
    return html`<p class="now">${text.settings.allImages(totals.train)}</p>`;
  }

  /** What the schedule makes of the rate. Its line is there before a run too, so that nothing moves when one begins. */
  #rateNow(): TemplateResult {
    const {
      locale: { text },
      state: { run, settings },
    } = this;
    const rate = run.metrics?.learning_rate ?? settings?.applied.learning_rate ?? 0;
    return html`<p class="now">${text.settings.rateNow(Number(rate.toPrecision(2)))}</p>`;
  }

  #read(setting: NumberSetting, text: string): number | null {
    const value = parseNumber(text);
    return value !== null && isAllowed(setting, value) ? value : null;
  }

  #typed(setting: NumberSetting, text: string): void {
    this.drafts = new Map(this.drafts).set(setting, text);
    const value = this.#read(setting, text);
    if (value !== null) this.intend({ type: "edit_settings", changes: { [setting]: value } });
  }

  /** A good value is shown in its usual form; a wrong one stays to be mended. */
  #left(setting: NumberSetting): void {
    const draft = this.drafts.get(setting);
    if (draft === undefined || this.#read(setting, draft) === null) return;
    this.#forget(setting);
  }

  #forget(setting: NumberSetting): void {
    const drafts = new Map(this.drafts);
    drafts.delete(setting);
    this.drafts = drafts;
  }

  #key(setting: NumberSetting, event: KeyboardEvent): void {
    if (event.key === "Escape" && this.drafts.has(setting)) {
      event.stopPropagation();
      event.preventDefault();
      this.#forget(setting);
      return;
    }
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    const value = this.state.settings?.edited[setting];
    if (direction === 0 || value === undefined) return;
    event.preventDefault();
    this.#forget(setting);
    this.intend({ type: "edit_settings", changes: { [setting]: nudge(setting, value, direction) } });
  }
}

const isConstant = ({ type = "constant", warmup = 0 }: ScheduleSpec): boolean => type === "constant" && warmup === 0;
