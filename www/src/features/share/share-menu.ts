import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { characterOf, onKey } from "../../lib/keys.ts";
import type { AppState } from "../../model/state.ts";
import { isTrained } from "../../model/state.ts";
import type { Intent } from "../../page/intent.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";

/** How long a word of success stays. */
const SHOWN_MS = 2500;

/** What leaves the page and what comes into it: links, snippets, files. The button of a menu, the menu, and what shows where files are dropped. */
export class ShareMenuElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    opened: { state: true },
    told: { state: true },
    dragging: { state: true },
  };

  declare private opened: boolean;
  /** The success of the last copy is on show. */
  declare private told: boolean;
  declare private dragging: boolean;

  /** What was copied or shown last. */
  #announced: AppState["shared"] = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.opened = this.told = this.dragging = false;
  }

  readonly #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.opened = false;
  };

  /** Files over a dialog, or over a part that takes pictures, are that one's affair. */
  #carriesFiles(event: DragEvent): boolean {
    return !event.defaultPrevented && Boolean(event.dataTransfer?.types.includes("Files")) && !document.querySelector("dialog[open]");
  }

  readonly #over = (event: DragEvent): void => {
    this.dragging = this.#carriesFiles(event);
    if (this.dragging) event.preventDefault();
  };

  readonly #leave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.dragging = false;
  };

  readonly #drop = (event: DragEvent): void => {
    this.dragging = false;
    if (!this.#carriesFiles(event)) return;
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) this.intend({ type: "open_files", files });
  };

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#outside);
    document.addEventListener("focusin", this.#outside);
    document.addEventListener("dragover", this.#over);
    document.addEventListener("dragleave", this.#leave);
    document.addEventListener("drop", this.#drop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    document.removeEventListener("pointerdown", this.#outside);
    document.removeEventListener("focusin", this.#outside);
    document.removeEventListener("dragover", this.#over);
    document.removeEventListener("dragleave", this.#leave);
    document.removeEventListener("drop", this.#drop);
  }

  protected override willUpdate(): void {
    const { shared } = this.state;
    if (shared === this.#announced) return;
    this.#announced = shared;
    if (!shared || !this.hasUpdated) return;
    if (!("copied" in shared)) return void this.updateComplete.then(() => this.#byHand());
    this.told = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.told = false), SHOWN_MS);
  }

  protected override render(): TemplateResult {
    const {
      locale,
      locale: {
        text: { page },
      },
      state: { document, shared },
    } = this;
    const text = locale.panels.share;
    const trained = isTrained(this.state);
    const byHand = shared && !("copied" in shared) ? shared : null;
    return html`
      <button type="button" class="share-button" id="share-button" aria-haspopup="menu" aria-expanded=${this.opened ? "true" : "false"} aria-controls="share-items" aria-label=${page.share} title=${page.share}
        ?disabled=${document === null} @click=${() => this.#show(!this.opened)} @keydown=${onKey(this.#buttonKey)}>
        ${icons.share}<span class="share-word">${page.share}</span>${icons.chevron}
      </button>
      <div class="menu share-items" id="share-items" role="menu" aria-label=${text.menu} ?hidden=${!this.opened} @keydown=${onKey(this.#menuKey)}>
        ${this.#item(text.copyLink, { type: "copy", what: "link" })}
        ${this.#item(text.copyEmbed, { type: "copy", what: "embed" })}
        ${this.#item(text.copyEmbedView, { type: "copy", what: "embed_view" })}
        ${this.#item(text.choose, { type: "open_dialog", name: "share-dialog" })}
        ${this.#item(text.copyJson, { type: "copy", what: "json" })}
        <hr role="separator" />
        ${this.#item(text.saveJson, { type: "save_network" })}
        ${this.#item(trained ? text.saveRun : text.saveRunLater, { type: "save_run" }, !trained)}
        ${this.#item(text.export, { type: "open_dialog", name: "exports" })}
        <hr role="separator" />
        <button type="button" role="menuitem" tabindex="-1" title=${text.openHint} @click=${this.#choose}>${text.open}</button>
      </div>
      <input type="file" multiple hidden accept=".json,.onnx,.safetensors,.gz,.idx,application/json,*/*" @change=${this.#chosen} />
      <p class="share-told" role="status">${this.told && shared && "copied" in shared ? html`${icons.check}${text.copied[shared.copied]}` : nothing}</p>
      ${this.dragging ? html`<div class="drop-cover"><p><strong>${text.drop}</strong></p><p>${text.dropHint}</p></div>` : nothing}
      <dialog class="modal by-hand" aria-labelledby="by-hand-title" @click=${(event: Event) => event.target === event.currentTarget && this.#close()}>
        <div class="dialog-body">
          <div class="by-hand-head">
            <h2 id="by-hand-title">${byHand ? text.byHand[byHand.what] : text.menu}</h2>
            <button type="button" class="icon-button" aria-label=${page.close} @click=${() => this.#close()}>${icons.close}</button>
          </div>
          <p>${text.byHandHint[byHand?.lacks ?? "clipboard"]}</p>
          <textarea readonly rows="6" aria-label=${text.text} .value=${byHand?.text ?? ""}></textarea>
          ${byHand?.lacks === "downloads" ? html`<p><button type="button" class="quiet" @click=${() => this.intend({ type: "open_tab" })}>${text.openTab}</button></p>` : nothing}
        </div>
      </dialog>
    `;
  }

  #item(label: string, intent: Intent, disabled = false): TemplateResult {
    const act = (): void => {
      if (disabled) return;
      this.#show(false);
      this.intend(intent);
    };
    return html`<button type="button" role="menuitem" tabindex="-1" aria-disabled=${disabled ? "true" : "false"} @click=${act}>${label}</button>`;
  }

  #show(opened: boolean, from: "first" | "last" = "first"): void {
    this.opened = opened;
    void this.updateComplete.then(() =>
      opened
        ? this.#items()
            .at(from === "first" ? 0 : -1)
            ?.focus()
        : this.#button()?.focus(),
    );
  }

  readonly #choose = (): void => {
    this.#show(false);
    this.querySelector<HTMLInputElement>("input[type=file]")?.click();
  };

  readonly #chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same file can be chosen again after it was mended.
    input.value = "";
    if (files.length > 0) this.intend({ type: "open_files", files });
  };

  #close(): void {
    this.querySelector("dialog")?.close();
  }

  #byHand(): void {
    const dialog = this.querySelector("dialog");
    if (!dialog?.open) dialog?.showModal();
    const field = this.querySelector("textarea");
    field?.focus();
    field?.select();
  }

  #button(): HTMLElement | null {
    return this.querySelector<HTMLElement>("#share-button");
  }

  #items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[role=menuitem]")];
  }

  readonly #buttonKey = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.#show(true, event.key === "ArrowDown" ? "first" : "last");
  };

  readonly #menuKey = (event: KeyboardEvent): void => {
    const items = this.#items();
    const at = items.indexOf(event.target as HTMLElement);
    const letter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey ? event.key.toLowerCase() : null;
    const others = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    const startingWith = (text: string): HTMLElement | undefined =>
      others.find((item) => item.textContent?.trim().toLowerCase().startsWith(text));
    const starting = letter === null ? undefined : (startingWith(letter) ?? startingWith(characterOf(event)));
    const next =
      event.key === "ArrowDown"
        ? items[(at + 1) % items.length]
        : event.key === "ArrowUp"
          ? items.at(at - 1)
          : event.key === "Home"
            ? items[0]
            : event.key === "End"
              ? items.at(-1)
              : starting;
    if (event.key === "Tab") this.opened = false;
    else if (event.key === "Escape") this.#show(false);
    else if (letter === null && !next) return;
    if (event.key === "Tab") return;
    event.preventDefault();
    // Single letters choose here, and are no shortcuts of the page.
    event.stopPropagation();
    next?.focus();
  };
}
