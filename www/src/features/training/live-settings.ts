/** Settings that reach a run under way. */
import { isAnother } from "../../model/on-show.ts";
import type { Page } from "../../page/page.ts";
import { editing } from "../../session/editing.ts";
import type { Settings } from "../../spec/settings.ts";
import { hasMomentum, LIVE } from "../../spec/settings.ts";

/** Between the last edit of a live setting and its way to the engine. */
const SETTLE_MS = 150;

export class LiveSettings {
  readonly #page: Page;
  #cancelLive = (): void => undefined;

  constructor(page: Page) {
    this.#page = page;
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
  }

  #liveDiffers(): boolean {
    const { settings } = this.#page.state;
    return settings !== null && LIVE.some((setting) => settings.edited[setting] !== settings.applied[setting]);
  }

  /** To a run under way, what is in the fields and may not be in force. */
  #sendLiveSoon(): void {
    this.#cancelLive();
    this.#cancelLive = this.#page.environment.clock.after(SETTLE_MS, () => void this.#sendLive());
  }

  async #sendLive(): Promise<void> {
    const { settings, network } = this.#page.state;
    // Numbers for another network or another optimizer wait for it.
    if (!settings || !network || isAnother(this.#page.state) || settings.edited.optimizer !== settings.applied.optimizer) return;
    const { learning_rate, momentum, weight_decay } = settings.edited;
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
      this.#page.set({ settings: { ...latest, applied: { ...latest.applied, ...live } } });
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }
}
