import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { html, nothing } from "lit";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { Outcome } from "./checks.ts";
import { measuredOf, outcomeOf } from "./checks.ts";
import type { Facts } from "./facts.ts";
import { factsOf } from "./facts.ts";
import type { Step, StepText } from "./lesson.ts";
import type { LessonDeed, LessonsState, OpenLesson } from "./model.ts";
import type { StepProgress } from "./progress.ts";
import { stepProgress } from "./progress.ts";
import type { TextContext } from "./text-view.ts";
import { blocks, inlines } from "./text-view.ts";
import { numberOf } from "./typed-number.ts";

/** A step of the open lesson, beside the workbench: its text, what is to be done and how far it is, its question, its hints. */
export class LessonPlayerElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, folded: { state: true }, typed: { state: true } };

  declare private folded: boolean;
  /** The answer in the field, or the option that is marked, before it is checked. */
  declare private typed: string;

  /** The step that was drawn last, and whether the next one gets the focus: it was asked for here. */
  #drawn = "";
  #asked = false;

  constructor() {
    super();
    this.folded = false;
    this.typed = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#do({ does: "load" });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#mark(null);
  }

  #do(deed: LessonDeed): void {
    this.intend({ type: "lesson", deed });
  }

  #go(at: number): void {
    this.#asked = true;
    this.#do({ does: "go", at });
  }

  /** Outlines the part of the page that a step is about: style.css knows where it is. */
  #mark(place: string | null): void {
    const page = document.querySelector("receptive-app");
    if (place) page?.setAttribute("data-lesson-mark", place);
    else page?.removeAttribute("data-lesson-mark");
  }

  protected override willUpdate(): void {
    const { open } = this.state.lessons ?? {};
    const step = open?.lesson.steps[open.at];
    const drawn = open && step ? `${open.lesson.name}.${step.id}` : "";
    if (drawn === this.#drawn) return;
    const answer = open && step ? stepProgress((this.state.lessons as LessonsState).progress, open.lesson.name, step.id).answer : undefined;
    this.typed = answer === undefined ? "" : String(answer);
    this.folded = false;
  }

  protected override updated(_: PropertyValues): void {
    const { open } = this.state.lessons ?? {};
    const step = open?.lesson.steps[open.at];
    const drawn = open && step ? `${open.lesson.name}.${step.id}` : "";
    this.#mark(this.folded ? null : (step?.highlight ?? null));
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.querySelector(".lesson-body")?.scrollTo({ top: 0 });
    if (this.#asked) this.querySelector<HTMLElement>(".lesson-title")?.focus({ preventScroll: true });
    this.#asked = false;
  }

  protected override render(): TemplateResult {
    const text = this.locale.panels.lessons;
    const { lessons } = this.state;
    const { open, fault } = lessons ?? {};
    const name = open ? open.lesson.title[this.locale.language] : text.region;
    return html`<aside class="lesson ${this.folded ? "folded" : ""}" aria-label="${text.region}: ${name}">
      <header class="lesson-head">
        <p><strong>${name}</strong>${open ? html` <span class="muted second">${text.step(open.at + 1, open.lesson.steps.length)}</span>` : nothing}</p>
        <button type="button" class="icon-button lesson-fold" aria-expanded=${this.folded ? "false" : "true"} aria-label=${this.folded ? text.show : text.hide} title=${this.folded ? text.show : text.hide} @click=${() => (this.folded = !this.folded)}>${icons.chevron}</button>
        <button type="button" class="icon-button" aria-label=${text.close} title=${text.close} @click=${() => this.#do({ does: "close" })}>${icons.close}</button>
      </header>
      ${fault ? html`<div class="look-error" role="alert">${icons.warning} <p>${text.faulty} ${text.fault(fault)}</p></div>` : nothing}
      ${open && lessons ? (this.folded ? nothing : this.#step(open, lessons)) : fault ? nothing : html`<p class="muted lesson-body" role="status">${text.loading}</p>`}
    </aside>`;
  }

  #step(open: OpenLesson, { progress }: LessonsState): TemplateResult | typeof nothing {
    const { lesson, at, formulas, folder } = open;
    const step = lesson.steps[at];
    const words = open.texts[this.locale.language].steps[at];
    if (!step || !words) return nothing;
    const { lesson: address } = this.state;
    const context: TextContext = { formulas, folder, address };
    const known = stepProgress(progress, lesson.name, step.id);
    const facts = factsOf(this.state, new Set(known.seen));
    const text = this.locale.panels.lessons;
    const { leftOut } = open.texts[this.locale.language];
    const last = at === lesson.steps.length - 1;
    return html`<div class="lesson-body" tabindex="-1">
        ${this.#places(open, progress)}
        <h2 class="lesson-title" tabindex="-1">${inlines(words.title, context)}</h2>
        <div class="lesson-text">${blocks(words.body, context)}</div>
        ${leftOut.size > 0 ? html`<p class="muted second">${text.leftOut([...leftOut])}</p>` : nothing}
        ${step.checks ? this.#checks(step, facts, known) : nothing}
        ${step.question ? this.#question(step, words, facts, known, context) : nothing}
        ${words.hints.length > 0 ? this.#hints(words, known, context) : nothing}
        ${words.see.length > 0 ? html`<details class="lesson-see"><summary>${text.see}</summary><div class="lesson-text">${blocks(words.see, context)}</div></details>` : nothing}
        ${last ? this.#sources(open) : nothing}
      </div>
      <footer class="lesson-foot">
        <button type="button" class="quiet" ?disabled=${at === 0} @click=${() => this.#go(at - 1)}>${text.back}</button>
        ${step.open?.network || step.open?.view || step.open?.experiment ? html`<button type="button" class="link" @click=${() => this.#do({ does: "set_up" })}>${text.setUp}</button>` : nothing}
        ${
          last
            ? html`<button type="button" class=${known.done ? "primary" : "quiet"} @click=${this.#finish}>${text.finish}</button>`
            : html`<button type="button" class=${known.done || !(step.checks || step.question) ? "primary" : "quiet"} @click=${() => this.#go(at + 1)}>${text.next}</button>`
        }
      </footer>`;
  }

  /** Reading the last step is being done with it, where it asks for nothing. */
  readonly #finish = (): void => {
    this.#do({ does: "close" });
    this.intend({ type: "show_view", view: "lessons" });
  };

  #places({ lesson, at }: OpenLesson, progress: LessonsState["progress"]): TemplateResult {
    const text = this.locale.panels.lessons;
    const { format: f } = this.locale;
    return html`<nav aria-label=${text.steps}><ol class="lesson-steps">${lesson.steps.map(({ id }, place) => {
      const { done } = stepProgress(progress, lesson.name, id);
      const label = `${text.step(place + 1, lesson.steps.length)}${done ? `, ${text.stepDone}` : ""}`;
      return html`<li><button type="button" class=${done ? "done" : ""} aria-current=${place === at ? "step" : nothing} aria-label=${label} title=${label} @click=${() => this.#go(place)}>${done ? icons.check : f.whole(place + 1)}</button></li>`;
    })}</ol></nav>`;
  }

  #checks({ checks = [] }: Step, facts: Facts, { done }: StepProgress): TemplateResult {
    const text = this.locale.panels.lessons;
    const line = (outcome: Outcome): TemplateResult => html`<li class=${outcome.passed ? "passed" : "open"}>
        ${outcome.passed ? icons.check : html`<span class="lesson-circle"></span>`}<span><span class="visually-hidden">${outcome.passed ? text.passed : text.open}: </span>${text.outcome(outcome)}</span></li>`;
    return html`<section class="lesson-checks ${done ? "done" : ""}" aria-label=${text.checks}>
        <h3>${text.checks}</h3>
        <ul>${checks.map((check) => line(outcomeOf(check, facts)))}</ul>
        <p class="visually-hidden" role="status">${done ? text.passed : nothing}</p>
      </section>`;
  }

  #question(step: Step, words: StepText, facts: Facts, known: StepProgress, context: TextContext): TemplateResult {
    const text = this.locale.panels.lessons;
    const choice = step.question !== undefined && "right" in step.question;
    const value = choice ? (this.typed === "" ? null : Number(this.typed)) : numberOf(this.typed);
    const pick = (event: Event): void => void (this.typed = (event.target as HTMLInputElement).value);
    const submit = (event: Event): void => {
      event.preventDefault();
      if (value !== null) this.#do({ does: "answer", value });
    };
    return html`<form class="lesson-question" aria-labelledby="lesson-question-text" @submit=${submit}>
        <div id="lesson-question-text" class="lesson-text">${blocks(words.question, context)}</div>
        ${
          choice
            ? html`<div role="radiogroup" aria-labelledby="lesson-question-text">${words.options.map(
                (option, at) =>
                  html`<label class="lesson-option"><input type="radio" name="lesson-option" value=${at} .checked=${this.typed === String(at)} @change=${pick} /><span>${inlines(option, context)}</span></label>`,
              )}</div>`
            : html`<label class="lesson-number-field"><span class="visually-hidden">${text.answer}</span><input type="text" inputmode="decimal" autocomplete="off" aria-label=${text.answer} .value=${this.typed} @input=${pick} /></label>`
        }
        <button type="submit" class="quiet" ?disabled=${value === null}>${text.check}</button>
        <p class="lesson-verdict ${known.right ? "right" : "wrong"}" role="status">${this.#verdict(step, facts, known)}</p>
      </form>`;
  }

  #verdict({ question }: Step, facts: Facts, { right, answer }: StepProgress): TemplateResult | string | typeof nothing {
    const text = this.locale.panels.lessons;
    if (right) return html`${icons.check} ${text.right}`;
    if (answer === undefined || !question) return nothing;
    if ("right" in question) return text.wrong;
    const measured = measuredOf(question.measured, facts);
    return measured === null ? text.notMeasured : text.wrongNumber(answer, measured === 0 ? 1 : (answer - measured) / measured);
  }

  #hints({ hints }: StepText, { hints: taken = 0 }: StepProgress, context: TextContext): TemplateResult {
    const text = this.locale.panels.lessons;
    const left = taken < hints.length;
    return html`<section class="lesson-hints" aria-label=${text.hints}>
        <ol aria-live="polite">${hints.slice(0, taken).map((hint) => html`<li class="lesson-text">${blocks(hint, context)}</li>`)}</ol>
        ${left ? html`<button type="button" class="link" @click=${() => this.#do({ does: "hint" })}>${text.hint(taken + 1, hints.length)}</button>` : nothing}
      </section>`;
  }

  #sources({ lesson }: OpenLesson): TemplateResult {
    return html`<section class="lesson-sources"><h3>${this.locale.panels.lessons.sources}</h3><ul>${lesson.sources.map(
      ({ text, url }) => html`<li>${url ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${text}</a>` : text}</li>`,
    )}</ul></section>`;
  }
}
