/** Numbers in a grid, coloured as maps are; one of them is looked at. */

import type { TemplateResult } from "lit";
import { html } from "lit";
import type { Formats } from "../../lib/format.ts";
import { onKey } from "../../lib/keys.ts";
import { colourOf, css, extentOf, inkOn } from "./look/colours.ts";
import { rangeOf } from "./look/stack.ts";
import { cellText, exactText } from "./look/text.ts";

interface NumberGrid {
  caption: string;
  columns: number;
  values: readonly number[];
  /** Where each lies; empty where that goes without saying. */
  places: readonly string[];
  /** Padding. */
  empty: readonly boolean[];
  at: number;
  chosen: number | null;
  dark: boolean;
  format: Formats;
  /** One is pointed at or moved to. */
  point: (at: number) => void;
  /** One is opened. */
  open: (at: number) => void;
}

/** One cell is in the order of Tab; arrow keys move between them. */
export function numberGrid({ caption, columns, values, places, empty, at, chosen, dark, format, point, open }: NumberGrid): TemplateResult {
  const extent = extentOf(rangeOf(Float32Array.from(values)));
  const key = (event: KeyboardEvent): void => {
    const moves: { [key: string]: number } = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns };
    const to = moves[event.key];
    if (to === undefined || to < 0 || to >= values.length) return;
    event.preventDefault();
    point(to);
    (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("button")[to]?.focus();
  };
  return html`<figure class="number-grid">
    <figcaption>${caption}</figcaption>
    <div role="group" aria-label=${caption} .style="grid-template-columns: repeat(${columns}, minmax(42px, 1fr))" @keydown=${onKey(key)}>
      ${values.map((value, index) => {
        const colour = colourOf(value / extent, dark);
        const place = places[index] ? `${places[index]}: ` : "";
        return html`<button type="button" tabindex=${index === at ? 0 : -1} class="${index === at ? "here" : ""} ${index === chosen ? "chosen" : ""} ${empty[index] ? "empty" : ""}"
          .style="background: ${css(colour)}; color: ${inkOn(colour)}" aria-label="${place}${cellText(format, value)}" title="${place}${exactText(format, value)}"
          @pointerenter=${() => point(index)} @focus=${() => point(index)} @click=${() => open(index)}>${cellText(format, value)}</button>`;
      })}
    </div>
  </figure>`;
}
