import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing } from "lit";
import { parseNumber } from "../../lib/format.ts";
import type { Size } from "../../lib/mnist.ts";
import { centreDigit } from "../../lib/mnist.ts";
import { classNames, imageSize } from "../../model/images.ts";
import { bestOf } from "../../model/mistakes.ts";
import { canAnswer, resultsOf } from "../../model/on-show.ts";
import { saysPixels, testImagesOf } from "../../model/state.ts";
import { useOfFile } from "../../session/file-use.ts";
import { fileButton } from "../../ui/file-button.ts";
import * as icons from "../../ui/icons.ts";
import { onEnter } from "../../ui/on-enter.ts";
import { answerOwner } from "../../ui/owner-note.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { DigitPadElement } from "./digit-pad.ts";
import { drawingOf } from "./picture.ts";

/** Of more classes than this the bars show the most likely. */
const MOST_BARS = 12;

/** A picture is looked at no larger than this. */
const LARGEST = 280;

/** A file as the network sees it, or why there is nothing to see. */
async function readPicture(file: File, size: Size): Promise<Uint8Array | "pictureFailed" | "pictureEmpty"> {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale))];
    const context = new OffscreenCanvas(width, height).getContext("2d");
    if (!context) return "pictureFailed";
    context.drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    const drawing = drawingOf(context.getImageData(0, 0, width, height));
    return (drawing && centreDigit(drawing, size)) ?? "pictureEmpty";
  } catch {
    return "pictureFailed";
  }
}

/** Draw a digit, or take one from the test set, and see what the network says to it. */
export class TryPanelElement extends PanelElement {
  static override properties: PropertyDeclarations = {
    ...PanelElement.properties,
    brush: { state: true },
    empty: { state: true },
    refused: { state: true },
    number: { state: true },
  };

  declare private brush: number;
  declare private empty: boolean;
  /** Why the last picture was not taken. */
  declare private refused: "pictureFailed" | "pictureEmpty" | null;
  /** A test image's number, as it is typed. */
  declare private number: string;

  constructor() {
    super();
    this.brush = 22;
    this.empty = true;
    this.refused = null;
    this.number = "";
  }

  protected override render(): TemplateResult {
    const {
      locale,
      locale: { text },
      state,
      state: { trying },
    } = this;
    const pixels = saysPixels(state);
    if (pixels) void import("../../ui/lazy-elements.ts");
    return html`
      <div class="try-head"><h2>${text.trying.title}</h2><p class="muted">${pixels ? text.trying.mask.intro : text.trying.intro}</p></div>
      <div class="try">
        <div class="try-pad" @dragover=${(event: DragEvent) => event.preventDefault()} @drop=${this.#drop}>
          <digit-pad
            .label=${text.trying.pad} .keys=${text.trying.padKeys} .hint=${text.trying.padHint} .brush=${this.brush} .size=${imageSize(state)} .sample=${trying.sample ?? trying.picture}
            .preview=${() => this.querySelector<HTMLCanvasElement>(".preview")}
            @digit-change=${this.#digit}
          ></digit-pad>
          <div class="pad-tools">
            <label class="brush"><span>${text.trying.brush}</span>
              <input type="range" min="12" max="36" step="2" .value=${String(this.brush)} @input=${(event: Event) => (this.brush = Number((event.target as HTMLInputElement).value))} />
            </label>
            <button type="button" class="quiet" ?disabled=${this.empty} @click=${() => this.querySelector<DigitPadElement>("digit-pad")?.clear()}>${text.trying.clear}</button>
          </div>
          <button type="button" class="quiet wide" ?disabled=${testImagesOf(this.state) === 0} @click=${() => this.intend({ type: "random_digit" })}>${text.trying.random}</button>
          ${this.#others()}
        </div>
        ${pixels ? html`<mask-answer class="try-answer ${resultsOf(state).of === "before" ? "behind" : ""}" .locale=${locale} .state=${state} .empty=${this.empty}></mask-answer>` : this.#answer()}
      </div>
    `;
  }

  /** A test image by its number, and the user's own picture. */
  #others(): TemplateResult {
    const {
      locale: { text },
    } = this;
    const count = testImagesOf(this.state);
    const index = parseNumber(this.number);
    const wrong = this.number !== "" && (index === null || !Number.isInteger(index) || index < 0 || index >= count);
    const show = (): void => {
      if (index !== null && !wrong) this.intend({ type: "show_sample", index });
    };
    // No form: a frame without `allow-forms` submits none.
    return html`<div class="try-others" @keydown=${onEnter(show)}>
        <label for="try-number">${text.trying.number}</label>
        <input id="try-number" inputmode="numeric" autocomplete="off" size="6" .value=${this.number} aria-invalid=${wrong ? "true" : "false"} aria-describedby="try-number-fix" @input=${(event: Event) => (this.number = (event.target as HTMLInputElement).value)} />
        <button type="button" class="quiet" ?disabled=${wrong || this.number === ""} @click=${show}>${text.trying.numberShow}</button>
      </div>
      <p class="second" id="try-number-fix" ?hidden=${!wrong || count === 0}>${text.trying.numberRange(count)}</p>
      <div class="try-others">${fileButton(text.trying.picture, ([file]) => void this.#take(file), { accept: "image/*" })}<span class="second">${text.trying.pictureHint}</span></div>
      <p class="wrong-answer" role="alert" ?hidden=${this.refused === null}>${this.refused === null ? nothing : text.trying[this.refused]}</p>`;
  }

  readonly #drop = (event: DragEvent): void => {
    event.preventDefault();
    void this.#sort([...(event.dataTransfer?.files ?? [])]);
  };

  /** A picture is for the pad; networks and runs are the whole page's affair. */
  async #sort(files: readonly File[]): Promise<void> {
    const [first] = files;
    if (!first) return;
    const use = await useOfFile(first);
    // Of a picture that no browser reads, that is said.
    if (use === "picture" || first.type.startsWith("image/")) return this.#take(first);
    this.intend({ type: "open_files", files });
  }

  async #take(file: File | undefined): Promise<void> {
    if (!file) return;
    const picture = await readPicture(file, imageSize(this.state));
    const pixels = typeof picture === "string" ? null : picture;
    this.refused = typeof picture === "string" ? picture : null;
    if (pixels) this.intend({ type: "show_picture", pixels });
  }

  #answer(): TemplateResult {
    const { text } = this.locale;
    const [height, width] = imageSize(this.state);
    const preview = text.trying.preview(`${height}×${width}`);
    return html`
      <div class="try-answer ${resultsOf(this.state).of === "before" ? "behind" : ""}">
        ${answerOwner(this.locale, this.state, this.empty)}
        <figure class="seen">
          <span class="preview-frame"><canvas class="preview" width=${width} height=${height} role="img" aria-label=${preview}></canvas></span>
          <figcaption>${preview}</figcaption>
        </figure>
        ${this.#bars()}
        ${this.#verdict()}
      </div>
    `;
  }

  readonly #digit = (event: CustomEvent<Uint8Array | null>): void => {
    this.empty = event.detail === null;
    if ((this.state.trying.sample || this.state.trying.picture) && !(event.target as DigitPadElement).showsSample)
      this.intend({ type: "drop_sample" });
    this.intend({ type: "show_digit", pixels: event.detail });
  };

  #best(): number | null {
    const { probabilities } = this.state.trying;
    return this.empty || !canAnswer(this.state) ? null : bestOf(probabilities);
  }

  #bars(): TemplateResult {
    const {
      locale: { text, format },
      state: {
        trying: { probabilities, sample },
      },
    } = this;
    const best = this.#best();
    const names = classNames(this.state);
    const longest = Math.max(...names.map((name) => name.length));
    const all = names.map((_, digit) => digit);
    const shown = all.length > MOST_BARS ? mostLikely(best === null ? all : sortedBy(all, probabilities ?? []), sample?.label) : all;
    return html`<ol class="bars ${longest > 1 ? "named" : ""}" .style="--bars: ${shown.length}; --label: ${longest > 1 ? `${Math.min(9, longest) + 0.5}ch` : "16px"}" aria-label=${text.trying.bars}>
      ${shown.map((digit) => {
        const share = best === null ? 0 : (probabilities?.[digit] ?? 0);
        const classes = `${digit === best ? "best" : ""} ${sample?.label === digit ? "label" : ""}`;
        return html`<li class=${classes}><span class="digit">${names[digit]}</span><span class="track"><span .style="--share: ${share}"></span></span><span class="share">${best === null ? nothing : format.coarsePercent(share)}</span></li>`;
      })}
    </ol>`;
  }

  #verdict(): TemplateResult {
    const {
      locale: { text },
      state: {
        trying: { sample, probabilities, untrained },
      },
    } = this;
    const names = classNames(this.state);
    const best = this.#best();
    const says = this.empty
      ? text.trying.empty
      : !canAnswer(this.state)
        ? text.run.unfinished
        : probabilities === null
          ? text.trying.noAnswer
          : best === null
            ? text.trying.noClass
            : text.trying.guess(names[best] ?? "", probabilities?.[best] ?? 0);
    const right = sample !== null && best === sample.label;
    return html`<div class="verdict">
      <p>${says}${sample && best !== null ? html` <span class=${right ? "right" : "wrong-answer"}>${right ? icons.check : icons.close}${right ? text.trying.right : text.trying.wrong}</span>` : nothing}</p>
      <p class="muted">${sample ? text.trying.testDigit(sample.index, names[sample.label] ?? String(sample.label)) : nothing}</p>
      ${untrained && best !== null ? html`<p class="muted">${text.trying.untrained}</p>` : nothing}
    </div>`;
  }
}

/** The largest first. */
function sortedBy(classes: readonly number[], shares: readonly number[]): number[] {
  return [...classes].sort((one, other) => (shares[other] ?? 0) - (shares[one] ?? 0) || one - other);
}

/** The first of them, and what the image is. */
function mostLikely(classes: readonly number[], label: number | undefined): readonly number[] {
  const first = classes.slice(0, MOST_BARS);
  return label === undefined || first.includes(label) ? first : [...first.slice(0, -1), label];
}
