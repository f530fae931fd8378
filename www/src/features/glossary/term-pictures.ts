/** Small pictures beside definitions, in the colours of the text. */
import type { TemplateResult } from "lit";
import { html, svg } from "lit";
import type { TermKey } from "../../i18n/terms.ts";

const frame = (content: unknown, width = 96): TemplateResult =>
  html`<svg viewBox="0 0 ${width} 56" width=${width} height="56" fill="none" stroke="currentColor" aria-hidden="true">${content}</svg>`;

const grid = (x: number, y: number, cells: number, size: number): TemplateResult =>
  svg`<path stroke-width="0.5" d=${Array.from(
    { length: cells + 1 },
    (_, at) => `M${x + at * size} ${y}v${cells * size}M${x} ${y + at * size}h${cells * size}`,
  ).join("")} />`;

const digit = svg`<path stroke-width="5" stroke-linecap="round" opacity="0.35" d="M20 14q14-8 18 2q2 8-10 11q14 2 11 11q-5 8-19 3" />`;

const PICTURES: { [K in TermKey]?: () => TemplateResult } = {
  receptive_field: () =>
    frame(svg`<rect x="4" y="2" width="52" height="52" />${digit}<rect x="17" y="9" width="26" height="26" stroke-width="2.5" />
      <path stroke-dasharray="2 2" d="M43 9L84 25M43 35L84 31" /><rect x="84" y="25" width="6" height="6" fill="currentColor" />`),
  convolution: () =>
    frame(svg`${grid(4, 8, 5, 8)}<rect x="12" y="16" width="24" height="24" stroke-width="2.5" /><path d="M44 28h12m-4-3l4 3l-4 3" />
      ${grid(64, 16, 3, 8)}<rect x="72" y="24" width="8" height="8" fill="currentColor" />`),
  pooling: () =>
    frame(svg`${grid(4, 8, 4, 10)}<rect x="4" y="8" width="20" height="20" stroke-width="2.5" /><path d="M50 28h10m-4-3l4 3l-4 3" />
      ${grid(66, 18, 2, 10)}<rect x="66" y="18" width="10" height="10" fill="currentColor" />`),
  residual: () =>
    frame(svg`<path d="M2 36h20m44 0h26M12 36V12h66v18" /><rect x="22" y="26" width="44" height="20" /><circle cx="78" cy="36" r="6" fill="none" />
      <path d="M75 36h6m-3-3v6" />`),
  learning_rate: () =>
    frame(svg`<path d="M4 6C20 60 76 60 92 6" /><circle cx="16" cy="30" r="3.5" fill="currentColor" /><path d="M20 36l9 8m-1-5l1 5l-5-1" />
      <path stroke-dasharray="2 2" d="M16 30L86 20" />`),
  loss: () => frame(svg`<path d="M8 4v46h84" /><path stroke-width="2.5" d="M8 8C18 40 34 44 90 46" />`),
  momentum: () =>
    frame(
      svg`<path d="M4 10C24 62 44 20 56 34S80 50 92 40" /><circle cx="34" cy="34" r="4" fill="currentColor" /><path d="M40 31l14-4m-4-3l4 3l-3 4" />`,
    ),
  batch: () =>
    frame(
      svg`${grid(4, 8, 4, 10)}<path d="M50 28h12m-4-3l4 3l-4 3" /><rect x="68" y="18" width="20" height="20" /><path d="M73 28h10m-4-3l4 3l-4 3" />`,
    ),
  confusion: () =>
    frame(
      svg`${grid(22, 2, 5, 10)}${[0, 1, 2, 3, 4].map(
        (at) => svg`<rect x=${22 + 10 * at} y=${2 + 10 * at} width="10" height="10" fill="currentColor" />`,
      )}`,
    ),
  epoch: () => frame(svg`<path stroke-width="2.5" d="M62 18a18 18 0 1 0 4 14m-4-14v-10m0 10h-10" />`),
};

export function pictureOf(key: TermKey): TemplateResult | null {
  return PICTURES[key]?.() ?? null;
}
