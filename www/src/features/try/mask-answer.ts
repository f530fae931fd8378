import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { Scene } from "../../engine/protocol.ts";
import { SIDE } from "../../lib/mnist.ts";
import { CLASS_COLOURS, classesOf, classImage, inkImage, overlap, withoutClass } from "../../model/mask.ts";
import { canAnswer } from "../../model/on-show.ts";
import * as icons from "../../ui/icons.ts";
import { answerOwner } from "../../ui/owner-note.ts";
import { PanelElement } from "../../ui/panel-element.ts";

const NOTHING = new Uint8Array(SIDE * SIDE);
const EMPTY: Scene = { picture: NOTHING, digit: NOTHING, mask: NOTHING };

/** A picture, where the digit is in it, and the class that the network says each pixel is of. */
export class MaskAnswerElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, empty: { type: Boolean }, only: { state: true } };

  /** Nothing is drawn. */
  declare empty: boolean;
  /** The one digit whose pixels are shown. */
  declare private only: number | null;

  constructor() {
    super();
    this.empty = true;
    this.only = null;
  }

  /** What there is to show: of a network that is not finished nothing. */
  get #scene(): Scene | null {
    return canAnswer(this.state) ? this.state.trying.scene : null;
  }

  protected override render(): TemplateResult {
    const {
      locale,
      locale: {
        text: {
          trying: { mask: text },
        },
      },
      state,
      state: {
        trying: { sample },
      },
    } = this;
    const scene = this.#scene;
    return html`
      ${answerOwner(locale, state, this.empty)}
      <div class="masks">
        ${this.#figure("picture", text.picture, text.pictureLong)}
        ${this.#figure("there", text.there, sample ? text.thereLong(sample.label) : text.there)}
        ${this.#figure("said", text.said, this.#summary())}
      </div>
      ${this.#legend()}
      <button type="button" class="quiet" ?disabled=${scene === null} @click=${() => this.intend({ type: "other_clutter" })}>${text.otherClutter}</button>
      ${this.#verdict()}
    `;
  }

  #figure(part: string, caption: string, label: string): TemplateResult {
    return html`<figure>
      <span class="preview-frame"><canvas class="mask ${part}" width=${SIDE} height=${SIDE} role="img" aria-label=${label}></canvas></span>
      <figcaption>${caption}</figcaption>
    </figure>`;
  }

  #legend(): TemplateResult {
    const {
      locale: {
        text: {
          trying: { mask: text },
        },
      },
    } = this;
    const scene = this.#scene;
    const classes = scene ? classesOf(scene.mask) : [];
    const none = scene ? withoutClass(scene.mask) : 0;
    return html`<ul class="classes" aria-label=${text.legend}>
      ${classes.map(
        ({
          digit,
          pixels,
        }) => html`<li><button type="button" class="class" aria-pressed=${this.only === digit ? "true" : "false"} @click=${() => (this.only = this.only === digit ? null : digit)}>
        <span class="swatch" .style="--class: ${CLASS_COLOURS[digit]}">${digit}</span>${text.pixels(pixels)}
      </button></li>`,
      )}
      ${classes.length === 0 ? html`<li class="muted">${none > 0 ? text.noClass(none) : scene ? text.nothing : text.legendEmpty}</li>` : nothing}
    </ul>`;
  }

  #summary(): string {
    const {
      locale: {
        text: {
          trying: { mask: text },
        },
      },
    } = this;
    const scene = this.#scene;
    const classes = scene ? classesOf(scene.mask) : [];
    const none = scene ? withoutClass(scene.mask) : 0;
    return `${text.said}: ${none > 0 ? text.noClass(none) : classes.length === 0 ? text.nothing : classes.map(({ digit, pixels }) => `${digit}: ${text.pixels(pixels)}`).join(", ")}`;
  }

  #verdict(): TemplateResult {
    const {
      locale: {
        text: { run, trying: text },
      },
      state: {
        trying: { sample, untrained },
      },
    } = this;
    const scene = this.#scene;
    const best = scene ? (classesOf(scene.mask)[0]?.digit ?? null) : null;
    const share = scene ? overlap(scene, sample?.label ?? null) : null;
    const none = scene ? withoutClass(scene.mask) : 0;
    const says = this.empty
      ? text.empty
      : !canAnswer(this.state)
        ? run.unfinished
        : !scene
          ? text.noAnswer
          : none > 0
            ? text.mask.noClass(none)
            : best === null
              ? text.mask.nothing
              : text.mask.guess(best, share ?? 0);
    const right = sample !== null && best === sample.label;
    return html`<div class="verdict">
      <p>${says}${sample && best !== null && none === 0 ? html` <span class=${right ? "right" : "wrong-answer"}>${right ? icons.check : icons.close}${right ? text.right : text.wrong}</span>` : nothing}</p>
      <p class="muted">${sample ? text.testDigit(sample.index, String(sample.label)) : nothing}</p>
      ${untrained && scene ? html`<p class="muted">${text.untrained}</p>` : nothing}
    </div>`;
  }

  protected override updated(_changes: PropertyValues): void {
    const {
      trying: { sample },
    } = this.state;
    const scene = this.#scene;
    const { picture, digit, mask } = scene ?? EMPTY;
    this.#paint("picture", inkImage(picture));
    this.#paint("there", classImage(picture, sample ? digit.map((there) => there * (sample.label + 1)) : digit, null, sample !== null));
    this.#paint("said", classImage(picture, mask, this.only));
  }

  #paint(part: string, rgba: Uint8ClampedArray<ArrayBuffer>): void {
    this.querySelector<HTMLCanvasElement>(`.mask.${part}`)
      ?.getContext("2d")
      ?.putImageData(new ImageData(rgba, SIDE, SIDE), 0, 0);
  }
}
