import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import type { NodeMaps } from "../../engine/protocol.ts";
import type { Locale } from "../../i18n/locale.ts";
import { channelKeyOf, onKey } from "../../lib/keys.ts";
import * as icons from "../../ui/icons.ts";
import { term } from "../../ui/term.ts";
import { valueAt } from "./look/arithmetic.ts";
import { extentOf } from "./look/colours.ts";
import { fieldNumbers } from "./look/field.ts";
import type { Arrangement, Stack } from "./look/stack.ts";
import { rangeOf } from "./look/stack.ts";
import { exactText } from "./look/text.ts";
import type { Shown } from "./look/wish.ts";
import { IMAGE, mapsOf, unitOf } from "./look/wish.ts";
import { drawMaps } from "./map-canvas.ts";
import type { Looked } from "./probe-client.ts";

/** Screen pixels that the large map takes at most. */
const SIDE = 280;
const MOVES: { [key: string]: readonly [number, number] } = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** One map with its pixels, one value of it, and what that value sees of the image. Fires `unit-change`, `unit-number` and `unit-close`. */
export class UnitViewElement extends LitElement {
  static override properties: PropertyDeclarations = {
    locale: { attribute: false },
    node: { attribute: false },
    maps: { attribute: false },
    answer: { attribute: false },
    unit: { attribute: false },
    strongest: { type: Number },
    dark: { type: Boolean },
  };

  declare locale: Locale;
  declare node: Shown;
  declare maps: NodeMaps | null;
  declare answer: Looked | null;
  /** Channel, row, column. */
  declare unit: readonly number[];
  declare strongest: number;
  declare dark: boolean;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  get #size(): readonly [number, number, number] {
    const [channels = 1, rows = 1, columns = 1] = this.node.output_shape;
    return [channels, rows, columns];
  }

  /** Features are one line of pixels. */
  get #lies(): { stack: Stack; zoom: number; row: number; column: number } {
    const [channels, rows, columns] = this.#size;
    const [channel = 0, row = 0, column = 0] = this.unit;
    const values = this.maps?.values ?? new Float32Array(channels * rows * columns);
    if (rows * columns > 1) {
      const stack = { count: 1, rows, columns, values: values.subarray(channel * rows * columns, (channel + 1) * rows * columns) };
      return { stack, zoom: Math.max(2, Math.floor(SIDE / Math.max(rows, columns))), row, column };
    }
    const across = Math.ceil(Math.sqrt(channels));
    const down = Math.ceil(channels / across);
    const square = new Float32Array(across * down).fill(Number.NaN);
    square.set(values.subarray(0, channels));
    return {
      stack: { count: 1, rows: down, columns: across, values: square },
      zoom: Math.max(2, Math.floor(SIDE / across)),
      row: Math.floor(channel / across),
      column: channel % across,
    };
  }

  protected override render(): TemplateResult {
    const {
      locale,
      locale: { format },
      node,
      maps,
      answer,
    } = this;
    const text = locale.panels.maps;
    const [channels, rows, columns] = this.#size;
    const [channel = 0, row = 0, column = 0] = this.unit;
    const point = rows * columns === 1;
    const { stack, zoom, row: y, column: x } = this.#lies;
    const value = maps ? valueAt(maps, this.unit) : null;
    const gradients = answer?.wish.what === "gradients";
    return html`<div class="unit">
      <figure class="unit-map">
        <figcaption>
          <button type="button" class="icon-button back" ?disabled=${channel === 0} aria-label=${text.previousChannel} title=${text.previousChannel} @click=${() => this.#channel(-1)}>${icons.chevron}</button>
          <span>${point ? text.featureTitle(node.name, channel) : text.channel(channel, channels)}</span>
          <button type="button" class="icon-button on" ?disabled=${channel === channels - 1} aria-label=${text.nextChannel} title=${text.nextChannel} @click=${() => this.#channel(1)}>${icons.chevron}</button>
        </figcaption>
        <div class="map-picture" .style="width: ${stack.columns * zoom}px; height: ${stack.rows * zoom}px">
          <canvas class="look-maps" tabindex="0" role="application" aria-label=${text.unitLabel(node.name, channel, rows, columns)} aria-description=${point ? text.featureKeys : text.unitKeys}
            @click=${this.#click} @keydown=${onKey(this.#key)}></canvas>
          <span class="map-mark" .style="left: ${x * zoom}px; top: ${y * zoom}px; width: ${zoom}px; height: ${zoom}px"></span>
        </div>
        <p class="unit-value" aria-live="polite"><strong>${value === null ? "…" : `${gradients ? text.gradient : text.value} ${exactText(format, value)}`}</strong>
          <span class="muted">${point ? nothing : text.place(row, column)}</span></p>
        <p class="muted second">${point ? text.featureKeys : text.unitKeys}</p>
        <button type="button" class="quiet" @click=${() => this.#tell("unit-number")}>${text.compute}</button>
      </figure>
      ${node.name === IMAGE ? nothing : this.#field()}
    </div>`;
  }

  #field(): TemplateResult {
    const {
      locale,
      locale: { format },
      answer,
    } = this;
    const text = locale.panels.maps;
    const known = this.#known ? answer?.field : null;
    const [, height = 28, width = 28] = mapsOf(answer, IMAGE)?.shape ?? [];
    const zoom = Math.max(1, Math.floor(140 / Math.max(height, width)));
    const numbers = known ? fieldNumbers(known.gradient, known.rows, known.columns) : null;
    const rectangle = known
      ? html`<span class="field-mark" .style="left: ${known.columns[0] * zoom}px; top: ${known.rows[0] * zoom}px; width: ${(known.columns[1] - known.columns[0] + 1) * zoom}px; height: ${(known.rows[1] - known.rows[0] + 1) * zoom}px"></span>`
      : nothing;
    const picture = (part: string, label: string): TemplateResult => html`<figure>
      <div class="map-picture" .style="width: ${width * zoom}px; height: ${height * zoom}px"><canvas class=${part} role="img" aria-label=${label}></canvas>${rectangle}</div>
      <figcaption>${label}</figcaption></figure>`;
    const span = ([first, last]: readonly [number, number]): string => `${format.whole(first)}–${format.whole(last)}`;
    return html`<section class="unit-field" aria-label=${text.field}>
      <h3>${term("receptive_field", text.field)}</h3>
      <div class="unit-pictures">${picture("field-image", text.fieldImage)}${picture("field-gradient", text.fieldGradient)}</div>
      <p>${numbers && known ? (numbers.size[0] === height && numbers.size[1] === width ? text.wholeField : text.theoretical(format.shape(numbers.size), span(known.rows), span(known.columns))) : nothing}</p>
      <p>${numbers ? (numbers.touched === 0 ? text.noField : text.effective(numbers.touched, numbers.half, numbers.most)) : nothing}</p>
    </section>`;
  }

  /** Whether the field that is known is of this unit. */
  get #known(): boolean {
    const field = this.answer?.wish.field;
    return field?.node === this.node.name && unitOf(this.node.output_shape, this.unit).every((at, axis) => at === field.unit[axis]);
  }

  protected override updated(): void {
    const { stack } = this.#lies;
    this.#draw(".unit-map canvas", stack, this.strongest);
    const image = mapsOf(this.answer, IMAGE);
    if (!image || this.answer?.wish.what === "gradients") return this.#drawGradient();
    const [, rows = 1, columns = 1] = image.shape;
    this.#draw(".field-image", { count: 1, rows, columns, values: image.values }, extentOf(rangeOf(image.values)));
    this.#drawGradient();
  }

  #drawGradient(): void {
    const field = this.#known ? this.answer?.field : null;
    const [, rows = 28, columns = 28] = mapsOf(this.answer, IMAGE)?.shape ?? [];
    const values = field?.gradient ?? new Float32Array(rows * columns);
    this.#draw(".field-gradient", { count: 1, rows, columns, values }, extentOf(rangeOf(values)));
  }

  #draw(selector: string, stack: Stack, strongest: number): void {
    const canvas = this.querySelector<HTMLCanvasElement>(selector);
    const arrangement: Arrangement = { across: 1, down: 1, gap: 0, zoom: 1, width: stack.columns, height: stack.rows };
    if (canvas) drawMaps(canvas, stack, arrangement, Float32Array.of(strongest), this.dark);
  }

  #channel(by: number): void {
    const [channel = 0, ...place] = this.unit;
    const to = channel + by;
    if (to >= 0 && to < this.#size[0]) this.#change([to, ...place]);
  }

  readonly #click = ({ offsetX, offsetY }: MouseEvent): void => {
    const { zoom, stack } = this.#lies;
    const [row, column] = [Math.floor(offsetY / zoom), Math.floor(offsetX / zoom)];
    if (row < 0 || column < 0 || row >= stack.rows || column >= stack.columns) return;
    this.#to(row, column);
  };

  /** A pixel of the large map; of features, pixels are features. */
  #to(row: number, column: number): void {
    const [channels, rows, columns] = this.#size;
    const [channel = 0] = this.unit;
    if (rows * columns > 1) {
      if (row >= 0 && row < rows && column >= 0 && column < columns) this.#change([channel, row, column]);
      return;
    }
    const to = row * this.#lies.stack.columns + column;
    if (to >= 0 && to < channels) this.#change([to, 0, 0]);
  }

  readonly #key = (event: KeyboardEvent): void => {
    const { row, column } = this.#lies;
    const move = MOVES[event.key];
    const channel = channelKeyOf(event);
    if (channel !== 0) this.#channel(channel);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (move) this.#to(row + move[0], column + move[1]);
    else if (event.key === "Enter") this.#tell("unit-number");
    else if (event.key === "Escape") this.#tell("unit-close");
    else return;
    event.preventDefault();
  };

  #change(unit: number[]): void {
    this.dispatchEvent(new CustomEvent<number[]>("unit-change", { detail: unit }));
  }

  #tell(type: "unit-number" | "unit-close"): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}
