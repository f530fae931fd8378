import type { AppState } from "../../model/state.ts";
import { isActive } from "../../model/state.ts";
import type { Page } from "../../page/page.ts";
import { compilable } from "../../spec/document.ts";
import { settingsOf, withSettings } from "../../spec/settings.ts";
import type {} from "../experiments/model.ts";
import { measuredOf, outcomeOf } from "./checks.ts";
import { factsOf } from "./facts.ts";
import { LessonError } from "./fault.ts";
import type { LessonEntry, Step, StepText } from "./lesson.ts";
import type { LessonDeed, LessonsState, OpenLesson } from "./model.ts";
import type { StepNetwork } from "./networks.ts";
import { networkAt, patched } from "./networks.ts";
import type { Progress, StepProgress } from "./progress.ts";
import { merged, NO_PROGRESS, readProgress, stepProgress, withPlace, withStep } from "./progress.ts";
import { readWhole } from "./read.ts";
import { sameValue } from "./same-value.ts";

/** What progress is kept under. */
const KEPT = "lessons";
/** A number that was typed is right within this share of what is measured, where the lesson says nothing else. */
const TOLERANCE = 0.005;

/** The text of a file in the folder `lessons`; null where it does not come. A test has its own. */
export type FetchFile = (file: string) => Promise<string | null>;

async function fetchBeside(file: string): Promise<string | null> {
  const response = await fetch(new URL(`./lessons/${file}`, import.meta.url)).catch(() => null);
  return response?.ok ? response.text().catch(() => null) : null;
}

/** Whether an answer is right, and what was measured where it is a number of the network on show. */
export function isRight({ question }: Step, value: number, state: AppState): boolean {
  if (!question) return false;
  if ("right" in question) return value === question.right;
  const measured = measuredOf(question.measured, factsOf(state, new Set()));
  return measured !== null && Math.abs(value - measured) <= (question.tolerance ?? TOLERANCE) * Math.abs(measured);
}

const addressOf = ({ lesson, at }: OpenLesson): string => `${lesson.name}.${lesson.steps[at]?.id ?? ""}`;

/** The lessons of one page: which is open, and how far a person is. */
export class Lessons {
  readonly #page: Page;
  readonly #fetch: FetchFile;
  /** Counts what was asked for, so that a lesson that comes late opens over no other. */
  #asked = 0;

  constructor(page: Page, fetchFile: FetchFile) {
    this.#page = page;
    this.#fetch = fetchFile;
    const progress = readProgress(page.environment.storage.recall(KEPT));
    page.set({ lessons: { list: null, open: null, fault: null, progress } });
    page.store.subscribe((state, before) => this.#changed(state, before));
  }

  async do(deed: LessonDeed): Promise<void> {
    switch (deed.does) {
      case "load":
        return this.#load();
      case "open":
        return this.#open(deed.name, deed.at ?? null);
      case "close":
        this.#asked++;
        this.#set({ open: null, fault: null });
        return this.#page.set({ lesson: null });
      case "go":
        return this.#go(deed.at);
      case "set_up":
        return this.#setUp();
      case "answer":
        return this.#answer(deed.value);
      case "hint":
        return this.#hint();
      case "export":
        return this.#export();
      case "forget":
        return this.#keep(NO_PROGRESS, false);
    }
  }

  get #state(): LessonsState {
    return this.#page.store.snapshot.lessons as LessonsState;
  }

  /** The lesson that is open, its step, and what is known of it. */
  get #now(): { open: OpenLesson; step: Step; text: StepText | undefined; progress: StepProgress } | null {
    const { open, progress } = this.#state;
    const step = open?.lesson.steps[open.at];
    if (!open || !step) return null;
    return { open, step, text: open.texts.en.steps[open.at], progress: stepProgress(progress, open.lesson.name, step.id) };
  }

  #set(changes: Partial<LessonsState>): void {
    this.#page.set({ lessons: { ...this.#state, ...changes } });
  }

  #keep(progress: Progress, together = true): void {
    const { storage } = this.#page.environment;
    const kept = together ? merged(progress, readProgress(storage.recall(KEPT))) : progress;
    storage.remember(KEPT, JSON.stringify(kept));
    this.#set({ progress: kept });
  }

  #step(changes: StepProgress): void {
    const { open, step } = this.#now ?? {};
    if (open && step) this.#keep(withStep(this.#state.progress, open.lesson.name, step.id, changes));
  }

  async #load(): Promise<void> {
    const wanted = this.#page.store.snapshot.lesson;
    await Promise.all([this.#list(), wanted !== null && this.#follow(wanted)]);
  }

  async #list(): Promise<void> {
    if (this.#state.list) return;
    const text = await this.#fetch("index.json");
    if (text === null) return this.#set({ fault: { kind: "not_fetched", name: "index" } });
    this.#set({ list: JSON.parse(text) as LessonEntry[] });
  }

  /** What the address names. */
  async #follow(address: string): Promise<void> {
    const { open } = this.#state;
    const [name = "", id] = address.split(".");
    if (open && address === addressOf(open)) return;
    if (open?.lesson.name === name)
      return this.#enter(
        Math.max(
          0,
          open.lesson.steps.findIndex((step) => step.id === id),
        ),
      );
    await this.#open(name, id ?? null);
  }

  /** `at`: a place, or the id of a step; where one was last where it is null. */
  async #open(name: string, at: number | string | null): Promise<void> {
    const asked = ++this.#asked;
    const text = /^[\w-]+$/u.test(name) ? await this.#fetch(`${name}.json`) : null;
    await this.#begun();
    if (asked !== this.#asked) return;
    try {
      if (text === null) throw new LessonError({ kind: "not_fetched", name });
      const whole = readWhole(text);
      const { steps } = whole.lesson;
      const id = at ?? this.#state.progress.lessons[name]?.at;
      const place = typeof id === "number" ? id : steps.findIndex((step) => step.id === id);
      this.#set({ open: { ...whole, at: 0, folder: new URL(`./lessons/${name}/`, import.meta.url).href }, fault: null });
      this.#enter(Math.max(0, Math.min(place, steps.length - 1)));
    } catch (thrown) {
      if (!(thrown instanceof LessonError)) throw thrown;
      this.#set({ open: null, fault: thrown.fault });
    }
  }

  /** A step brings its network: the page's own has to be there first. */
  #begun(): Promise<void> {
    const isThere = ({ document, presets }: AppState): boolean => document !== null && presets.length > 0;
    if (isThere(this.#page.store.snapshot)) return Promise.resolve();
    return new Promise((resolve) => {
      const end = this.#page.store.subscribe((state) => {
        if (!isThere(state)) return;
        end();
        resolve();
      });
    });
  }

  #enter(at: number): void {
    const { open } = this.#state;
    const step = open?.lesson.steps[at];
    if (!open || !step) return;
    const shown = { ...open, at };
    const first = !stepProgress(this.#state.progress, open.lesson.name, step.id).entered;
    this.#set({ open: shown });
    this.#page.set({ lesson: addressOf(shown) });
    this.#keep(withPlace(this.#state.progress, open.lesson.name, step.id));
    const before = open.lesson.steps[at - 1];
    // A link leads into the middle: what the steps before have opened is opened first.
    const jumped = before !== undefined && !stepProgress(this.#state.progress, open.lesson.name, before.id).entered;
    // Whoever comes back finds the page as it was left.
    if (first) this.#setUp(jumped);
    // Nothing comes after the last step: to read it is to be done with it.
    const read = !step.checks && !step.question && at === open.lesson.steps.length - 1;
    this.#step({ entered: true, ...(read && { done: true }) });
    this.#look();
    this.#judge();
  }

  #go(at: number): void {
    const { open, step } = this.#now ?? {};
    if (!open || !step || !open.lesson.steps[at]) return;
    if (at > open.at && !step.checks && !step.question) this.#step({ done: true });
    this.#enter(at);
  }

  #setUp(withNetwork = false): void {
    const { open, step } = this.#now ?? {};
    if (!open || !step) return;
    try {
      const network = this.#network(open);
      if (network && (step.open?.network || withNetwork)) this.#show(network);
      this.#set({ fault: null });
    } catch (thrown) {
      if (!(thrown instanceof LessonError)) throw thrown;
      this.#set({ fault: thrown.fault });
    }
    const { select, experiment, view } = step.open ?? {};
    if (experiment) this.#page.set({ wantedExperiment: experiment });
    if (view) this.#page.handle({ type: "show_view", view });
    if (select) this.#page.handle({ type: "select", selection: { path: select, node: null } });
  }

  /** A patch is of what is open, and of the lesson's own network where it does not fit that. */
  #network({ lesson, at }: OpenLesson): StepNetwork | null {
    const { document, settings, presets } = this.#page.store.snapshot;
    const choice = lesson.steps[at]?.open?.network;
    if (choice && "patch" in choice && document && settings) {
      const spec = patched(compilable(document, settings.edited), choice.patch);
      if (spec) return { title: document.present.title, spec };
    }
    return networkAt(lesson, at, presets);
  }

  /** What is open already stays as it is, with its run; another network's run is paused. */
  #show({ title, spec }: StepNetwork): void {
    const { document, settings, run } = this.#page.store.snapshot;
    const isOpen = document && settings && sameValue(compilable(document, settings.edited), withSettings(spec, settingsOf(spec)));
    if (isOpen) return;
    if (isActive(run.phase)) this.#page.handle({ type: "toggle_run" });
    this.#page.handle({ type: "open_network", title, spec, chosen: true });
  }

  #answer(value: number): void {
    const { step, progress } = this.#now ?? {};
    if (!step?.question) return;
    const right = isRight(step, value, this.#page.store.snapshot);
    // What was right stays right: the network may have been changed since.
    this.#step({ answer: value, tries: (progress?.tries ?? 0) + 1, ...(right && { right }) });
    this.#judge();
  }

  #hint(): void {
    const { text, progress } = this.#now ?? {};
    const hints = progress?.hints ?? 0;
    if (hints < (text?.hints.length ?? 0)) this.#step({ hints: hints + 1 });
  }

  #export(): void {
    const { lessons } = this.#state.progress;
    const content = new Blob([`${JSON.stringify({ version: 1, exported: new Date().toISOString(), lessons }, null, 2)}\n`], {
      type: "application/json",
    });
    this.#page.handle({ type: "save_file", name: "receptive-lessons.json", content });
  }

  #changed(state: AppState, before: AppState): void {
    if (state.lesson !== before.lesson) {
      const { open } = this.#state;
      if (state.lesson === null) {
        if (open) this.#set({ open: null });
      } else if (!open || state.lesson !== addressOf(open)) void this.#follow(state.lesson);
    }
    if (state.view !== before.view) this.#look();
    if (state.lessons === before.lessons) this.#judge();
  }

  /** The view on show has been seen during the step. */
  #look(): void {
    const { view } = this.#page.store.snapshot;
    const { progress, step } = this.#now ?? {};
    const seen = progress?.seen ?? [];
    if (step?.checks?.some((check) => "looked" in check) && !seen.includes(view)) this.#step({ seen: [...seen, view] });
  }

  /** A step is done as soon as everything that it asks is there at once. */
  #judge(): void {
    const { step, progress } = this.#now ?? {};
    if (!step || progress?.done || (!step.checks && !step.question)) return;
    if (step.question && !progress?.right) return;
    const facts = factsOf(this.#page.store.snapshot, new Set(progress?.seen));
    if ((step.checks ?? []).every((check) => outcomeOf(check, facts).passed)) this.#step({ done: true });
  }
}

/** For {@link Page.the}. */
const service = (page: Page): Lessons => new Lessons(page, fetchBeside);

export const lessons = (page: Page, deed: LessonDeed): Promise<void> => page.the(service).do(deed);
