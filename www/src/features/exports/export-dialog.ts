/** A network for another program: what it looks like there, to copy and to save. */
import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { curvesCsv } from "../../exports/csv.ts";
import type { ExportedFile } from "../../exports/registry.ts";
import { EXPORTERS, ExportError, readNetwork, Weights } from "../../exports/registry.ts";
import { copy } from "../../lib/outgoing.ts";
import { compilable } from "../../spec/document.ts";
import { DialogElement } from "../../ui/dialog-element.ts";
import { fileButton } from "../../ui/file-button.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { ExportsTexts, Target } from "./texts.ts";

type Source = "none" | "run" | "file";

const TARGETS: readonly Target[] = [...(Object.keys(EXPORTERS) as Target[]), "csv"];

/** Letters of a script that are shown: a network of thousands of layers must not stop the page. */
const SHOWN = 200_000;

export class ExportDialogElement extends DialogElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    target: { state: true },
    source: { state: true },
    external: { state: true },
    files: { state: true },
    preview: { state: true },
    problem: { state: true },
    told: { state: true },
  };

  declare private target: Target;
  declare private source: Source;
  declare private external: boolean;
  /** What would be saved; null while it is written, and where it cannot be. */
  declare private files: readonly ExportedFile[] | null;
  /** The first file's text; null for one that is none. */
  declare private preview: string | null;
  declare private problem: string;
  declare private told: string;

  #file: File | null = null;
  /** Counts what was asked for: an answer to an older question is dropped. */
  #asked = 0;

  constructor() {
    super();
    [this.target, this.source, this.external] = ["pytorch", "none", false];
    [this.files, this.preview, this.problem, this.told] = [null, null, "", ""];
  }

  show(): void {
    if (this.source === "none" && this.state.run.metrics) this.source = "run";
    if (this.source === "run" && !this.state.run.metrics) this.source = "none";
    this.open();
    void this.#write();
  }

  protected override render(): TemplateResult {
    const text = this.locale.panels.exports;
    return this.frame("export", text.title, html`${this.#choices(text)}${this.#result(text)}`);
  }

  #choices(text: ExportsTexts): TemplateResult {
    const { target } = this;
    const choose = (next: Partial<{ target: Target; source: Source; external: boolean }>): void => {
      Object.assign(this, next);
      void this.#write();
    };
    const tab = (name: Target): TemplateResult => html`
      <label><input type="radio" name="export-target" .checked=${target === name} @change=${() => choose({ target: name })} /><span>${text.targets[name]}</span></label>
    `;
    const source = (name: Source, label: string): TemplateResult => html`
      <label class="check"><input type="radio" name="export-weights" .checked=${this.source === name} @change=${() => choose({ source: name })} /><span>${label}</span></label>
    `;
    const { metrics } = this.state.run;
    return html`
      <fieldset class="export-targets"><legend class="visually-hidden">${text.target}</legend>${TARGETS.map(tab)}</fieldset>
      <p>${text.about[target]}</p>
      ${
        target === "csv"
          ? nothing
          : html`
        <fieldset class="export-weights">
          <legend>${text.weights}</legend>
          ${target === "safetensors" ? nothing : source("none", text.none)}
          ${metrics ? source("run", text.run(this.locale.format.whole(metrics.step))) : nothing}
          ${this.#file ? source("file", this.#file.name) : nothing}
          ${fileButton(text.chooseFile, ([first]) => this.#take(first), { accept: ".safetensors" })}
          ${target === "onnx" && this.source !== "none" ? html`<label class="check"><input type="checkbox" .checked=${this.external} @change=${(event: Event) => choose({ external: (event.target as HTMLInputElement).checked })} /><span>${text.external}</span></label>` : nothing}
        </fieldset>`
      }
    `;
  }

  #result(text: ExportsTexts): TemplateResult {
    const { files, preview, problem } = this;
    if (problem) return html`<p role="alert">${problem}</p>`;
    if (!files) return html`<p class="muted" role="status">${text.working}</p>`;
    const bytes = files[0] ? new Blob(files[0].parts as BlobPart[]).size : 0;
    return html`
      ${
        preview === null
          ? html`<p class="muted">${text.binary(this.locale.format.bytes(bytes))}</p>`
          : html`<pre class="export-preview" tabindex="0" role="region" aria-label=${text.preview}><code>${preview}</code></pre>`
      }
      <div class="export-actions">
        ${preview === null ? nothing : html`<button type="button" class="quiet" @click=${() => void this.#copy(text)}>${text.copy}</button>`}
        <button type="button" class="primary" @click=${() => this.#save()}>${text.save}</button>
        <span class="muted">${text.files(files.map(({ name }) => name))}</span>
        <span role="status">${this.told}</span>
      </div>
    `;
  }

  #take(file: File | undefined): void {
    if (!file) return;
    this.#file = file;
    this.source = "file";
    void this.#write();
  }

  async #write(): Promise<void> {
    const own = (this.#asked += 1);
    const text = this.locale.panels.exports;
    const before = this.files;
    [this.problem, this.told] = ["", ""];
    if (!before) this.preview = null;
    let files: readonly ExportedFile[] | null = null;
    let problem = "";
    try {
      files = await this.#made(text);
    } catch (thrown) {
      if (!(thrown instanceof ExportError)) throw thrown;
      problem = thrown.kind === "weights" ? text.errors.weights(thrown.message) : text.errors[thrown.kind](thrown.node ?? "?");
    }
    if (own !== this.#asked) return;
    const [first] = files?.[0]?.parts ?? [];
    [this.files, this.problem, this.preview] = [files, problem, typeof first === "string" ? first.slice(0, SHOWN) : null];
  }

  async #made(text: ExportsTexts): Promise<ExportedFile[]> {
    const { document, settings, run } = this.state;
    const title = document?.present.title ?? "network";
    const stem =
      title
        .replace(/[^\p{L}\p{N}]+/gu, "_")
        .replace(/^_+|_+$/gu, "")
        .toLowerCase() || "network";
    if (this.target === "csv") {
      if (run.history.empty) throw new ExportError("weights", text.noCurves);
      return [{ name: `${stem}.csv`, type: "text/csv", parts: [curvesCsv(run.history)] }];
    }
    const network = document?.examination?.network;
    if (!document || !settings || !network) throw new ExportError("not_whole", "no network", title);
    const weights = await this.#weights();
    const spec = compilable(document, settings.edited);
    const exporter = EXPORTERS[this.target];
    return exporter.export(readNetwork(spec, network), { stem, weights, external: this.external });
  }

  async #weights(): Promise<Weights | null> {
    if (this.source === "none") return null;
    if (this.source === "file") return this.#file && Weights.read(this.#file);
    const file = await new Promise<Uint8Array | null>((take) => this.intend({ type: "read_run", take }));
    return file && Weights.read(new Blob([file as BlobPart]));
  }

  async #copy(text: ExportsTexts): Promise<void> {
    const [whole] = this.files?.[0]?.parts ?? [];
    this.told = (await copy(String(whole))) ? text.copied : text.notCopied;
  }

  #save(): void {
    for (const { name, type, parts } of this.files ?? [])
      this.intend({ type: "save_file", name, content: new Blob(parts as BlobPart[], { type }) });
  }
}
