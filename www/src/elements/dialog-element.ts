import { html } from "lit";
import type { TemplateResult } from "lit";
import * as icons from "./icons.ts";
import { PanelElement } from "./panel-element.ts";

/** A panel that is a modal dialog: closed by its button, by Escape and by a click beside it; the browser gives the focus back. */
export abstract class DialogElement extends PanelElement {
  protected open(): void {
    const { dialog } = this;
    if (dialog && !dialog.open) dialog.showModal();
  }

  protected close(): void {
    this.dialog?.close();
  }

  protected get dialog(): HTMLDialogElement | null {
    return this.querySelector("dialog");
  }

  /** The heading has the id `KIND-title` and names the dialog. */
  protected frame(kind: string, title: unknown, content: unknown): TemplateResult {
    const id = `${kind}-title`;
    const close = (): void => this.close();
    return html`
      <dialog class="modal ${kind}" aria-labelledby=${id} @click=${(event: Event) => event.target === event.currentTarget && close()}>
        <div class="dialog-body">
          <header>
            <h2 id=${id}>${title}</h2>
            <button type="button" class="icon-button" aria-label=${this.locale.text.page.close} @click=${close}>${icons.close}</button>
          </header>
          ${content}
        </div>
      </dialog>
    `;
  }
}
