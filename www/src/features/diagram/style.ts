/** How a drawing of a network looks, in the page and in the file it is saved to, which has no page around it. */
const FAMILIES = ["input", "convolution", "pooling", "activation", "dense", "join", "normalization", "noise", "outcome", "shape"] as const;

const TOKENS = [
  "paper",
  "paper-raised",
  "ink",
  "ink-quiet",
  "hairline",
  "edge",
  "focus",
  "bad",
  "bad-paper",
  ...FAMILIES.map((family) => `op-${family}`),
];

export const DRAWING_STYLE = `
.drawing { font-family: var(--font); font-size: 13px; fill: var(--ink); }
${FAMILIES.map((family) => `.drawing [data-family="${family}"] { --family: var(--op-${family}); }`).join("\n")}
.drawing .box { fill: color-mix(in oklab, var(--family, var(--op-shape)) 17%, var(--paper-raised)); stroke: var(--family, var(--op-shape)); stroke-width: 1.25; }
.drawing .strip .box { stroke-width: 0.75; }
.drawing .stripe { fill: var(--family, var(--op-shape)); }
.drawing .name { font-weight: 600; font-size: 14px; }
.drawing .second { fill: var(--ink-quiet); font-size: 13px; }
.drawing .end .box { fill: var(--paper-raised); stroke: var(--edge); }
.drawing .fold .box { fill: var(--paper-raised); stroke: var(--edge); }
.drawing .frame-box { fill: var(--ink); fill-opacity: 0.03; stroke: var(--hairline); stroke-width: 1.25; }
.drawing .frame.head .frame-box, .drawing .head .box { stroke-dasharray: 5 4; }
.drawing .rounds { fill: none; stroke: var(--hairline); stroke-width: 1.25; }
.drawing .frame-name { font-weight: 600; fill: var(--ink-quiet); }
.drawing .link { fill: none; stroke: var(--ink-quiet); stroke-width: 1.4; }
.drawing .link.skip { stroke: var(--op-join); }
.drawing .link.head { stroke-dasharray: 5 4; }
.drawing .link.wrong { stroke: var(--bad); stroke-width: 2.2; stroke-dasharray: 7 4; }
.drawing .link.unknown { stroke: var(--edge); stroke-dasharray: 2 3; }
.drawing .tip { fill: var(--ink-quiet); }
.drawing .tip.wrong { fill: var(--bad); }
.drawing .shape { fill: var(--ink-quiet); stroke: var(--paper); stroke-width: 3.5px; paint-order: stroke; }
.drawing .shape.wrong { fill: var(--bad); font-weight: 600; }
.drawing .unknown { opacity: 0.5; }
.drawing .callout-box { fill: var(--bad-paper); stroke: var(--bad); }
.drawing .callout-line { fill: none; stroke: var(--bad); stroke-dasharray: 2 3; }
.drawing .callout-sign { fill: var(--bad-paper); stroke: var(--bad); stroke-width: 1.5; stroke-linejoin: round; }
.drawing .callout-text { fill: var(--bad); }
`;

/** Rules that only matter where the drawing can be pointed at. */
export const LIVE_STYLE = `
.drawing [role="button"] { cursor: pointer; outline: none; }
.drawing [role="button"]:hover :is(.box, .frame-name, .toggle-box) { stroke-width: 2; }
.drawing [role="button"]:hover .frame-name { fill: var(--ink); stroke-width: 0; }
.drawing .toggle-box { fill: var(--paper-raised); stroke: var(--edge); }
.drawing .toggle-sign { stroke: var(--ink); stroke-width: 1.5; fill: none; }
.drawing .mark { fill: none; stroke: var(--focus); stroke-width: 3; pointer-events: none; }
.drawing .focus { fill: none; stroke: none; pointer-events: none; }
.drawing [role="button"]:focus-visible .focus { stroke: var(--focus); stroke-width: 2; stroke-dasharray: 4 2; }
.drawing.far text { visibility: hidden; }
`;

/** The style with all colours in place; `colour` resolves a token. Mixed colours are mixed here, for not every program that reads SVG can. */
export function standalone(style: string, colour: (token: string) => string, mixed: (family: string) => string): string {
  const families = FAMILIES.map((family) => {
    const of = `.drawing [data-family="${family}"]`;
    return `${of} .box { fill: ${mixed(family)}; stroke: ${colour(`op-${family}`)}; }\n${of} .stripe { fill: ${colour(`op-${family}`)}; }`;
  });
  const rules = style
    .split("\n")
    .filter((rule) => !rule.includes("--family"))
    .join("\n")
    .replaceAll("var(--font)", "Source Sans 3, system-ui, sans-serif")
    .replace(/var\(--([\w-]+)\)/gu, (_, token: string) => colour(token));
  return `${families.join("\n")}\n${rules}`;
}

export { FAMILIES, TOKENS };
