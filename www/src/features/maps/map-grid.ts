import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, LitElement, nothing } from "lit";
import { onKey } from "../../lib/keys.ts";
import { reveal } from "../../lib/reveal.ts";
import type { Arrangement, Stack } from "./look/stack.ts";
import { arrange, mapAt, placeOf } from "./look/stack.ts";
import { drawMaps } from "./map-canvas.ts";

/** Where the pointer or the keyboard is: a map, and the pixel of it that the pointer is over. */
export interface MapPoint {
  map: number;
  row: number;
  column: number;
}

/**
 * Many maps on one canvas. Arrow keys and the pointer move a mark, of which `describe` says what it is on; Enter, Space or a click fire
 * `map-choose` with a {@link MapPoint}.
 */
export class MapGridElement extends LitElement {
  static override properties: PropertyDeclarations = {
    stack: { attribute: false },
    strongest: { attribute: false },
    across: { attribute: false },
    zoom: { attribute: false },
    describe: { attribute: false },
    dark: { type: Boolean },
    label: {},
    keys: {},
    room: { state: true },
    mark: { state: true },
  };

  declare stack: Stack;
  declare strongest: Float32Array;
  /** Maps in a line, where that means something. */
  declare across: number | null;
  /** Screen pixels a value; by itself as there is room. */
  declare zoom: number | null;
  declare describe: (point: MapPoint) => string;
  declare dark: boolean;
  declare label: string;
  declare keys: string;
  declare private room: number;
  declare private mark: MapPoint | null;

  readonly #observer = new ResizeObserver(([entry]) => {
    if (entry) this.room = Math.floor(entry.contentRect.width);
  });
  #arrangement: Arrangement | null = null;

  constructor() {
    super();
    this.across = this.zoom = this.mark = null;
    this.describe = () => "";
    this.label = this.keys = "";
    this.room = 0;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  protected override render(): TemplateResult {
    const { stack, mark } = this;
    const found = arrange(stack, this.room || 320, this.across);
    const arrangement = this.zoom === null ? found : { ...found, zoom: this.zoom };
    this.#arrangement = arrangement;
    const { zoom, width, height } = arrangement;
    const at = mark && mark.map < stack.count ? placeOf(stack, arrangement, mark.map) : null;
    return html`
      <div class="map-scroll">
        <div class="map-picture" .style="width: ${width * zoom}px; height: ${height * zoom}px">
          <canvas class="look-maps" tabindex="0" role="application" aria-label=${this.label} aria-description=${this.keys}
            @pointermove=${this.#point} @pointerleave=${this.#leave} @click=${this.#click} @keydown=${onKey(this.#key)} @focus=${this.#focus} @blur=${this.#leave}></canvas>
          ${at ? html`<span class="map-mark" .style="left: ${at.column * zoom}px; top: ${at.row * zoom}px; width: ${stack.columns * zoom}px; height: ${stack.rows * zoom}px"></span>` : nothing}
        </div>
      </div>
      <p class="map-caption" aria-live="polite">${at && mark ? this.describe(mark) : this.keys}</p>
    `;
  }

  protected override updated(): void {
    const canvas = this.querySelector<HTMLCanvasElement>("canvas.look-maps");
    if (canvas && this.#arrangement) drawMaps(canvas, this.stack, this.#arrangement, this.strongest, this.dark);
  }

  #at({ offsetX, offsetY }: MouseEvent): MapPoint | null {
    const arrangement = this.#arrangement;
    if (!arrangement) return null;
    const [row, column] = [Math.floor(offsetY / arrangement.zoom), Math.floor(offsetX / arrangement.zoom)];
    const map = mapAt(this.stack, arrangement, row, column);
    if (map === null) return null;
    const place = placeOf(this.stack, arrangement, map);
    return { map, row: row - place.row, column: column - place.column };
  }

  readonly #point = (event: PointerEvent): void => {
    this.mark = this.#at(event);
  };

  readonly #leave = (): void => {
    this.mark = null;
  };

  readonly #focus = (): void => {
    // A click says itself where it was.
    if (this.querySelector("canvas.look-maps")?.matches(":focus-visible")) this.mark ??= { map: 0, row: 0, column: 0 };
  };

  readonly #click = (event: MouseEvent): void => {
    const point = this.#at(event);
    if (point) this.#choose(point);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const { across = 1 } = this.#arrangement ?? {};
    const { count } = this.stack;
    const map = this.mark?.map ?? 0;
    const moves: { [key: string]: number } = {
      ArrowLeft: map - 1,
      ArrowRight: map + 1,
      ArrowUp: map - across,
      ArrowDown: map + across,
      Home: 0,
      End: count - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      if (to >= 0 && to < count) this.mark = { map: to, row: 0, column: 0 };
      this.#show();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      this.#choose({ map, row: Math.floor(this.stack.rows / 2), column: Math.floor(this.stack.columns / 2) });
    }
  };

  /** The mark stays in sight. */
  #show(): void {
    void this.updateComplete.then(() => reveal(this.querySelector(".map-mark")));
  }

  #choose(point: MapPoint): void {
    this.dispatchEvent(new CustomEvent<MapPoint>("map-choose", { detail: point }));
  }
}
