import type { TemplateResult } from "lit";
import { html } from "lit";
import { isFramed } from "../lib/frame.ts";
import * as icons from "./icons.ts";
import { PanelElement } from "./panel-element.ts";

const SIGNS = ["pointerdown", "keydown", "focusin"] as const;

/** A panel that is a modal dialog: closed by its button, by Escape and by a click beside it; the browser gives the focus back. */
export abstract class DialogElement extends PanelElement {
  /** `asked`: by who sits before this page, and not by the address of the frame it stands in. */
  protected open(asked = true): void {
    const { dialog } = this;
    if (!dialog || dialog.open) return;
    if (asked || !isFramed() || document.hasFocus()) return dialog.showModal();
    // A modal dialog would take the focus from the page around the frame, and scroll it. It becomes one with the first sign that it is
    // wanted.
    dialog.setAttribute("open", "");
    const wanted = (): void => {
      for (const sign of SIGNS) removeEventListener(sign, wanted, true);
      if (!dialog.open) return;
      dialog.removeAttribute("open");
      dialog.showModal();
    };
    for (const sign of SIGNS) addEventListener(sign, wanted, true);
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
