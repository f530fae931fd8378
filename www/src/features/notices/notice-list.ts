import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ReceptiveError } from "../../engine/errors.ts";
import { errorText } from "../../i18n/locale.ts";
import type { Panels } from "../../i18n/panels.ts";
import { keptBefore } from "../../lib/kept-steps.ts";
import { copy } from "../../lib/outgoing.ts";
import { blameOf, resultsOf } from "../../model/on-show.ts";
import type { Notice } from "../../model/state.ts";
import { classesOf, isTrained, labelOf } from "../../model/state.ts";
import type { NumberSetting } from "../../spec/settings.ts";
import { fileButton } from "../../ui/file-button.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";

const ERRORS: readonly Notice["code"][] = [
  "data_failed",
  "files_refused",
  "diverged",
  "silent",
  "crashed",
  "refused",
  "link_refused",
  "weights_not_finite",
  "page_failed",
];

interface Parts {
  title: string;
  detail?: string;
  list?: readonly string[];
  actions?: TemplateResult | undefined;
  report?: ReceptiveError;
}

/** What went wrong or changed, in words, with what can be done about it. Errors are announced at once, the rest when there is a pause. */
export class NoticeListElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, copied: { state: true } };

  declare private copied: boolean;

  constructor() {
    super();
    this.copied = false;
  }

  protected override render(): TemplateResult {
    const { notices } = this.state;
    const isError = ({ code }: Notice): boolean => ERRORS.includes(code);
    // Both regions are always there: a live region that is added together with its text is not read.
    return html`
      <div role="alert">${repeat(
        notices.filter(isError),
        ({ code }) => code,
        (notice) => this.#notice(notice, "error"),
      )}</div>
      <div role="status">${repeat(
        notices.filter((notice) => !isError(notice)),
        ({ code }) => code,
        (notice) => this.#notice(notice, "info"),
      )}</div>
    `;
  }

  #notice(notice: Notice, kind: "error" | "info"): TemplateResult {
    const { text } = this.locale;
    const { title, detail, list, actions, report } = this.#parts(notice);
    return html`
      <section class="notice ${kind}" data-code=${notice.code}>
        ${kind === "error" ? icons.warning : icons.info}
        <div class="notice-text">
          <p><strong>${title}</strong> ${detail ?? nothing}</p>
          ${list ? html`<ul>${list.map((line) => html`<li>${line}</li>`)}</ul>` : nothing}
          ${report ? html`<details><summary>${text.notices.report}</summary><pre tabindex="0">${this.#report(report)}</pre></details>` : nothing}
        </div>
        <div class="notice-actions">
          ${actions ?? nothing}
          <button type="button" class="icon-button" aria-label=${text.notices.dismiss} title=${text.notices.dismiss} @click=${() => this.intend({ type: "dismiss", code: notice.code })}>${icons.close}</button>
        </div>
      </section>
    `;
  }

  #parts(notice: Notice): Parts {
    const {
      locale,
      locale: {
        text: { notices: text },
        format,
      },
    } = this;
    switch (notice.code) {
      case "data_failed":
        return {
          title: text.dataFailed,
          detail: errorText(locale, notice.error),
          actions: html`${this.#button(text.retry, () => this.intend({ type: "retry_data" }))}${this.#files()}`,
        };
      case "files_refused":
        return { title: text.filesRefused, detail: errorText(locale, notice.error), actions: this.#files() };
      case "files_loaded": {
        const { own } = notice;
        // Its texts come with the features' shared part, perhaps later than this.
        const about = own && (locale.panels as Partial<Panels>).data;
        return {
          title: text.filesLoaded(notice.train, notice.test),
          ...(about && {
            detail: about.form(`${own.height}×${own.width}`, own.classes),
            actions: this.#button(about.about, () => this.intend({ type: "open_dialog", name: "data" })),
          }),
        };
      }
      case "diverged": {
        const blamed = this.#blamed(notice.error);
        if (blamed) return blamed;
        const slower = Number((notice.learningRate / 10).toPrecision(2));
        // Weights that came so from a file are no matter of the rate.
        const loaded = notice.error.kind === "non_finite_weights" && notice.error.loaded;
        const actions = loaded
          ? undefined
          : this.#button(text.lowerRate(format.plain(slower)), () => this.intend({ type: "lower_rate", learningRate: slower }));
        return { title: text.diverged, detail: errorText(locale, notice.error), actions };
      }
      case "guessing":
        return this.#blamed() ?? { title: text.guessing(classesOf(this.state)), list: text.guessingCauses };
      case "device_lost":
        return { title: text.deviceLost(notice.step, notice.backend), detail: errorText(locale, notice.error) };
      case "fresh_weights":
        return { title: text.freshWeights(notice.backend) };
      case "silent":
      case "crashed": {
        const actions = html`
          ${this.#button(this.state.checkpoints.has(labelOf(this.state)?.key ?? "") ? text.restartFromCheckpoint : text.restartEngine, () => this.intend({ type: "restart_engine" }))}
          ${this.#button(this.copied ? text.copied : text.copyReport, () => void this.#copy(notice.error))}
        `;
        return {
          title: notice.code === "silent" ? text.silent : text.crashed,
          detail: errorText(locale, notice.error),
          actions,
          report: notice.error,
        };
      }
      case "refused":
        return { title: text.refused, detail: errorText(locale, notice.error), actions: this.#smallerBatch(notice.error) };
      case "link_refused":
        return { title: text.linkRefused(notice.title), detail: errorText(locale, notice.error) };
      case "went_on":
        return {
          title: notice.elsewhere ? text.openElsewhere(notice.name, notice.step) : text.wentOn(notice.name, notice.step),
          actions: this.#resume(notice.elsewhere ? text.trainCopy : undefined),
        };
      case "settings_came":
        return {
          title: text.settingsCame(
            notice.title,
            Object.entries(notice.mine).map(
              ([name, value]) => `${locale.text.settings.names[name as NumberSetting].toLowerCase()} ${format.plain(Number(value))}`,
            ),
          ),
          actions: this.#button(text.keepMine, () => {
            this.intend({ type: "edit_settings", changes: notice.mine });
            this.intend({ type: "dismiss", code: "settings_came" });
          }),
        };
      case "run_kept":
        return {
          title: text.runKept(notice.name, notice.step),
          actions: this.#button(text.goBackToRun, () => this.intend({ type: "go_back_to_run", key: notice.key })),
        };
      case "copied_run":
        return { title: text.copiedRun(notice.source, notice.name, notice.step), actions: this.#resume() };
      case "weights_taken":
        return { title: text.weightsTaken(notice.kept, notice.fresh, notice.takenOff, notice.otherData) };
      case "weights_not_finite":
        return { title: text.weightsNotFinite(format.counted(notice.tensors)) };
      case "frame_saves": {
        const { byHand } = notice;
        const actions = html`
          ${byHand ? this.#button(text.showText, () => this.intend({ type: "show_text", byHand })) : nothing}
          ${this.#button(text.openTab, () => this.intend({ type: "open_tab" }))}
        `;
        if (notice.blocked) return { title: text.frameSavesNot, detail: text.frameLacks, actions };
        return { title: text.frameSaves(notice.name), detail: text.frameMayLack, actions };
      }
      case "page_failed":
        return {
          title: text.pageFailed,
          detail: errorText(locale, notice.error),
          actions: this.#button(text.reload, () => location.reload()),
        };
      case "not_stored": {
        const actions = this.#button(text.saveToFile, () => this.intend({ type: isTrained(this.state) ? "save_run" : "save_network" }));
        return { title: notice.full ? text.storageFull : text.notStored, actions };
      }
    }
  }

  #resume(label = this.locale.text.run.resume): TemplateResult | undefined {
    const { state } = this;
    if (state.run.phase !== "paused" || resultsOf(state).of === "another") return undefined;
    return this.#button(label, () => this.intend({ type: "toggle_run" }));
  }

  /** Of a run that a change of its settings spoiled: which, when, and the ways back. */
  #blamed(error?: ReceptiveError): Parts | null {
    const { locale, state } = this;
    const { notices: text, settings } = locale.text;
    const blame = blameOf(state);
    const { label } = state.run;
    if (!blame || !label) return null;
    const { setting, from, step } = blame;
    const back = keptBefore(state.checkpoints, label.key, step);
    const name = settings.names[setting];
    const plain = locale.format.plain(from);
    return {
      title: text.spoiled(name, blame),
      ...(error && { detail: errorText(locale, error) }),
      actions: html`
        ${back === null ? nothing : this.#button(text.backTo(back), () => this.intend({ type: "branch_run", key: label.key, step: back }))}
        ${this.#button(text.afresh(name, plain), () => this.intend({ type: "start_afresh", changes: { [setting]: from } }))}
      `,
    };
  }

  #smallerBatch(error: ReceptiveError): TemplateResult | undefined {
    const batch = error.kind === "too_large" ? error.largest_batch : error.kind === "too_few_images" ? error.found : 0;
    if (batch === 0) return undefined;
    return this.#button(this.locale.text.notices.smallerBatch(batch), () => {
      this.intend({ type: "edit_settings", changes: { batch_size: batch } });
      this.intend({ type: "apply_settings" });
    });
  }

  #button(label: string, act: () => void): TemplateResult {
    return html`<button type="button" class="quiet" @click=${act}>${label}</button>`;
  }

  #files(): TemplateResult {
    return fileButton(this.locale.text.notices.chooseFiles, (files) => this.intend({ type: "open_files", files }));
  }

  #report(error: ReceptiveError): string {
    const { run, backend, network } = this.state;
    const report = {
      error,
      phase: run.phase,
      step: run.metrics?.step ?? 0,
      backend: backend.status,
      network: network?.spec ?? null,
      browser: navigator.userAgent,
    };
    return JSON.stringify(report, null, 2);
  }

  /** Where the clipboard is out of reach, as in a sandboxed frame, the report opens and is selected for copying by hand. */
  async #copy(error: ReceptiveError): Promise<void> {
    if (await copy(this.#report(error))) {
      this.copied = true;
      setTimeout(() => (this.copied = false), 2000);
    } else {
      const details = this.querySelector("details");
      const pre = details?.querySelector("pre");
      if (!details || !pre) return;
      details.open = true;
      getSelection()?.selectAllChildren(pre);
    }
  }
}
