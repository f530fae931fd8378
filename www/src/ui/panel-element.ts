import type { PropertyDeclarations } from "lit";
import { LitElement } from "lit";
import type { Locale } from "../i18n/locale.ts";
import type { AppState } from "../model/state.ts";
import type { Intent } from "../page/intent.ts";
import { IntentEvent } from "../page/intent.ts";
import { untracked, watch } from "../store/store.ts";

/**
 * What every part of the page has: the state it draws, the language it speaks, a way to say what the user wants.
 *
 * All of them render into the page itself, not into shadow roots: labels, live regions and `aria-labelledby` reach across parts, one stylesheet
 * with one set of tokens serves all, and nothing here is meant for foreign pages.
 *
 * The state is the store's live one: an update hears of the slices and selectors that it has read, and of no others.
 */
export abstract class PanelElement extends LitElement {
  static override properties: PropertyDeclarations = {
    locale: { attribute: false },
    state: { attribute: false },
  };

  declare locale: Locale;
  declare state: AppState;

  #unwatch: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && !this.#unwatch) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#ignore();
  }

  #ignore(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  protected override performUpdate(): void {
    if (!this.isUpdatePending) return;
    this.#unwatch?.();
    this.#unwatch = watch(
      () => super.performUpdate(),
      () => this.requestUpdate(),
    );
    if (!this.isConnected) this.#ignore();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected intend(intent: Intent): void {
    untracked(() => this.dispatchEvent(new IntentEvent(intent)));
  }
}
