import { html } from "lit";
import type { TemplateResult } from "lit";
import { fileButton } from "./file-button.ts";
import * as icons from "./icons.ts";
import { PanelElement } from "./panel-element.ts";

/** What the page does, its keys, and where the images come from. */
export class HelpDialogElement extends PanelElement {
  show(): void {
    const dialog = this.querySelector("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  }

  protected override render(): TemplateResult {
    const { locale: { text: { help, page } }, state: { preferences } } = this;
    const close = (): void => this.querySelector("dialog")?.close();
    return html`
      <dialog class="help" aria-labelledby="help-title" @click=${(event: Event) => event.target === event.currentTarget && close()}>
        <div class="dialog-body">
          <header>
            <h2 id="help-title">${help.title}</h2>
            <button type="button" class="icon-button" aria-label=${page.close} @click=${close}>${icons.close}</button>
          </header>
          ${help.intro.map((line) => html`<p>${line}</p>`)}
          <h3>${help.keysTitle}</h3>
          <dl class="keys">${help.keys.map(({ keys, action }) => html`<div><dt><kbd>${keys}</kbd></dt><dd>${action}</dd></div>`)}</dl>
          <label class="check">
            <input type="checkbox" .checked=${preferences.shortcuts} @change=${(event: Event) => this.intend({ type: "choose_shortcuts", on: (event.target as HTMLInputElement).checked })} />
            <span>${help.shortcuts}</span>
          </label>
          <h3>${help.dataTitle}</h3>
          <p>${help.data}</p>
          <p>${help.ownFiles}</p>
          ${fileButton(help.chooseFiles, (files) => {
            close();
            this.intend({ type: "choose_files", files });
          })}
        </div>
      </dialog>
    `;
  }
}
