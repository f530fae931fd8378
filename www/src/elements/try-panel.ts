import { html, nothing } from "lit";
import type { PropertyDeclarations, TemplateResult } from "lit";
import type { DigitPadElement } from "./digit-pad.ts";
import * as icons from "./icons.ts";
import { PanelElement } from "./panel-element.ts";
import { saysPixels } from "../state.ts";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Draw a digit, or take one from the test set, and see what the network says to it. */
export class TryPanelElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, brush: { state: true }, empty: { state: true } };

  declare private brush: number;
  declare private empty: boolean;

  constructor() {
    super();
    this.brush = 22;
    this.empty = true;
  }

  protected override render(): TemplateResult {
    const { locale, locale: { text }, state, state: { trying, data } } = this;
    const pixels = saysPixels(state);
    return html`
      <div class="try-head"><h2>${text.trying.title}</h2><p class="muted">${pixels ? text.trying.mask.intro : text.trying.intro}</p></div>
      <div class="try">
        <div class="try-pad">
          <digit-pad
            .label=${text.trying.pad} .keys=${text.trying.padKeys} .hint=${text.trying.padHint} .brush=${this.brush} .sample=${trying.sample}
            .preview=${() => this.querySelector<HTMLCanvasElement>(".preview")}
            @digit-change=${this.#digit}
          ></digit-pad>
          <div class="pad-tools">
            <label class="brush"><span>${text.trying.brush}</span>
              <input type="range" min="12" max="36" step="2" .value=${String(this.brush)} @input=${(event: Event) => (this.brush = Number((event.target as HTMLInputElement).value))} />
            </label>
            <button type="button" class="quiet" ?disabled=${this.empty} @click=${() => this.querySelector<DigitPadElement>("digit-pad")?.clear()}>${text.trying.clear}</button>
          </div>
          <button type="button" class="quiet wide" ?disabled=${data.images.test === 0} @click=${() => this.intend({ type: "random_digit" })}>${text.trying.random}</button>
        </div>
        ${pixels ? html`<mask-answer class="try-answer" .locale=${locale} .state=${state} .empty=${this.empty}></mask-answer>` : this.#answer()}
      </div>
    `;
  }

  #answer(): TemplateResult {
    const { text } = this.locale;
    return html`
      <div class="try-answer">
        <figure class="seen">
          <span class="preview-frame"><canvas class="preview" width="28" height="28" role="img" aria-label=${text.trying.preview}></canvas></span>
          <figcaption>${text.trying.preview}</figcaption>
        </figure>
        ${this.#bars()}
        ${this.#verdict()}
      </div>
    `;
  }

  readonly #digit = (event: CustomEvent<Uint8Array | null>): void => {
    this.empty = event.detail === null;
    if (this.state.trying.sample && !(event.target as DigitPadElement).showsSample) this.intend({ type: "drop_sample" });
    this.intend({ type: "show_digit", pixels: event.detail });
  };

  #best(): number | null {
    const { probabilities } = this.state.trying;
    return probabilities && !this.empty ? probabilities.indexOf(Math.max(...probabilities)) : null;
  }

  #bars(): TemplateResult {
    const { locale: { text, format }, state: { trying: { probabilities, sample } } } = this;
    const best = this.#best();
    return html`<ol class="bars" aria-label=${text.trying.bars}>
      ${DIGITS.map((digit) => {
        const share = best === null ? 0 : (probabilities?.[digit] ?? 0);
        const classes = `${digit === best ? "best" : ""} ${sample?.label === digit ? "label" : ""}`;
        return html`<li class=${classes}><span class="digit">${digit}</span><span class="track"><span style="--share: ${share}"></span></span><span class="share">${best === null ? nothing : format.coarsePercent(share)}</span></li>`;
      })}
    </ol>`;
  }

  #verdict(): TemplateResult {
    const { locale: { text }, state: { trying: { sample, probabilities, untrained } } } = this;
    const best = this.#best();
    const says =
      this.empty ? text.trying.empty
      : best === null ? text.trying.noAnswer
      : text.trying.guess(best, probabilities?.[best] ?? 0);
    const right = sample !== null && best === sample.label;
    return html`<div class="verdict">
      <p>${says}${sample && best !== null ? html` <span class=${right ? "right" : "wrong-answer"}>${right ? icons.check : icons.close}${right ? text.trying.right : text.trying.wrong}</span>` : nothing}</p>
      <p class="muted">${sample ? text.trying.testDigit(sample.index, sample.label) : nothing}</p>
      ${untrained && best !== null ? html`<p class="muted">${text.trying.untrained}</p>` : nothing}
    </div>`;
  }
}
