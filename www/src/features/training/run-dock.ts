import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { coresHere, workerChoices } from "../../engine/workers.ts";
import { errorText } from "../../i18n/locale.ts";
import type { Choices } from "../../model/on-show.ts";
import { choicesOf, epochsToTrain, isAnother, resultsOf, waitingSettings } from "../../model/on-show.ts";
import { isNeutral, onlyToLookAt } from "../../model/problem.ts";
import { problemOf, problemPath } from "../../model/state.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { problemText } from "../../ui/problem-text.ts";

/** Run, step, reset, and how far training has come. Its parts keep their places while the numbers stream. */
export class RunDockElement extends PanelElement {
  protected override render(): TemplateResult {
    const {
      locale: { text },
      state,
    } = this;
    const { run } = state;
    const choices = choicesOf(state);
    const stopped = state.engine.phase === "stopped";
    const settled = state.network !== null && ["idle", "paused", "done"].includes(run.phase) && state.data.images.train > 0;
    const problem = choices.first === "pause" ? null : problemOf(state);
    const path = problem ? problemPath(state, problem) : null;
    const open = problem !== null && isNeutral(state);
    const isNew = choices.first === "train_new";
    const label = { run: text.run.run, pause: text.run.pause, resume: text.run.resume, train_new: text.run.trainNew }[choices.first];
    const hint = isNew ? text.run.trainNewHint(state.document?.present.title ?? "", run.label?.name ?? null) : nothing;
    return html`
      <div class="dock-buttons" role="group" aria-label=${text.run.controls}>
        <button type="button" id="run" class="primary run ${isNew ? "new" : ""}" title=${hint} ?disabled=${!choices.possible} aria-describedby=${problem ? "dock-note" : nothing} @click=${() => this.intend({ type: isNew ? "train_new" : "toggle_run" })}>
          ${choices.first === "pause" ? icons.pause : icons.play}<span>${label}</span>
        </button>
        <button type="button" class="quiet" title=${text.run.stepHint} ?disabled=${stopped || !settled || problem !== null} @click=${() => this.intend({ type: "step" })}>
          ${icons.step}<span>${text.run.step}</span>
        </button>
        <button type="button" class="quiet" title=${text.run.resetHint} ?disabled=${stopped || !state.network} @click=${() => this.intend({ type: "reset" })}>
          ${icons.reset}<span>${text.run.reset}</span>
        </button>
      </div>
      <div class="dock-progress">
        <p class="dock-figures">
          <span class="dock-status">${problem && run.phase === "idle" && run.metrics === null ? (!open ? text.run.mendFirst : onlyToLookAt(state) ? text.run.onlyToLookAt : text.run.notFinishedShort) : this.#owned(this.#status())}</span>
          ${this.#second(choices)}
          ${this.#figures()}
          ${this.#workers()}
        </p>
        ${this.#bar()}
        <p class="dock-note ${problem && !open ? "dock-problem" : ""}" id="dock-note">${problem ? html`${open ? icons.info : icons.warning} ${problem.kind === "empty_network" ? errorText(this.locale, problem) : html`${path ? html`<button type="button" class="link" @click=${() => this.intend({ type: "select", selection: { path, node: null } })}>${text.run.showProblem}</button> ` : nothing}${open ? problemText(this.locale, state, problem) : text.run.notFitting(errorText(this.locale, problem))}`}` : this.#note()}</p>
      </div>
    `;
  }

  /** Of which network it is said, where that is not the one on show. */
  #owned(said: string): string {
    const {
      locale: { text },
      state,
    } = this;
    const results = resultsOf(state);
    // While the one on show is compiled, it is that which is spoken of.
    return results.of === "another" && !(state.backend.switching && state.backend.preparing)
      ? text.run.ofOwner(text.run.owner(results.owner), said)
      : said;
  }

  /** To go on with the network that was trained before, or to pause it. */
  #second({ second }: Choices): TemplateResult | typeof nothing {
    const {
      locale: { text },
      state: { network, run },
    } = this;
    if (second === null || !network) return nothing;
    const pauses = second === "pause";
    return html`<button type="button" class="link dock-second" ?disabled=${run.phase === "pausing"} title=${pauses ? text.run.pauseHint(network.title) : text.run.goOnHint(network.title)}
      @click=${() => this.intend({ type: pauses ? "toggle_run" : "go_on" })}>${pauses ? text.run.pauseIt : text.run.goOn}</button>`;
  }

  /** On the CPU: how many workers share a batch. */
  #workers(): TemplateResult | typeof nothing {
    const {
      locale: { text },
      state: {
        backend: { status, workers, sharing, asked },
      },
    } = this;
    const choices = workerChoices(Math.max(coresHere(), workers));
    if (status?.backend !== "cpu" || choices.length < 2) return nothing;
    const fewer = workers === asked && sharing < asked;
    return html`<select class="dock-workers" aria-label=${text.run.workers} title=${fewer ? text.run.fewerWorkers(sharing) : text.run.workersHint}
      @change=${(event: Event) => this.intend({ type: "choose_workers", workers: Number((event.target as HTMLSelectElement).value) })}>
      ${choices.map((count) => html`<option value=${count} .selected=${live(count === workers)}>${text.run.workerCount(count)}</option>`)}
    </select>`;
  }

  #bar(): TemplateResult {
    const {
      run,
      engine,
      data,
      backend: { switching, preparing },
    } = this.state;
    const share =
      switching && preparing
        ? preparing.done / preparing.total
        : run.metrics
          ? run.metrics.progress
          : engine.phase === "loading" && engine.total > 0
            ? Math.min(1, engine.loaded / engine.total)
            : run.phase === "waiting" && data.bytes > 0
              ? data.loaded / data.bytes
              : 0;
    const busy = run.phase === "starting" || (run.phase === "waiting" && share === 0);
    return html`<div
      class="bar ${busy ? "bar-busy" : ""}"
      role="progressbar"
      aria-label=${this.locale.text.run.progress}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(share * 100)}
    ><span .style="--share: ${share}"></span></div>`;
  }

  #status(): string {
    const {
      locale: { text },
      state: { run, engine, network, data, settings, backend },
    } = this;
    const step = run.metrics?.step ?? 0;
    if (backend.switching && backend.preparing) return text.run.pipelines(backend.preparing.done, backend.preparing.total);
    switch (run.phase) {
      case "waiting":
        return network ? text.run.waitingForData : text.run.waitingForEngine;
      case "starting":
      case "running":
        return run.metrics ? text.run.epoch(run.metrics.epoch, run.metrics.epochs) : text.run.preparing;
      case "pausing":
        return text.run.pausing;
      case "paused":
        return text.run.paused(step);
      case "done":
        return isAnother(this.state)
          ? text.run.ended(step)
          : text.run.done(run.metrics?.epochs ?? 0, epochsToTrain(run, settings?.edited.epochs ?? 1));
      case "failed":
        return engine.phase === "stopped" ? text.run.noEngine : text.run.failed(step);
      case "idle":
        if (engine.phase === "stopped") return text.run.noEngine;
        if (!network)
          return engine.total > 0 ? text.run.loadingEngineShare(Math.min(1, engine.loaded / engine.total)) : text.run.loadingEngine;
        if (data.phase === "failed" && data.images.train === 0) return text.run.noData;
        return step > 0 ? text.run.paused(step) : text.run.ready(settings?.edited.epochs ?? 1);
      default:
        run.phase satisfies never;
        return "";
    }
  }

  #figures(): TemplateResult | typeof nothing {
    const {
      locale: { text },
      state: {
        run: { metrics, phase },
      },
    } = this;
    if (!metrics) return nothing;
    const active = phase === "running" || phase === "starting" || phase === "pausing";
    return html`
      ${active ? html`<span class="dock-step">${text.run.stepCount(metrics.step)}</span>` : nothing}
      ${metrics.speed_up === null ? nothing : html`<span class="dock-speed-up" title=${text.run.speedUpHint}>${text.run.speedUp(metrics.speed_up)}</span>`}
      <span class="dock-rate">${metrics.images_per_second > 0 ? text.run.rate(metrics.images_per_second) : nothing}</span>
      ${active && metrics.seconds_left !== null ? html`<span class="dock-left">${text.run.left(metrics.seconds_left)}</span>` : nothing}
    `;
  }

  /** The line below the bar: what is still loading, or what waits for a fresh start. */
  #note(): string | TemplateResult {
    const {
      locale: { text },
      state,
      state: { data, run },
    } = this;
    const results = resultsOf(state);
    if (results.of === "another") return results.owner.run === null ? "" : text.run.stays(results.owner.run);
    const changed = run.metrics ? waitingSettings(state) : [];
    const workers = run.metrics !== null && state.backend.status?.backend === "cpu" && state.backend.workers !== state.backend.asked;
    if (changed.length > 0 || workers) {
      const settingNames = changed.map((setting) => text.settings.names[setting].toLowerCase());
      const names = [...(workers ? [text.run.workers.toLowerCase()] : []), ...settingNames];
      return html`${text.settings.pending(names)}
        <button type="button" class="link" ?disabled=${problemOf(state) !== null} @click=${() => this.intend({ type: "apply_settings" })}>${text.settings.apply}</button>`;
    }
    const { images, totals } = data;
    if (images.train > 0 && images.train < totals.train) return text.run.using(images.train, totals.train);
    if (data.phase === "loading" && data.bytes > 0 && data.loaded < data.bytes) return text.run.loadingData(data.loaded, data.bytes);
    return "";
  }
}
