import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import { onKey } from "../../lib/keys.ts";
import type { OutlineRow } from "../../spec/outline.ts";
import type { Drop } from "../../spec/outline-actions.ts";
import { dropPlace } from "../../spec/outline-actions.ts";
import { partsOf } from "../../spec/spec-items.ts";
import type { Place } from "../../spec/spec-path.ts";
import { isWithin } from "../../spec/spec-path.ts";

/** How far the pointer goes before it drags. */
const SLACK = 5;
/** How near an end of the list the list begins to move, and by how much each time. */
const EDGE = 32;

export interface DragHost {
  rows: () => readonly OutlineRow[];
  isFolded: (row: OutlineRow) => boolean;
  move: (path: string, to: Place) => void;
  /** The mark has moved. */
  changed: () => void;
}

/** Rows dragged to another place: by mouse anywhere on the row, by touch at its grip, so that a finger can still scroll. */
export class RowDrag {
  readonly #element: HTMLElement;
  readonly #host: DragHost;
  #dragged: string | null = null;
  #from = { x: 0, y: 0 };
  #moving = false;
  #drop: (Drop & { path: string; depth: number }) | null = null;

  constructor(element: HTMLElement, host: DragHost) {
    this.#element = element;
    this.#host = host;
  }

  readonly down = (event: PointerEvent): void => {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>("[data-path]");
    const held =
      event.pointerType === "mouse"
        ? event.button === 0 && !target.closest("button, .row-fold, error-fixes")
        : target.closest(".row-grip") !== null;
    const path = row?.dataset.path;
    if (!held || !path?.endsWith("]")) return;
    this.#dragged = path;
    this.#from = { x: event.clientX, y: event.clientY };
    addEventListener("pointermove", this.#move);
    addEventListener("pointerup", this.#up);
    addEventListener("pointercancel", this.#cancel);
    addEventListener("keydown", this.#escape, true);
  };

  readonly #move = (event: PointerEvent): void => {
    if (!this.#moving && Math.hypot(event.clientX - this.#from.x, event.clientY - this.#from.y) < SLACK) return;
    this.#moving = true;
    event.preventDefault();
    getSelection()?.removeAllRanges();
    this.#scroll(event.clientY);
    this.#drop = this.#at(event);
    this.#host.changed();
  };

  #at({ clientX, clientY }: PointerEvent): (Drop & { path: string; depth: number }) | null {
    const box = this.#element.getBoundingClientRect();
    const element = document
      .elementFromPoint(Math.max(box.left + 1, Math.min(clientX, box.right - 1)), clientY)
      ?.closest<HTMLElement>("[data-path]");
    const row = this.#host.rows().find(({ path }) => path === element?.dataset.path);
    if (!row || !element || !this.#dragged || isWithin(row.path, this.#dragged)) return null;
    const { top, height } = element.getBoundingClientRect();
    const list =
      row.kind === "branch" || row.kind === "shortcut"
        ? Array.isArray(row.item)
          ? row.path
          : `${row.path}.body`
        : (partsOf(row.item, row.path)[0]?.list ?? null);
    const drop = dropPlace(row, this.#host.isFolded(row), (clientY - top) / height, list);
    return drop && { ...drop, path: row.path, depth: row.depth + (drop.side === "inside" ? 1 : 0) };
  }

  #scroll(y: number): void {
    const tree = this.#element.querySelector("[role=tree]");
    if (!tree) return;
    const { top, bottom } = tree.getBoundingClientRect();
    if (y < top + EDGE) tree.scrollBy(0, -EDGE / 4);
    else if (y > bottom - EDGE) tree.scrollBy(0, EDGE / 4);
  }

  readonly #up = (): void => {
    const { place } = this.#drop ?? {};
    const dragged = this.#dragged;
    const moved = this.#moving;
    this.#end();
    if (moved) {
      // The click that a mouse may make of it is not meant for the row.
      const swallow = (event: Event): void => event.stopPropagation();
      addEventListener("click", swallow, { capture: true });
      setTimeout(() => removeEventListener("click", swallow, { capture: true }));
    }
    if (moved && place && dragged) this.#host.move(dragged, place);
  };

  readonly #cancel = (): void => this.#end();

  readonly #escape = onKey((event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#end();
  });

  #end(): void {
    removeEventListener("pointermove", this.#move);
    removeEventListener("pointerup", this.#up);
    removeEventListener("pointercancel", this.#cancel);
    removeEventListener("keydown", this.#escape, true);
    this.#dragged = null;
    this.#moving = false;
    this.#drop = null;
    this.#host.changed();
  }

  /** Where it would go. */
  mark(): TemplateResult | typeof nothing {
    const { path, side, depth } = this.#drop ?? {};
    const row = path === undefined ? null : this.#element.querySelector(`[data-path="${CSS.escape(path)}"]`);
    if (!row) return nothing;
    const { top, bottom, left, width } = row.getBoundingClientRect();
    return html`<div class="drop-mark" .style="--depth: ${depth ?? 0}; top: ${side === "before" ? top : bottom}px; left: ${left}px; width: ${width}px"></div>`;
  }
}
