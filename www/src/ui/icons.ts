/** Small drawings on a 16 by 16 field, in the text's colour. They never stand for a word alone. */

import type { SVGTemplateResult, TemplateResult } from "lit";
import { html, svg } from "lit";

const icon = (content: SVGTemplateResult): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${content}</svg>`;

export const play = icon(svg`<path d="M4 2.5v11l9-5.5z" fill="currentColor"/>`);
export const pause = icon(svg`<path d="M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z" fill="currentColor"/>`);
export const step = icon(svg`<path d="M3 2.5v11l7-5.5zM11 2.5h2v11h-2z" fill="currentColor"/>`);
export const reset = icon(
  svg`<path d="M3.2 6A5.2 5.2 0 1 1 2.8 9" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M2.4 1.8v4.8h4.8z" fill="currentColor"/>`,
);
export const sun = icon(
  svg`<circle cx="8" cy="8" r="3" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M8 .8v2M8 13.2v2M.8 8h2M13.2 8h2M2.9 2.9l1.4 1.4M11.7 11.7l1.4 1.4M2.9 13.1l1.4-1.4M11.7 4.3l1.4-1.4" stroke="currentColor" stroke-width="1.4"/>`,
);
export const moon = icon(
  svg`<path d="M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z" fill="none" stroke="currentColor" stroke-width="1.4"/>`,
);
export const halfMoon = icon(
  svg`<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/>`,
);
export const settings = icon(
  svg`<path d="M1.5 4.5h8M12.5 4.5h2M1.5 11.5h2M6.5 11.5h8" stroke="currentColor" stroke-width="1.4"/><circle cx="11" cy="4.5" r="1.7" fill="none" stroke="currentColor" stroke-width="1.4"/><circle cx="5" cy="11.5" r="1.7" fill="none" stroke="currentColor" stroke-width="1.4"/>`,
);
export const close = icon(svg`<path d="M3.5 3.5l9 9M12.5 3.5l-9 9" stroke="currentColor" stroke-width="1.5"/>`);
export const warning = icon(
  svg`<path d="M8 1.8L15 14H1z" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/><path d="M8 6v4M8 11.2v1.4" stroke="currentColor" stroke-width="1.5"/>`,
);
export const info = icon(
  svg`<circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M8 7v4.4M8 4.2v1.5" stroke="currentColor" stroke-width="1.5"/>`,
);
export const check = icon(svg`<path d="M2.5 8.5l3.5 3.5 7.5-8" fill="none" stroke="currentColor" stroke-width="1.8"/>`);
export const chevron = icon(svg`<path d="M4 6l4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.5"/>`);
export const net = icon(
  svg`<rect x="1.5" y="3" width="4" height="10" fill="none" stroke="currentColor" stroke-width="1.4"/><rect x="8" y="5" width="3" height="6" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M13.8 6.5v3" stroke="currentColor" stroke-width="1.6"/>`,
);
export const chart = icon(
  svg`<path d="M2 1.5v12.5h12.5" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M4 4c1.5 5 4 6.5 9.5 7" fill="none" stroke="currentColor" stroke-width="1.4"/>`,
);
export const look = icon(
  svg`<path d="M1 8c3-5 11-5 14 0-3 5-11 5-14 0z" fill="none" stroke="currentColor" stroke-width="1.4"/><circle cx="8" cy="8" r="2.2" fill="currentColor"/>`,
);
export const pencil = icon(
  svg`<path d="M2 14l1-3.8L11 2.2l2.8 2.8-8 8z" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/>`,
);
export const more = icon(
  svg`<circle cx="3" cy="8" r="1.3" fill="currentColor"/><circle cx="8" cy="8" r="1.3" fill="currentColor"/><circle cx="13" cy="8" r="1.3" fill="currentColor"/>`,
);
export const plus = icon(svg`<path d="M8 2.5v11M2.5 8h11" stroke="currentColor" stroke-width="1.6"/>`);
export const minus = icon(svg`<path d="M2.5 8h11" stroke="currentColor" stroke-width="1.6"/>`);
export const undo = icon(
  svg`<path d="M5.5 2.5L2 6l3.5 3.5M2.5 6H10a3.7 3.7 0 0 1 0 7.5H5" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
);
export const redo = icon(
  svg`<path d="M10.5 2.5L14 6l-3.5 3.5M13.5 6H6a3.7 3.7 0 0 0 0 7.5h5" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
);
export const share = icon(
  svg`<path d="M8 1.8v8.4M4.8 4.8L8 1.6l3.2 3.2M3 8v6h10V8" fill="none" stroke="currentColor" stroke-width="1.4"/>`,
);
