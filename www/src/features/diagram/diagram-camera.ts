/** Moves a drawing in its field: one transform of one group, set at most once a frame. The elements know nothing of it. */

import type { Rect, Size, Viewport } from "./viewport.ts";
import { fitting, held, opening, showing, zoomed } from "./viewport.ts";

/** A press that moves no further is a click. */
const STILL = 4;
/** Smaller than this no text can be read. */
const FAR = 0.3;
const WHEEL = 0.0016;
/** A notch of a wheel is at least as long; shorter steps are a touchpad's. */
const NOTCH = 40;
const PINCH = 5 * WHEEL;

export class DiagramCamera {
  readonly #field: SVGSVGElement;
  readonly #world: SVGGElement;
  readonly #resize: ResizeObserver;
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #view: Viewport = { x: 0, y: 0, scale: 1 };
  #drawing: Rect = { x: 0, y: 0, width: 1, height: 1 };
  #frame = 0;
  #pressed: { x: number; y: number } | null = null;
  #waiting: (() => void) | null = null;
  /** The press that just ended had moved the drawing. */
  dragged = false;

  constructor(field: SVGSVGElement, world: SVGGElement) {
    this.#field = field;
    this.#world = world;
    field.addEventListener("wheel", this.#wheel, { passive: false });
    field.addEventListener("pointerdown", this.#down);
    field.addEventListener("pointermove", this.#move);
    for (const type of ["pointerup", "pointercancel"] as const) field.addEventListener(type, this.#up);
    field.addEventListener("touchmove", this.#touched, { passive: false });
    document.addEventListener("pointerdown", this.#elsewhere, true);
    this.#resize = new ResizeObserver(() => {
      this.#waiting?.();
      this.#waiting = null;
      this.#set(this.#view);
    });
    this.#resize.observe(field);
  }

  disconnect(): void {
    document.removeEventListener("pointerdown", this.#elsewhere, true);
    this.#resize.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  get view(): Viewport {
    return this.#view;
  }

  /** Another drawing: seen from its beginning, or, where it is the same one changed, from where it was. */
  open(drawing: Rect, spine: number, anew: boolean): void {
    this.#drawing = drawing;
    if (anew) this.#whenSized((size) => opening(drawing, size, spine));
    else this.#set(this.#view);
  }

  fit(): void {
    this.#whenSized((size) => fitting(this.#drawing, size));
  }

  /** The middle stays where it is. */
  zoom(factor: number): void {
    const { width, height } = this.#size();
    this.#set(zoomed(this.#view, factor, width / 2, height / 2));
  }

  pan(x: number, y: number): void {
    this.#set({ ...this.#view, x: this.#view.x + x, y: this.#view.y + y });
  }

  show(part: Rect): void {
    this.#whenSized((size) => showing(this.#view, part, size));
  }

  #whenSized(next: (size: Size) => Viewport): void {
    const size = this.#size();
    if (size.width > 0 && size.height > 0) this.#set(next(size));
    else this.#waiting = () => this.#set(next(this.#size()));
  }

  #size(): Size {
    return { width: this.#field.clientWidth, height: this.#field.clientHeight };
  }

  #set(view: Viewport): void {
    const size = this.#size();
    this.#view = size.width > 0 ? held(view, this.#drawing, size) : view;
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const { x, y, scale } = this.#view;
      this.#world.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
      this.#field.classList.toggle("far", scale < FAR);
    });
  }

  /** With Ctrl, or Cmd, it zooms, and with Shift it moves the drawing; alone it scrolls the page, which may end far below. */
  readonly #wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.shiftKey) return this.pan(-(event.deltaX + event.deltaY) * lines, 0);
    const { left, top } = this.#field.getBoundingClientRect();
    // A pinch on a touchpad comes as a wheel with Ctrl, too, in smaller steps.
    const turned = event.deltaY * lines;
    const factor = Math.exp(-turned * (Math.abs(turned) < NOTCH ? PINCH : WHEEL));
    this.#set(zoomed(this.#view, factor, event.clientX - left, event.clientY - top));
  };

  /** Whether one finger moves the drawing, and not the page: after a tap on it, until something else is touched. */
  get #held(): boolean {
    return this.#field.classList.contains("held");
  }

  readonly #touched = (event: TouchEvent): void => {
    if (event.cancelable && (event.touches.length > 1 || this.#held)) event.preventDefault();
  };

  readonly #elsewhere = (event: Event): void => {
    if (!this.#field.contains(event.target as Node)) this.#field.classList.remove("held");
  };

  readonly #down = (event: PointerEvent): void => {
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#pointers.size === 1) {
      this.dragged = false;
      this.#pressed = { x: event.clientX, y: event.clientY };
    }
  };

  readonly #move = (event: PointerEvent): void => {
    const before = this.#pointers.get(event.pointerId);
    if (!before || !this.#pressed) return;
    // The finger scrolls the page.
    if (event.pointerType === "touch" && this.#pointers.size === 1 && !this.#held) return;
    const now = { x: event.clientX, y: event.clientY };
    if (!this.dragged && this.#pointers.size === 1 && Math.hypot(now.x - this.#pressed.x, now.y - this.#pressed.y) < STILL) return;
    // Only now: a captured press would click the field, and not what was pressed.
    if (!this.dragged) this.#field.setPointerCapture(event.pointerId);
    this.dragged = true;
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (!other) return this.pan(now.x - before.x, now.y - before.y);
    const { left, top } = this.#field.getBoundingClientRect();
    const apart = (one: { x: number; y: number }): number => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
    const moved = { ...this.#view, x: this.#view.x + (now.x - before.x) / 2, y: this.#view.y + (now.y - before.y) / 2 };
    this.#set(zoomed(moved, apart(now) / apart(before), (now.x + other.x) / 2 - left, (now.y + other.y) / 2 - top));
  };

  readonly #up = (event: PointerEvent): void => {
    const before = this.#pointers.get(event.pointerId);
    this.#pointers.delete(event.pointerId);
    const still = before && Math.hypot(event.clientX - before.x, event.clientY - before.y) < STILL;
    if (event.type === "pointerup" && event.pointerType === "touch" && still && !this.dragged) this.#field.classList.add("held");
    if (this.#pointers.size === 0) this.#pressed = null;
  };
}
