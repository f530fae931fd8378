import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { LessonEntry } from "./lesson.ts";
import type { LessonDeed, LessonsState } from "./model.ts";
import { doneOf } from "./progress.ts";

/** The lessons in their order, and how far one is. */
export class LessonGalleryElement extends PanelElement {
  override connectedCallback(): void {
    super.connectedCallback();
    this.#do({ does: "load" });
  }

  #do(deed: LessonDeed): void {
    this.intend({ type: "lesson", deed });
  }

  protected override render(): TemplateResult {
    const text = this.locale.panels.lessons;
    const { lessons } = this.state;
    return html`
      <p class="lessons-intro">${text.intro}</p>
      ${lessons?.fault ? html`<div class="look-error" role="alert">${icons.warning} <p>${text.faulty} ${text.fault(lessons.fault)}</p></div>` : nothing}
      ${
        lessons?.list
          ? html`<ol class="lessons-list">${lessons.list.map((entry, at) => this.#entry(entry, at, lessons))}</ol>${this.#progress(lessons)}`
          : html`<p class="muted" role="status">${lessons?.fault ? nothing : text.loading}</p>`
      }
    `;
  }

  #entry({ name, title, summary, minutes, steps }: LessonEntry, at: number, { open, progress }: LessonsState): TemplateResult {
    const text = this.locale.panels.lessons;
    const { language, format: f } = this.locale;
    const done = doneOf(progress, name, steps);
    const begun = progress.lessons[name] !== undefined;
    const all = done === steps.length;
    const what = all ? text.again : begun ? text.goOn : text.begin;
    const shown = open?.lesson.name === name;
    return html`<li><button type="button" class="lesson-entry" aria-current=${shown ? "true" : nothing} @click=${() => this.#do({ does: "open", name, ...(all && { at: 0 }) })}>
      <span class="lesson-number" aria-hidden="true">${all ? icons.check : f.whole(at + 1)}</span>
      <span class="lesson-words"><strong><span class="visually-hidden">${what}: </span>${title[language]}</strong><span class="muted">${summary[language]}</span>
        <span class="muted second">${text.minutes(minutes)}${begun ? ` · ${text.done(done, steps.length)}` : nothing}</span>
        ${begun && !all ? html`<progress max=${steps.length} .value=${done} aria-hidden="true"></progress>` : nothing}</span>
    </button></li>`;
  }

  #progress({ progress }: LessonsState): TemplateResult | typeof nothing {
    if (Object.keys(progress.lessons).length === 0) return nothing;
    const text = this.locale.panels.lessons;
    const forget = (): void => {
      if (confirm(text.forgetSure)) this.#do({ does: "forget" });
    };
    return html`<p class="lessons-kept"><span class="muted second">${text.keptHere}</span>
      <button type="button" class="quiet" @click=${() => this.#do({ does: "export" })}>${text.save}</button>
      <button type="button" class="quiet" @click=${forget}>${text.forget}</button></p>`;
  }
}
