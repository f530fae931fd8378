import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import { onKey } from "../../lib/keys.ts";
import type { Size } from "../../lib/mnist.ts";
import { centreDigit, MNIST_SIZE, shiftImage } from "../../lib/mnist.ts";

const PAD = 280;
const MOVES: { [key: string]: readonly [number, number] } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * A square to draw a digit in. Fires `digit-change` with what the network would see (a byte a pixel), or null when it is empty.
 *
 * Ink is kept in the canvas's alpha channel: the stylesheet gives it the colour of the theme, and what is drawn survives a change of it.
 */
export class DigitPadElement extends LitElement {
  static override properties: PropertyDeclarations = {
    label: {},
    keys: {},
    hint: {},
    brush: { type: Number },
    sample: { attribute: false },
    preview: { attribute: false },
    size: { attribute: false },
    blank: { state: true },
  };

  declare label: string;
  declare keys: string;
  declare hint: string;
  /** The diameter, in pixels of the pad. */
  declare brush: number;
  /** An image to show instead of a drawing, until something is drawn. */
  declare sample: { pixels: Uint8Array } | null;
  /** Where to show what the network sees. */
  declare preview: () => HTMLCanvasElement | null;
  /** Of what the network sees. */
  declare size: Size;
  declare private blank: boolean;

  #context: CanvasRenderingContext2D | null = null;
  #image: Uint8Array | null = null;
  #shift: readonly [number, number] = [0, 0];
  #stroke: { id: number; x: number; y: number } | null = null;
  #frame = 0;
  #showsSample = false;

  constructor() {
    super();
    this.label = this.keys = this.hint = "";
    this.brush = 22;
    this.sample = null;
    this.preview = () => null;
    this.size = MNIST_SIZE;
    this.blank = true;
  }

  /** True while the image is the sample, moved or not, and not a drawing. */
  get showsSample(): boolean {
    return this.#showsSample;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
  }

  protected override render(): TemplateResult {
    return html`
      <canvas class="pad" width=${PAD} height=${PAD} tabindex="0" role="application" aria-label=${this.label} aria-describedby="pad-keys"
        @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#up} @keydown=${onKey(this.#key)}></canvas>
      ${this.blank ? html`<span class="pad-hint" aria-hidden="true">${this.hint}</span>` : nothing}
      <span class="visually-hidden" id="pad-keys">${this.keys}</span>
    `;
  }

  protected override firstUpdated(): void {
    const canvas = this.querySelector<HTMLCanvasElement>(".pad");
    this.#context = canvas?.getContext("2d", { willReadFrequently: true }) ?? null;
  }

  protected override updated(changes: PropertyValues): void {
    // What was drawn for images of another size is none of this one.
    const before = changes.get("size") as Size | undefined;
    if (before && String(before) !== String(this.size)) this.clear();
    if (changes.has("sample") && this.sample) {
      this.#image = this.sample.pixels;
      this.#shift = [0, 0];
      this.#showsSample = true;
      this.#paintSample();
      this.#report();
    }
  }

  clear(): void {
    this.#context?.clearRect(0, 0, PAD, PAD);
    this.#image = null;
    this.#shift = [0, 0];
    this.#showsSample = false;
    this.#report();
  }

  #at({ clientX, clientY }: PointerEvent, canvas: HTMLCanvasElement): { x: number; y: number } {
    const box = canvas.getBoundingClientRect();
    return { x: ((clientX - box.left) * PAD) / box.width, y: ((clientY - box.top) * PAD) / box.height };
  }

  readonly #down = (event: PointerEvent): void => {
    if (event.button !== 0 || this.#stroke) return;
    event.preventDefault();
    const canvas = event.currentTarget as HTMLCanvasElement;
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    if (this.#showsSample) this.clear();
    this.#shift = [0, 0];
    const at = this.#at(event, canvas);
    this.#stroke = { id: event.pointerId, ...at };
    this.#line(at, at);
  };

  readonly #move = (event: PointerEvent): void => {
    if (this.#stroke?.id !== event.pointerId) return;
    // A fast stroke has more points than frames; without them it would have corners.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) {
      const at = this.#at(each, event.currentTarget as HTMLCanvasElement);
      this.#line(this.#stroke, at);
      this.#stroke = { id: event.pointerId, ...at };
    }
  };

  readonly #up = (event: PointerEvent): void => {
    if (this.#stroke?.id === event.pointerId) this.#stroke = null;
  };

  #line(from: { x: number; y: number }, to: { x: number; y: number }): void {
    const context = this.#context;
    if (!context) return;
    context.lineWidth = this.brush;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#read());
  }

  #read(): void {
    const rgba = this.#context?.getImageData(0, 0, PAD, PAD).data;
    if (!rgba) return;
    const pixels = new Uint8Array(PAD * PAD);
    for (let at = 0; at < pixels.length; at++) pixels[at] = rgba[at * 4 + 3] ?? 0;
    this.#image = centreDigit({ width: PAD, height: PAD, pixels }, this.size);
    this.#report();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move && this.#image) {
      event.preventDefault();
      this.#shift = [this.#shift[0] + move[0], this.#shift[1] + move[1]];
      if (this.#showsSample) this.#paintSample();
      this.#report();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.clear();
    }
  };

  #shifted(): Uint8Array | null {
    return this.#image && shiftImage(this.#image, this.#shift[0], this.#shift[1], this.size);
  }

  #paintSample(): void {
    const image = this.#shifted();
    const context = this.#context;
    if (!image || !context) return;
    const [height, width] = this.size;
    const small = new OffscreenCanvas(width, height);
    small.getContext("2d")?.putImageData(toAlpha(image, this.size), 0, 0);
    context.clearRect(0, 0, PAD, PAD);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, PAD, PAD);
  }

  #report(): void {
    const image = this.#shifted();
    this.blank = image === null;
    this.preview()
      ?.getContext("2d")
      ?.putImageData(toAlpha(image ?? new Uint8Array(), this.size), 0, 0);
    this.dispatchEvent(new CustomEvent<Uint8Array | null>("digit-change", { detail: image }));
  }
}

function toAlpha(image: Uint8Array, [height, width]: Size): ImageData {
  const data = new ImageData(width, height);
  image.forEach((value, at) => {
    data.data[at * 4 + 3] = value;
  });
  return data;
}
