import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import { DialogElement } from "../../ui/dialog-element.ts";
import { fileButton } from "../../ui/file-button.ts";
import { SHOW_STEPS } from "../first-steps/steps.ts";

/** What the page does, its keys, and where the images come from. */
export class HelpDialogElement extends DialogElement {
  show(): void {
    this.open();
  }

  #go(where: "glossary" | "steps" | "data"): void {
    this.close();
    if (where !== "steps") this.intend({ type: "open_dialog", name: where });
    else this.dispatchEvent(new Event(SHOW_STEPS, { bubbles: true }));
  }

  protected override render(): TemplateResult {
    const {
      locale: {
        language,
        panels: { help },
        text: { network },
      },
      state: {
        preferences,
        data: { own },
      },
    } = this;
    return this.frame(
      "help",
      help.title,
      html`
      ${help.intro.map((line) => html`<p>${line}</p>`)}
      <p><button type="button" class="link" @click=${() => this.#go("glossary")}>${help.glossary}</button></p>
      <p><button type="button" class="link" @click=${() => this.#go("steps")}>${help.steps}</button></p>
      <p><a class="link" href="check/index.html?lang=${language}" target="_blank" rel="noopener">${help.check}<span class="visually-hidden"> ${network.newTab}</span></a></p>
      <h3>${help.keysTitle}</h3>
      <dl class="keys">${help.keys.map(({ keys, action }) => html`<div><dt><kbd>${keys}</kbd></dt><dd>${action}</dd></div>`)}</dl>
      <label class="check">
        <input type="checkbox" .checked=${preferences.shortcuts} @change=${(event: Event) => this.intend({ type: "choose_shortcuts", on: (event.target as HTMLInputElement).checked })} />
        <span>${help.shortcuts}</span>
      </label>
      <h3>${help.dataTitle}</h3>
      <p>${help.data}</p>
      <p>${help.ownFiles}</p>
      ${own ? html`<p><button type="button" class="link about-images" @click=${() => this.#go("data")}>${help.aboutImages}</button></p>` : nothing}
      ${fileButton(help.chooseFiles, (files) => {
        this.close();
        this.intend({ type: "open_files", files });
      })}
    `,
    );
  }
}
