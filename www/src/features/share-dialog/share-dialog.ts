/** Link, frame or file, and what goes into it. */
import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { copy, fileName, frameSnippet } from "../../lib/outgoing.ts";
import { sameContent } from "../../lib/same-content.ts";
import { compilable } from "../../spec/document.ts";
import type { Settings } from "../../spec/settings.ts";
import { settingsOf } from "../../spec/settings.ts";
import { DialogElement } from "../../ui/dialog-element.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { Chosen } from "./chosen.ts";
import { addressWith } from "./chosen.ts";
import type { Form, ShareDialogTexts } from "./texts.ts";

const FORMS: readonly Form[] = ["link", "frame", "file"];
type Choice = "network" | "settings" | "view" | "selection" | "only" | "language" | "run";

export class ShareDialogElement extends DialogElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    form: { state: true },
    choices: { state: true },
    address: { state: true },
    told: { state: true },
  };

  declare private form: Form;
  declare private choices: ReadonlySet<Choice>;
  /** The address with all that it can say; null for a network that no address can say, empty until it is known. */
  declare private address: string | null;
  declare private told: string;

  /** Counts what was asked for: an answer to an older question is dropped. */
  #asked = 0;

  constructor() {
    super();
    [this.form, this.address, this.told] = ["link", "", ""];
    this.choices = new Set(["network", "settings", "view", "selection"]);
  }

  show(): void {
    this.open();
    void this.#ask();
  }

  /** Settings as the network brings them. */
  get #brought(): Settings | null {
    const { document } = this.state;
    return document && settingsOf(document.present.spec);
  }

  get #isChanged(): boolean {
    const { settings } = this.state;
    return settings !== null && !sameContent(this.#brought, settings.edited);
  }

  async #ask(): Promise<void> {
    const own = ++this.#asked;
    this.told = "";
    const address = await new Promise<string | null>((take) =>
      this.intend({ type: "read_address", own: this.choices.has("settings"), take }),
    );
    if (own === this.#asked) this.address = address;
  }

  protected override render(): TemplateResult {
    const text = this.locale.panels.shareDialog;
    const form = (one: Form): TemplateResult => html`
      <label><input type="radio" name="share-form" .checked=${this.form === one} @change=${() => this.#choose(one)} /><span>${text.forms[one]}</span></label>
    `;
    return this.frame(
      "sharing",
      text.title,
      html`
        <fieldset class="export-targets"><legend class="visually-hidden">${text.as}</legend>${FORMS.map(form)}</fieldset>
        <fieldset class="share-choices"><legend>${text.what}</legend>${this.#boxes(text)}</fieldset>
        ${this.#result(text)}
      `,
    );
  }

  #choose(form: Form): void {
    this.form = form;
    this.told = "";
  }

  #boxes(text: ShareDialogTexts): TemplateResult {
    const { form, state } = this;
    const { document, selection, run } = state;
    const title = document?.present.title ?? "";
    const inFile = form === "file";
    const whole = inFile && this.#withRun;
    const { label, metrics } = run;
    return html`
      ${this.#box("network", text.network(title), inFile)}
      ${this.#box("settings", this.#isChanged ? text.settings : html`${text.settings} <span class="muted">${text.asBrought}</span>`, whole || !this.#isChanged)}
      ${inFile ? nothing : this.#box("view", text.view)}
      ${inFile || !selection ? nothing : this.#box("selection", text.selection(selection.node ?? ""))}
      ${form === "frame" ? html`${this.#box("only", text.only)}${this.#box("language", text.language)}` : nothing}
      ${label && metrics ? this.#box("run", text.run(label.name, metrics.step), !inFile) : nothing}
      ${label && metrics ? html`<p class="muted">${inFile ? text.runBringsAll : text.runOnlyInFile}</p>` : nothing}
    `;
  }

  get #withRun(): boolean {
    return this.choices.has("run") && this.state.run.metrics !== null;
  }

  /** @param fixed it cannot be chosen here: of a file the network is always a part, and of a link the run never is */
  #box(choice: Choice, label: string | TemplateResult, fixed = false): TemplateResult {
    const inFile = this.form === "file";
    const checked = fixed ? choice !== "run" : this.choices.has(choice);
    const change = ({ target }: Event): void => {
      const next = new Set(this.choices);
      if ((target as HTMLInputElement).checked) next.add(choice);
      else next.delete(choice);
      this.choices = next;
      this.told = "";
      if (choice === "settings" && !inFile) void this.#ask();
    };
    return html`<label class="check"><input type="checkbox" name=${choice} .checked=${checked} ?disabled=${fixed} @change=${change} /><span>${label}</span></label>`;
  }

  /** The link, or the code of a frame. */
  #text(address: string): string {
    const frame = this.form === "frame";
    const chosen: Chosen = {
      network: this.choices.has("network"),
      view: this.choices.has("view"),
      selection: this.choices.has("selection"),
      only: frame && this.choices.has("only"),
      language: frame && this.choices.has("language") ? this.locale.language : null,
    };
    const link = addressWith(address, chosen);
    return frame ? frameSnippet(link, this.state.document?.present.title ?? "", chosen.only ? 480 : 640) : link;
  }

  #result(text: ShareDialogTexts): TemplateResult {
    const { form, address } = this;
    const told = html`<span role="status">${this.told}</span>`;
    if (form === "file") {
      const name = fileName(this.#fileTitle, this.#withRun ? "safetensors" : "json");
      return html`<div class="export-actions"><button type="button" class="primary" @click=${() => this.#save()}>${text.save}</button>
        <span class="muted">${text.fileName(name)}</span>${told}</div>`;
    }
    if (address === "") return html``;
    if (address === null) return html`<p role="alert">${text.noAddress}</p>`;
    const made = this.#text(address);
    const copied = async (): Promise<void> => void (this.told = (await copy(made)) ? text.copied : text.notCopied);
    const empty = ["network", "view", "selection"].every((choice) => !this.choices.has(choice as Choice));
    return html`
      <label class="share-result"><span>${text.result[form]}</span><textarea readonly rows="3" .value=${made}></textarea></label>
      ${empty ? html`<p class="muted">${text.nothing}</p>` : nothing}
      <div class="export-actions"><button type="button" class="primary" @click=${() => void copied()}>${text.copy}</button>
        <span class="muted">${text.length(made.length)}</span>${told}</div>
    `;
  }

  get #fileTitle(): string {
    const { document, run, network } = this.state;
    return this.#withRun && run.label ? `${network?.title ?? ""} ${run.label.name}` : (document?.present.title ?? "");
  }

  #save(): void {
    const { document, settings } = this.state;
    const brought = this.#brought;
    if (!document || !settings || !brought) return;
    if (this.#withRun) return this.intend({ type: "save_run" });
    if (this.choices.has("settings")) return this.intend({ type: "save_network" });
    const content = new Blob([`${JSON.stringify(compilable(document, brought), null, 2)}\n`], { type: "application/json" });
    this.intend({ type: "save_file", name: fileName(document.present.title, "json"), content });
  }
}
