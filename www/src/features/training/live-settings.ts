/** Settings that reach a run under way. */
import { isAnother } from "../../model/on-show.ts";
import type { Page } from "../../page/page.ts";
import { editing } from "../../session/editing.ts";
import { keeping } from "../../session/keeping.ts";
import type { Settings } from "../../spec/settings.ts";
import { hasMomentum, LIVE } from "../../spec/settings.ts";
import type { Trainer } from "./trainer.ts";

/** Between the last edit of a live setting and its way to the engine. */
const SETTLE_MS = 150;

export class LiveSettings {
  readonly #page: Page;
  readonly #trainer: Trainer;
  #cancelLive = (): void => undefined;
  /** Whether an edit of a live setting is not sent yet. */
  #waits = false;
  #cancelEpochs = (): void => undefined;

  constructor(page: Page, trainer: Trainer) {
    this.#page = page;
    this.#trainer = trainer;
    page.on("compiling", () => this.#cancelLive());
    for (const event of ["compile_refused", "network_edited"] as const)
      page.on(event, () => {
        if (this.#liveDiffers()) this.#sendLiveSoon();
      });
  }

  edit(changes: Partial<Settings>): void {
    const { settings } = this.#page.state;
    if (!settings) return;
    this.#page.set({ settings: { ...settings, edited: { ...settings.edited, ...changes } } });
    // What a training step keeps in memory depends on them.
    if ("batch_size" in changes || "optimizer" in changes) void this.#page.the(editing).examine();
    if (LIVE.some((setting) => setting in changes)) this.#sendLiveSoon();
    if ("epochs" in changes && this.#page.state.run.metrics && !isAnother(this.#page.state)) {
      this.#cancelEpochs();
      this.#cancelEpochs = this.#page.environment.clock.after(SETTLE_MS, () => void this.#trainer.trainUntil());
    }
  }

  #liveDiffers(): boolean {
    const { settings } = this.#page.state;
    return settings !== null && LIVE.some((setting) => settings.edited[setting] !== settings.applied[setting]);
  }

  /** To a run under way, what is in the fields and may not be in force. */
  #sendLiveSoon(): void {
    this.#cancelLive();
    const cancel = this.#page.environment.clock.after(SETTLE_MS, () => this.settle());
    this.#cancelLive = () => {
      this.#cancelLive = () => undefined;
      this.#waits = false;
      cancel();
    };
    this.#waits = true;
  }

  /**
   * What was typed and still waits goes to the engine at once. Whatever trains calls this first: the engine answers in order, so that no step is taken with
   * numbers that were no longer in the fields when the button was pressed.
   */
  settle(): void {
    if (!this.#waits) return;
    this.#cancelLive();
    void this.#sendLive();
  }

  async #sendLive(): Promise<void> {
    const { settings, network } = this.#page.state;
    // Numbers for another network or another optimizer wait for it.
    if (!settings || !network || isAnother(this.#page.state) || settings.edited.optimizer !== settings.applied.optimizer) return;
    const { learning_rate, momentum, weight_decay } = settings.edited;
    const { id, history } = this.#page.state.run;
    // Asked for before the change, so that it is of the step before it.
    const kept = this.#liveDiffers() ? this.#page.the(keeping).persistence?.keepStep(true) : null;
    try {
      const reply = await this.#page.engine.request({
        type: "set",
        learning_rate,
        weight_decay,
        ...(hasMomentum(settings.applied) && { momentum }),
      });
      const latest = this.#page.state.settings;
      if (!latest) return;
      const live = {
        learning_rate: reply.learning_rate,
        momentum: reply.momentum ?? latest.applied.momentum,
        weight_decay: reply.weight_decay,
      };
      const before = latest.applied;
      this.#page.set({ settings: { ...latest, applied: { ...before, ...live } } });
      const step = (await kept) ?? this.#page.state.run.metrics?.step ?? 0;
      if (step === 0 || this.#page.state.run.id !== id) return;
      for (const setting of LIVE)
        if (live[setting] !== before[setting]) history.addChange({ step, setting, from: before[setting], to: live[setting] });
      this.#page.setRun({ historyVersion: history.version });
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }
}
