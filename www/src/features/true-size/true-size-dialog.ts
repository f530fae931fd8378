import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { createModuleWorker } from "../../engine/create-worker.ts";
import type { ReceptiveError, WrongTensor } from "../../engine/errors.ts";
import { ReceptiveFailure, toReceptiveError } from "../../engine/errors.ts";
import { RequestClient } from "../../engine/request-client.ts";
import { errorText } from "../../i18n/locale.ts";
import { parseNumber } from "../../lib/format.ts";
import type { FileUse } from "../../session/file-use.ts";
import { useOfFile } from "../../session/file-use.ts";
import { DialogElement } from "../../ui/dialog-element.ts";
import { fileButton } from "../../ui/file-button.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { ClassNames } from "./class-names.ts";
import { fitsClasses, LONGEST_NAMES, nameAt, namesFor } from "./class-names.ts";
import type { Answer, NetworkReplies, NetworkRequests, Progress } from "./network-protocol.ts";
import { weightsScript } from "./trained-weights.ts";
import type { Pixels, TrueSizeNetwork, TrueSizeNetworks } from "./true-size.ts";
import { byFamily, likelihoodPixels, MAP_COLOURS, mapPixels, originOf, SCALE } from "./true-size.ts";

const FIRST = "torchvision/alexnet";
const LARGEST_SEED = 0xffff_ffff;

/** The specifications lie beside the page's script, as the worker does. */
async function fetchNetworks(): Promise<TrueSizeNetworks> {
  const file = "architectures.json";
  const response = await fetch(new URL(`./${file}`, import.meta.url)).catch(() => null);
  if (!response?.ok) {
    const status = response?.status ?? 0;
    throw new ReceptiveFailure({ kind: "fetch_failed", message: `${file}: status ${status}`, file, status });
  }
  return (await response.json()) as TrueSizeNetworks;
}

/** The part of a map's pixels that have no class. */
const withoutClass = ({ shares }: { shares: readonly number[] }): number => {
  const none = 1 - shares.reduce((sum, share) => sum + share, 0);
  return none < 1e-9 ? 0 : none;
};

const rgb = (colour: readonly number[] = []): string => `rgb(${colour.join(" ")})`;

type Shown =
  | { kind: "nothing" }
  | { kind: "busy"; progress: Progress | null; since: number }
  | { kind: "cancelled" }
  | { kind: "failed"; error: ReceptiveError }
  /** `guess`: the weights were drawn from a seed. */
  | { kind: "answered"; answer: Answer; guess: boolean };

/** A network of digits, which MNIST has light on dark and paper dark on light. */
const ofDigits = ({
  spec: {
    input: [channels, height = 0],
  },
}: TrueSizeNetwork): boolean => channels === 1 && height <= 64;

/** One picture through a network of the literature, at the size it was published at. */
export class TrueSizeDialogElement extends DialogElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    networks: { state: true },
    name: { state: true },
    source: { state: true },
    seed: { state: true },
    file: { state: true },
    picture: { state: true },
    shown: { state: true },
    names: { state: true },
    dragging: { state: true },
    inverted: { state: true },
  };

  declare private networks: TrueSizeNetworks | "loading" | ReceptiveError;
  declare private name: string;
  declare private source: "seed" | "file";
  declare private seed: string;
  declare private file: File | null;
  /** As the network gets it. */
  declare private picture: NetworkReplies["picture"] | null;
  declare private shown: Shown;
  declare private names: ClassNames | null;
  declare private dragging: boolean;
  declare private inverted: boolean;

  readonly #client = new RequestClient<NetworkRequests, NetworkReplies, Progress>(() =>
    createModuleWorker(new URL("./network-worker.js", import.meta.url), "network"),
  );
  /** Null for the picture of our own. */
  #pictureFile: File | null = null;
  /** Files of the same name differ. */
  #files = 0;
  /** Counts what was asked for; answers to what was asked before are dropped. */
  #asked = 0;
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.networks = "loading";
    this.name = FIRST;
    this.source = "seed";
    this.seed = "1";
    this.file = null;
    this.picture = null;
    this.shown = { kind: "nothing" };
    this.names = null;
    this.dragging = false;
    this.inverted = false;
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.dragging = true;
    });
    this.addEventListener("dragleave", (event) => {
      if (!this.contains(event.relatedTarget as Node | null)) this.dragging = false;
    });
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.dragging = false;
      for (const file of event.dataTransfer?.files ?? []) void this.#take(file);
    });
    // "close" does not bubble.
    this.addEventListener("close", () => this.#stop(), true);
  }

  show(asked = true): void {
    this.open(asked);
    if (typeof this.networks === "string" || "kind" in this.networks) void this.#load();
    else if (!this.#pictureFits) void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  async #load(): Promise<void> {
    this.networks = "loading";
    try {
      this.networks = await fetchNetworks();
      void this.#look();
    } catch (thrown) {
      this.networks = toReceptiveError(thrown, "engine_failed");
    }
  }

  get #network(): TrueSizeNetwork | null {
    const { networks, name } = this;
    return typeof networks === "string" || "kind" in networks ? null : (networks.networks.find((network) => network.name === name) ?? null);
  }

  /** It is of the size that the chosen network reads. */
  get #pictureFits(): boolean {
    const [, height, width] = this.#network?.spec.input ?? [];
    return this.picture?.pixels.width === width && this.picture?.pixels.height === height;
  }

  get #seedNumber(): number | null {
    const seed = parseNumber(this.seed);
    return seed !== null && Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED ? seed : null;
  }

  // ---- what is done ----

  /** An answer is of the network, weights and picture that are shown, or it is not shown. */
  #forget(): void {
    this.shown = { kind: "nothing" };
  }

  async #take(file: File, wanted?: FileUse): Promise<void> {
    const use = wanted ?? (await useOfFile(file));
    if (this.shown.kind === "busy") return;
    if (use === "weights") {
      this.file = file;
      this.#files += 1;
      this.source = "file";
      this.#forget();
    } else if (use === "picture") void this.#look(file);
    else if (use === "names") void this.#readNames(file);
    else
      this.shown = {
        kind: "failed",
        error: { kind: "unknown_file", message: `${file.name} is neither a picture nor weights nor class names`, file: file.name },
      };
  }

  /** Has the picture, or another one, scaled for the network. */
  async #look(file: File | null = this.#pictureFile): Promise<void> {
    const network = this.#network;
    if (!network) return;
    const asked = (this.#asked += 1);
    try {
      const picture = await this.#client.request("picture", {
        file,
        input: network.spec.input,
        inverted: this.inverted && ofDigits(network),
      });
      if (asked !== this.#asked) return;
      this.#pictureFile = file;
      this.picture = picture;
      this.#forget();
    } catch (thrown) {
      const error = toReceptiveError(thrown, "engine_failed");
      if (asked === this.#asked && error.kind !== "worker_stopped") this.shown = { kind: "failed", error };
    }
  }

  async #readNames(file: File): Promise<void> {
    const { name } = file;
    try {
      const bytes = new Uint8Array(
        await file
          .slice(0, LONGEST_NAMES + 1)
          .arrayBuffer()
          .catch(() => {
            throw new ReceptiveFailure({ kind: "unreadable_file", message: `${name} cannot be read`, file: name });
          }),
      );
      this.names = namesFor(bytes, name, this.#network?.output[0] ?? 0);
      if (this.shown.kind === "failed") this.#forget();
    } catch (thrown) {
      this.shown = { kind: "failed", error: toReceptiveError(thrown, "engine_failed") };
    }
  }

  #choose(name: string): void {
    this.name = name;
    this.#forget();
    const classes = this.#network?.output[0];
    if (this.names && !fitsClasses(this.names, classes ?? 0)) this.names = null;
    void this.#look();
  }

  async #run(): Promise<void> {
    const { picture, source, file } = this;
    const [network, seed] = [this.#network, this.#seedNumber];
    if (!network || !picture) return;
    const weights = source === "file" ? file && { file } : seed !== null && { seed };
    if (!weights) return;
    const asked = (this.#asked += 1);
    const { choice } = this.state.backend;
    const key = `${network.name} ${choice} ${source === "file" ? `file ${this.#files}` : `seed ${seed}`}`;
    const since = performance.now();
    this.shown = { kind: "busy", progress: null, since };
    this.#clock = setInterval(() => this.requestUpdate(), 500);
    try {
      const request = { spec: network.spec, backend: choice, weights, key, pixels: picture.pixels, normalization: network.normalization };
      const answer = await this.#client.request("run", request, (progress) => {
        if (asked === this.#asked) this.shown = { kind: "busy", progress, since };
      });
      if (asked === this.#asked) this.shown = { kind: "answered", answer, guess: source === "seed" };
    } catch (thrown) {
      if (asked === this.#asked) this.shown = { kind: "failed", error: toReceptiveError(thrown, "engine_failed") };
    } finally {
      if (asked === this.#asked) clearInterval(this.#clock);
    }
  }

  /** At once: the worker is ended, whatever it is doing, and its memory is free. */
  #stop(): void {
    this.#asked += 1;
    clearInterval(this.#clock);
    if (this.shown.kind === "busy") this.shown = { kind: "cancelled" };
    this.#client.stop();
  }

  // ---- what is shown ----

  protected override render(): TemplateResult {
    const {
      networks,
      locale,
      locale: {
        panels: { trueSize: text },
        text: {
          network: { textRetry },
        },
      },
    } = this;
    const body =
      networks === "loading"
        ? html`<p class="muted" role="status">${text.loading}</p>`
        : typeof networks === "string" || "kind" in networks
          ? html`<p role="alert">${errorText(locale, networks as ReceptiveError)}</p><p><button type="button" class="quiet" @click=${() => void this.#load()}>${textRetry}</button></p>`
          : this.#body(networks);
    return this.frame("true-size", text.title, html`<p class="muted">${text.intro}</p>${body}`);
  }

  #body(networks: TrueSizeNetworks): TemplateResult {
    const network = this.#network ?? networks.networks[0];
    if (!network) return html``;
    const busy = this.shown.kind === "busy";
    return html`
      <div class="true-size-columns ${this.dragging ? "dragging" : ""}">
        <div class="true-size-choices">
          ${this.#choices(networks, network, busy)}
          ${this.#weights(network, busy)}
          ${this.#pictureChoice(network, busy)}
        </div>
        ${this.#answer(networks, network)}
      </div>
    `;
  }

  #choices({ networks }: TrueSizeNetworks, network: TrueSizeNetwork, busy: boolean): TemplateResult {
    const {
      format,
      panels: { trueSize: text },
    } = this.locale;
    const label = (one: TrueSizeNetwork): string => {
      const origin = originOf(one);
      return `${one.title.replace(/ \(torchvision\)$/u, "").replace("with batch normalization", text.batchNorm)}${origin ? ` · ${text.origins[origin]}` : ""}`;
    };
    const [classes = 0, ...map] = network.output;
    const facts: [string, string][] = [
      [text.facts.input, format.shape(network.spec.input)],
      [text.facts.output, map.length > 0 ? text.map(format.shape(map), classes) : text.classes(classes)],
      [text.facts.params, format.whole(network.params)],
      [text.facts.macs, format.compact(network.macs)],
      [text.facts.memory, format.bytes(network.bytes)],
    ];
    return html`
      <section>
        <label class="choice"><span class="section-name">${text.network}</span>
          <select ?disabled=${busy} @change=${(event: Event) => this.#choose((event.target as HTMLSelectElement).value)}>
            ${byFamily(networks).map(([family, members]) => html`<optgroup label=${family}>${members.map((one) => html`<option value=${one.name} ?selected=${one.name === network.name}>${label(one)}</option>`)}</optgroup>`)}
          </select>
        </label>
        <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
        <p class="second muted">${network.publication}</p>
        <button type="button" class="link open-network" @click=${() => this.#openInEditor(network)}>${text.openInEditor}</button>
      </section>
    `;
  }

  /** As any network: its layers, its diagram, what each costs. */
  #openInEditor({ title, spec }: TrueSizeNetwork): void {
    this.close();
    this.intend({ type: "open_network", title, spec });
    this.intend({ type: "show_view", view: "diagram" });
  }

  #weights(network: TrueSizeNetwork, busy: boolean): TemplateResult {
    const {
      locale: {
        format,
        panels: { trueSize: text },
      },
      source,
      file,
    } = this;
    const choose = (chosen: "seed" | "file") => () => {
      this.source = chosen;
      this.#forget();
    };
    const script = weightsScript(network.name);
    const wrong = source === "seed" && this.#seedNumber === null;
    return html`
      <fieldset ?disabled=${busy}>
        <legend class="section-name">${text.weights}</legend>
        <div class="weights-line">
          <label class="radio"><input type="radio" name="true-size-weights" value="seed" .checked=${source === "seed"} @change=${choose("seed")} /><span>${text.fromSeed}</span></label>
          <input class="seed" inputmode="numeric" aria-label=${text.seed} aria-invalid=${wrong ? "true" : "false"} .value=${this.seed} @input=${(
            event: Event,
          ) => {
            this.seed = (event.target as HTMLInputElement).value;
            choose("seed")();
          }} />
        </div>
        <div class="weights-line">
          <label class="radio"><input type="radio" name="true-size-weights" value="file" .checked=${source === "file"} @change=${choose("file")} /><span>${text.fromFile}</span></label>
          ${fileButton(text.chooseWeights, ([first]) => first && void this.#take(first, "weights"), { accept: ".safetensors,.pt,.pth,.bin,.ckpt", disabled: busy })}
        </div>
        <p class="second muted hint">${wrong ? text.seedRange : source === "seed" ? text.seedHint : file ? html`<strong>${file.name}</strong>, ${format.bytes(file.size)}` : text.fileHint}</p>
        ${script === null ? html`<p class="second muted hint">${text.noTrained}</p>` : html`<details class="second"><summary>${text.trained}</summary><p class="muted">${text.trainedHint}</p><pre tabindex="0" role="region" aria-label=${text.trained}><code>${script}</code></pre></details>`}
      </fieldset>
    `;
  }

  #pictureChoice(network: TrueSizeNetwork, busy: boolean): TemplateResult {
    const {
      locale: {
        format,
        panels: { trueSize: text },
      },
      picture,
    } = this;
    const [, height = 1, width = 1] = network.spec.input;
    const size = format.shape([width, height]);
    const own = picture?.from;
    return html`
      <section>
        <h3 class="section-name">${text.picture}</h3>
        <div class="picture-line">
          <span class="picture-frame"><canvas class="picture ${width <= 64 ? "small" : ""}" width=${width} height=${height} role="img" aria-label=${text.pictureLabel}></canvas></span>
          <div class="picture-tools">
            ${fileButton(text.choosePicture, ([first]) => first && void this.#take(first, "picture"), { accept: "image/*", disabled: busy })}
            ${own ? html`<button type="button" class="quiet" ?disabled=${busy} @click=${() => void this.#look(null)}>${text.testPicture}</button>` : nothing}
            <p class="second muted">${own && this.#pictureFile ? text.seen(size, this.#pictureFile.name, format.shape(own)) : text.seenOwn(size)}</p>
            ${
              own && ofDigits(network)
                ? html`<label class="check"><input type="checkbox" .checked=${this.inverted} ?disabled=${busy} @change=${(event: Event) => {
                    this.inverted = (event.target as HTMLInputElement).checked;
                    void this.#look();
                  }} /><span>${text.invert}</span></label>`
                : nothing
            }
          </div>
        </div>
      </section>
    `;
  }

  #answer({ limit_bytes }: TrueSizeNetworks, network: TrueSizeNetwork): TemplateResult {
    const {
      locale: {
        panels: { trueSize: text },
      },
      shown,
      source,
      file,
    } = this;
    const busy = shown.kind === "busy";
    const tooLarge = network.bytes > limit_bytes ? text.tooLarge(network.bytes, limit_bytes) : null;
    const missing =
      tooLarge ?? (source === "file" && !file ? text.noFile : source === "seed" && this.#seedNumber === null ? text.seedRange : null);
    const ready = this.#pictureFits && !missing;
    return html`
      <section class="answer" aria-label=${text.answer} aria-busy=${busy ? "true" : "false"}>
        <div class="run-line">
          <button type="button" class="run-network ${busy ? "quiet" : "primary"}" ?disabled=${!busy && !ready} @click=${() => (busy ? this.#stop() : void this.#run())}>${busy ? text.cancel : text.run}</button>
          <div class="run-state" role="status">${busy ? this.#progress(shown) : shown.kind === "cancelled" ? text.cancelled : (missing ?? this.#summary())}</div>
        </div>
        <div role="alert">${shown.kind === "failed" ? this.#failure(shown.error, network) : nothing}</div>
        ${shown.kind === "answered" ? this.#result(shown.answer, shown.guess) : html`<p class="muted">${busy || shown.kind === "failed" ? nothing : text.empty}</p>`}
        <p class="names-line">
          ${fileButton(text.chooseNames, ([first]) => first && void this.#take(first, "names"), { accept: ".txt,.json,.py,.csv,text/plain", disabled: busy })}
          <span class="second muted">${this.names ? text.namesFrom(this.names.file) : text.namesHint}</span>
          ${this.names && this.names.background !== null ? this.#background(this.names, this.names.background) : nothing}
        </p>
        <p class="second muted drop-hint">${text.drop}</p>
      </section>
    `;
  }

  /** The list is one longer than it should be: which end is left out is asked, not guessed in silence. */
  #background(names: ClassNames, background: boolean): TemplateResult {
    const {
      locale: {
        panels: { trueSize: text },
      },
    } = this;
    return html`<label class="check"><input type="checkbox" class="background-first" .checked=${background} @change=${(event: Event) => {
      this.names = { ...names, background: (event.target as HTMLInputElement).checked };
    }} /><span>${text.background(names.list.length, names.list[0] ?? "")}</span></label>`;
  }

  #progress({ progress, since }: Extract<Shown, { kind: "busy" }>): TemplateResult {
    const {
      format,
      panels: { trueSize: text },
    } = this.locale;
    const bytes = progress && "loaded" in progress && progress.total > 0 ? progress : null;
    const words =
      progress?.stage === "computing"
        ? text.computing
        : progress?.stage === "drawing"
          ? text.drawing
          : progress?.stage === "weights"
            ? text.loadingWeights
            : text.loadingEngine;
    return html`
      <span>${words}</span>
      <span aria-hidden="true" class="muted">${bytes ? text.bytesOf(bytes.loaded, bytes.total) : format.duration((performance.now() - since) / 1000)}</span>
      <progress aria-label=${words} max="1" value=${bytes ? bytes.loaded / bytes.total : nothing}></progress>
    `;
  }

  /** The answer in one sentence: what a screen reader says. */
  #summary(): TemplateResult | typeof nothing {
    const {
      locale: {
        panels: { trueSize: text },
      },
      shown,
    } = this;
    if (shown.kind !== "answered") return nothing;
    const { result } = shown.answer;
    if (result.kind === "map")
      return html`${withoutClass(result) > 0 ? text.pixelsWithoutClass(withoutClass(result)) : text.mapDone(result.shares.length)}`;
    const [best] = result.top;
    return html`<strong>${best ? text.first(this.#className(best.class), best.probability) : text.noClass}</strong>`;
  }

  #className(number: number): string {
    const name = this.names && nameAt(this.names, number);
    const known = this.locale.panels.trueSize.class(number);
    return name ? `${name} (${number})` : known;
  }

  #result({ result, seconds, backend, ignored, takenOff, notFinite }: Answer, guess: boolean): TemplateResult {
    const {
      format,
      panels: { trueSize: text },
      text: { backend: backends },
    } = this.locale;
    return html`
      ${notFinite.length > 0 ? html`<p class="failure" role="alert">${text.notFinite(format.counted(notFinite))}</p>` : nothing}
      ${
        result.kind === "classes"
          ? result.top.length === 0
            ? nothing
            : html`<ol class="top-five" aria-label=${text.topFive}>
            ${result.top.map(
              ({ class: number, probability }, i) => html`<li class=${i === 0 ? "best" : ""}>
              <span class="rank">${i + 1}</span><span class="class-name">${this.#className(number)}</span><span class="share">${format.percent(probability)}</span>
              <span class="track"><span .style="--share: ${probability}"></span></span>
            </li>`,
            )}
          </ol>`
          : html`<div class="maps">
            <figure>
              <canvas class="map" width=${result.width} height=${result.height} role="img" aria-label=${text.mapLabel}></canvas>
              <figcaption><ul>${result.shares.map((share, i) => html`<li><span class="swatch" .style="background: ${rgb(MAP_COLOURS[i % MAP_COLOURS.length])}"></span>${this.#className(i)}<span class="share">${format.coarsePercent(share)}</span></li>`)}</ul></figcaption>
            </figure>
            <figure>
              <canvas class="map likelihood" width=${result.width} height=${result.height} role="img" aria-label=${text.likelihoodLabel}></canvas>
              <figcaption>
                <span>${text.likelihood(this.#className(result.shares.length - 1))}</span>
                <span class="scale" .style="background: linear-gradient(90deg, ${SCALE.map(rgb).join()})"></span>
                <span class="scale-ends"><span>${format.coarsePercent(result.likelihood.least)}</span><span>${format.coarsePercent(result.likelihood.most)}</span></span>
              </figcaption>
            </figure>
          </div>`
      }
      ${guess ? html`<p>${text.guess}</p>` : nothing}
      <p class="second muted">${text.took(seconds, `${backends.chip(backend)}, ${backends.kernels[backend.kernels]}`)}</p>
      ${takenOff.length > 0 ? html`<p class="second muted">${text.takenOff(format.few(takenOff))}</p>` : nothing}
      ${ignored.length > 0 ? html`<details><summary>${text.ignored(ignored.length)}</summary><ul class="tensor-names" tabindex="0">${ignored.map((name) => html`<li>${name}</li>`)}</ul></details>` : nothing}
    `;
  }

  #failure(error: ReceptiveError, network: TrueSizeNetwork): TemplateResult {
    const {
      locale,
      locale: {
        panels: { trueSize: text },
      },
    } = this;
    const mismatch = error.kind === "weights_mismatch" ? error : null;
    const says =
      error.kind === "limit_exceeded" && error.what === network.spec.name
        ? text.tooLarge(error.needed, error.limit)
        : errorText(locale, error);
    return html`<div class="failure"><p>${says}${error.kind === "panic" ? ` ${text.perhapsMemory(network.bytes)}` : nothing}</p>${
      mismatch
        ? html`${this.#tensors(mismatch.tensors)}
      <details open><summary>${text.fileHas(mismatch.file.length)}</summary><ul class="tensor-names" tabindex="0">${mismatch.file.map((name) => html`<li>${name}</li>`)}</ul></details>`
        : nothing
    }</div>`;
  }

  #tensors(tensors: readonly WrongTensor[]): TemplateResult {
    const {
      panels: { trueSize: text },
    } = this.locale;
    return html`
      <div class="tensors" role="region" aria-label=${text.tensors} tabindex="0">
        <table>
          <thead><tr><th scope="col">${text.tensor}</th><th scope="col">${text.found}</th><th scope="col">${text.expected}</th></tr></thead>
          <tbody>${tensors.map(({ name, found, expected }) => html`<tr><th scope="row">${name}</th><td>${found ?? text.missing}</td><td>${expected}</td></tr>`)}</tbody>
        </table>
      </div>
    `;
  }

  protected override updated(changes: PropertyValues): void {
    super.updated(changes);
    if (changes.has("picture") || changes.has("networks")) this.#draw(".picture", this.picture?.pixels ?? null);
    const { shown } = this;
    if (changes.has("shown") && shown.kind === "answered" && shown.answer.result.kind === "map") {
      const { map, likelihood, width, height } = shown.answer.result;
      this.#draw(".map", mapPixels(map, width, height));
      this.#draw(".likelihood", likelihoodPixels(likelihood, width, height));
    }
  }

  #draw(selector: string, pixels: Pixels | null): void {
    const canvas = this.querySelector<HTMLCanvasElement>(selector);
    if (!canvas || !pixels) return;
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    canvas.getContext("2d")?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  }
}
