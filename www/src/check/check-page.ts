import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import { createModuleWorker } from "../engine/create-worker.ts";
import type { ReceptiveError } from "../engine/errors.ts";
import { toReceptiveError } from "../engine/errors.ts";
import type { NetworkDescription, Preset } from "../engine/protocol.ts";
import { RequestClient } from "../engine/request-client.ts";
import { enErrors } from "../i18n/en-errors.ts";
import { errorSentence } from "../i18n/error-sentence.ts";
import { ruErrors } from "../i18n/ru-errors.ts";
import { Formats } from "../lib/format.ts";
import type { Language } from "../lib/language.ts";
import { LANGUAGES } from "../lib/language.ts";
import { remember } from "../lib/storage.ts";
import type { Theme } from "../lib/theme.ts";
import { applyTheme, nextTheme } from "../lib/theme.ts";
import { halfMoon, moon, play, sun, warning } from "../ui/icons.ts";
import { layerTable } from "./layer-table.ts";
import type { BackendId, BackendResult, CheckReplies, CheckRequests, Progress, Stage } from "./protocol.ts";
import { BACKENDS } from "./protocol.ts";
import { resultCard } from "./result-card.ts";
import { isTimed } from "./summary.ts";
import type { CheckTexts } from "./texts.ts";
import { checkTexts } from "./texts.ts";

export const BATCHES = [16, 64] as const;
const FIRST = "lenet5";
const LANGUAGE_NAMES: { [L in Language]: string } = { ru: "Русский", en: "English" };
const THEME_ICONS = { auto: halfMoon, light: sun, dark: moon };

/** How the table of layers is sorted: as the network runs, or by the time on a backend. */
export type Order = "network" | BackendId;

export interface Said {
  language: Language;
  text: CheckTexts;
  format: Formats;
  error: (error: ReceptiveError) => string;
}

type Activity =
  | { kind: "loading" }
  | { kind: "idle" }
  | { kind: "stopped" }
  | { kind: "done" }
  | { kind: "running"; stage: Stage | null }
  | { kind: "failed"; error: ReceptiveError };

function say(language: Language): Said {
  const format = new Formats(language);
  const errors = language === "ru" ? ruErrors(format) : enErrors(format);
  return { language, format, text: checkTexts[language](format), error: (error) => errorSentence(errors, error) };
}

/** The page `check/`: it renders into the page itself, as all our elements do. */
export class CheckPageElement extends LitElement {
  static override properties: PropertyDeclarations = {
    language: { attribute: false },
    theme: { attribute: false },
    preset: { attribute: false },
    batch: { attribute: false },
    presets: { state: true },
    activity: { state: true },
    network: { state: true },
    measured: { state: true },
    results: { state: true },
    order: { state: true },
    shown: { state: true },
  };

  declare language: Language;
  declare theme: Theme;
  declare preset: string;
  declare batch: number;
  declare private presets: readonly Preset[];
  declare private activity: Activity;
  /** What was measured, which need not be what is chosen now. */
  declare private network: NetworkDescription | null;
  declare private measured: number;
  declare private results: readonly BackendResult[];
  declare private order: Order;
  /** On a narrow screen the table has room for one. */
  declare private shown: BackendId;

  readonly #client = new RequestClient<CheckRequests, CheckReplies, Progress>(() =>
    createModuleWorker(new URL("./check-worker.js", import.meta.url), "check"),
  );

  constructor() {
    super();
    this.language = "en";
    this.theme = "auto";
    this.preset = FIRST;
    this.batch = BATCHES[0];
    this.presets = [];
    this.activity = { kind: "loading" };
    this.network = null;
    this.measured = 0;
    this.results = [];
    this.order = "network";
    this.shown = "simd";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  async #open(): Promise<void> {
    try {
      this.presets = (await this.#client.request("open", {})).presets;
      if (!this.presets.some(({ name }) => name === this.preset)) this.preset = FIRST;
      this.activity = { kind: "idle" };
    } catch (thrown) {
      this.activity = { kind: "failed", error: toReceptiveError(thrown, "engine_failed") };
    }
  }

  async #run(): Promise<void> {
    const preset = this.presets.find(({ name }) => name === this.preset);
    if (!preset || this.activity.kind === "running") return;
    const { spec } = preset;
    this.#address({ preset: this.preset, batch: String(this.batch) });
    this.activity = { kind: "running", stage: null };
    this.network = null;
    this.measured = this.batch;
    this.results = [];
    this.order = "network";
    try {
      await this.#client.request("check", { spec: { ...spec, training: { ...spec.training, batch_size: this.batch } } }, (progress) =>
        this.#hear(progress),
      );
      this.activity = { kind: "done" };
    } catch (thrown) {
      const error = toReceptiveError(thrown, "engine_failed");
      this.activity = error.kind === "worker_stopped" ? { kind: "stopped" } : { kind: "failed", error };
    }
  }

  #hear(progress: Progress): void {
    switch (progress.kind) {
      case "stage":
        this.activity = { kind: "running", stage: progress.stage };
        break;
      case "network":
        this.network = progress.network;
        break;
      case "result":
        this.results = [...this.results.filter(({ id }) => id !== progress.result.id), progress.result];
    }
  }

  /** A copied address opens what is on show. */
  #address(wishes: { [name: string]: string }): void {
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(wishes)) address.searchParams.set(name, value);
    try {
      history.replaceState(null, "", address);
    } catch {
      // A sandboxed frame's address stays as its page wrote it.
    }
  }

  #speak(language: Language): void {
    this.language = language;
    remember("language", language);
    this.#address({ lang: language });
  }

  #paint(theme: Theme): void {
    this.theme = theme;
    remember("theme", theme);
    applyTheme(theme, document.documentElement);
    if (new URL(location.href).searchParams.has("theme")) this.#address({ theme });
  }

  protected override render(): TemplateResult {
    const said = say(this.language);
    document.documentElement.lang = this.language;
    document.title = said.text.title;
    const { text } = said;
    return html`
      <header class="top">
        <a class="brand" href="../?lang=${this.language}">Receptive</a>
        <a class="link" href="../?lang=${this.language}">${text.back}</a>
        <div class="top-tools">
          <div class="languages" role="group" aria-label=${text.language}>
            ${LANGUAGES.map((one) => html`<button type="button" class="language" lang=${one} aria-pressed=${one === this.language ? "true" : "false"} @click=${() => this.#speak(one)}>${one.toUpperCase()}<span class="visually-hidden"> ${LANGUAGE_NAMES[one]}</span></button>`)}
          </div>
          <button type="button" class="icon-button" aria-label="${text.theme}: ${text.themes[this.theme]}" title="${text.theme}: ${text.themes[this.theme]}" @click=${() => this.#paint(nextTheme(this.theme))}>${THEME_ICONS[this.theme]}</button>
        </div>
      </header>
      <main class="check-main">
        <h1>${text.heading}</h1>
        <p class="check-intro">${text.intro}</p>
        ${this.#controls(said)}
        ${this.results.length > 0 ? this.#findings(said) : nothing}
        <section>
          <h2>${text.ways}</h2>
          <p>${text.realData}</p>
          <p>${text.tolerance}</p>
          <p>${text.cpuWay}</p>
          <p>${text.webgpuWay}</p>
        </section>
      </main>
    `;
  }

  #controls({ text, error }: Said): TemplateResult {
    const { activity } = this;
    const running = activity.kind === "running";
    const chosen =
      this.presets.length > 0 ? this.presets.map(({ name, title }) => ({ name, title })) : [{ name: this.preset, title: this.preset }];
    return html`
      <div class="check-controls">
        <label class="check-field"><span>${text.network}</span>
          <select name="preset" .value=${this.preset} ?disabled=${running} @change=${(event: Event) => (this.preset = (event.target as HTMLSelectElement).value)}>
            ${chosen.map(({ name, title }) => html`<option value=${name} ?selected=${name === this.preset}>${title}</option>`)}
          </select>
        </label>
        <label class="check-field"><span>${text.batch}</span>
          <select name="batch" ?disabled=${running} @change=${(event: Event) => (this.batch = Number((event.target as HTMLSelectElement).value))}>
            ${BATCHES.map((size) => html`<option value=${size} ?selected=${size === this.batch}>${text.images(size)}</option>`)}
          </select>
        </label>
        ${
          running
            ? html`<button type="button" class="quiet check-stop" @click=${() => this.#client.stop()}>${text.stop}</button>`
            : html`<button type="button" class="primary check-run" ?disabled=${this.presets.length === 0} @click=${() => void this.#run()}>${play}${text.run}</button>`
        }
        <div class="check-progress">
          <p role="status">${
            activity.kind === "loading"
              ? text.stage({ at: "engine", loaded: 0, total: 0 })
              : activity.kind === "idle"
                ? text.idle
                : activity.kind === "stopped"
                  ? text.stopped
                  : activity.kind === "done"
                    ? text.done
                    : activity.kind === "failed"
                      ? html`<span class="check-failed">${warning} ${text.failed} ${error(activity.error)}</span>`
                      : this.#stage(text, activity.stage)
          }</p>
          ${
            activity.kind === "running" && activity.stage?.at === "layers"
              ? html`<progress aria-label=${text.layers} max=${activity.stage.of} value=${activity.stage.done}></progress>`
              : nothing
          }
        </div>
      </div>
    `;
  }

  /** A live region that counts calls would be read out all the time: the count is for the eyes. */
  #stage(text: CheckTexts, stage: Stage | null): TemplateResult {
    const line = text.stage(stage ?? { at: "engine", loaded: 0, total: 0 });
    return stage?.at === "layers" ? html`<span aria-hidden="true">${line}</span>` : html`${line}`;
  }

  #findings(said: Said): TemplateResult {
    const { text } = said;
    const timed = BACKENDS.filter((id) => this.results.some((result) => result.id === id && isTimed(result)));
    return html`
      <section>
        <h2>${text.agreement}</h2>
        <div class="check-cards">
          ${BACKENDS.map((id) => resultCard(said, id, this.results, this.measured))}
        </div>
      </section>
      ${
        this.network && timed.length > 0
          ? layerTable(said, {
              network: this.network,
              results: this.results,
              timed,
              order: this.order,
              shown: timed.includes(this.shown) ? this.shown : (timed.at(-1) ?? "scalar"),
              sort: (order) => (this.order = order),
              show: (backend) => (this.shown = backend),
            })
          : nothing
      }
    `;
  }
}
