import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { DataFacts } from "../../engine/protocol.ts";
import { problemOf } from "../../model/state.ts";
import { DialogElement } from "../../ui/dialog-element.ts";
import { fileButton } from "../../ui/file-button.ts";
import { parseClassNames } from "../true-size/class-names.ts";

/** What the images are like that files of one's own hold, and what is to be done about them. */
export class DataDialogElement extends DialogElement {
  static override properties: PropertyDeclarations = { ...DialogElement.properties, written: { state: true } };

  /** The names as they are typed; null where nothing was. */
  declare private written: string | null;

  constructor() {
    super();
    this.written = null;
  }

  show(): void {
    void import("../../ui/lazy-elements.ts");
    this.written = null;
    this.open();
  }

  protected override render(): TemplateResult {
    const {
      locale: {
        panels: { data: text },
      },
      state: {
        data: { own },
      },
    } = this;
    const choose = fileButton(text.choose, (files) => {
      this.close();
      this.intend({ type: "open_files", files });
    });
    return this.frame("data", text.title, own ? this.#own(own, choose) : html`<p>${text.mnist}</p>${choose}`);
  }

  #own(own: DataFacts, choose: TemplateResult): TemplateResult {
    const {
      locale,
      state,
      state: {
        data: { images },
        document: edited,
      },
    } = this;
    const text = locale.panels.data;
    const problem = problemOf(state);
    const other = problem?.kind === "other_data" ? problem : null;
    const asMnist = typeof edited?.present.spec.data !== "object" && !other;
    return html`
      <p>${text.counts(images.train, images.test)} ${text.form(`${own.height}×${own.width}`, own.classes)}</p>
      <p>${asMnist ? text.asMnist : text.normalized(own.mean, own.std)}</p>
      ${images.test === 0 ? html`<p>${text.noTest}</p>` : nothing}
      ${
        own.letters
          ? html`<p>${text.letters}</p><p><button type="button" class="quiet turn-letters" @click=${() => this.intend({ type: "turn_letters" })}>${text.turn}</button></p>`
          : nothing
      }
      ${other ? html`<error-fixes .locale=${locale} .state=${state} .error=${other}></error-fixes>` : html`<p class="muted data-fits">${text.fits}</p>`}
      ${this.#names(own.classes)}
      <p class="muted">${text.kept}</p>
      <div class="data-buttons">
        ${choose}
        <button type="button" class="quiet use-mnist" @click=${() => this.#back()}>${text.back}</button>
      </div>
    `;
  }

  #names(classes: number): TemplateResult {
    const {
      locale: {
        panels: { data: text },
      },
      state: {
        data: { names },
      },
    } = this;
    const wrong = names.length > 0 && names.length !== classes;
    return html`<label for="class-names">${text.names}</label>
      <textarea id="class-names" rows="6" spellcheck="false" aria-describedby="class-names-hint" .value=${this.written ?? names.join("\n")}
        @input=${(event: Event) => this.#write((event.target as HTMLTextAreaElement).value)}></textarea>
      <p class="second" id="class-names-hint">${wrong ? text.namesWrong(names.length, classes) : text.namesHint(classes)}</p>
      ${fileButton(text.namesFile, ([file]) => void file?.text().then((written) => this.#write(written)), { accept: ".txt,.json,.csv,text/*" })}`;
  }

  #write(written: string): void {
    this.written = written;
    const names = parseClassNames(written) ?? [];
    this.intend({ type: "name_classes", names: names.map((name) => name.trim()) });
  }

  #back(): void {
    this.close();
    this.intend({ type: "use_mnist" });
  }
}
