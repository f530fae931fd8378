/** Draws the tree of a text. */
import type { TemplateResult } from "lit";
import { html, type nothing } from "lit";
import { formula } from "./formula.ts";
import type { Block, Inline } from "./text.ts";

export interface TextContext {
  formulas: { readonly [latex: string]: string };
  /** Where pictures lie. */
  folder: string;
  /** The lesson in the address, which stays where a link leads elsewhere on the page. */
  address: string | null;
}

type Drawn = TemplateResult | string | Node | typeof nothing;

/** MathML of a place in a text: the same node at each drawing, so that nothing is made twice. */
const made = new WeakMap<object, { mathml: string; node: Node | null }>();

/** The LaTeX itself, where nobody has made MathML of it. */
function math(place: { latex: string }, { formulas }: TextContext): Drawn {
  const mathml = formulas[place.latex] ?? "";
  const known = made.get(place);
  const drawn = known?.mathml === mathml ? known : { mathml, node: mathml ? formula(mathml) : null };
  made.set(place, drawn);
  return drawn.node ?? html`<code>${place.latex}</code>`;
}

function link(href: string, inside: readonly Inline[], context: TextContext): TemplateResult {
  if (!href.startsWith("#")) return html`<a href=${href} target="_blank" rel="noopener noreferrer">${inlines(inside, context)}</a>`;
  const here = href.includes("=") && context.address !== null ? `${href}&lesson=${encodeURIComponent(context.address)}` : href;
  return html`<a href=${here}>${inlines(inside, context)}</a>`;
}

function inline(one: Inline, context: TextContext): Drawn {
  switch (one.kind) {
    case "text":
      return one.text;
    case "code":
      return html`<code>${one.text}</code>`;
    case "math":
      return math(one, context);
    case "strong":
      return html`<strong>${inlines(one.inside, context)}</strong>`;
    case "em":
      return html`<em>${inlines(one.inside, context)}</em>`;
    case "link":
      return link(one.href, one.inside, context);
    case "image":
      return html`<img src=${`${context.folder}${one.src}`} alt=${one.alt} loading="lazy" />`;
    case "break":
      return html`<br />`;
  }
}

export const inlines = (all: readonly Inline[], context: TextContext): Drawn[] => all.map((one) => inline(one, context));

function block(one: Block, context: TextContext): Drawn {
  switch (one.kind) {
    case "paragraph":
      return html`<p>${inlines(one.inside, context)}</p>`;
    case "list": {
      const items = one.items.map((item) => html`<li>${tight(item, context)}</li>`);
      return one.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case "quote":
      return html`<blockquote>${blocks(one.inside, context)}</blockquote>`;
    case "formula":
      return html`<div class="formula" tabindex="0">${math(one, context)}</div>`;
    case "code":
      return html`<pre tabindex="0"><code>${one.text}</code></pre>`;
    case "table": {
      const cells = (row: readonly Inline[][]): TemplateResult[] => row.map((cell) => html`<td>${inlines(cell, context)}</td>`);
      return html`<div class="lesson-table" tabindex="0"><table><thead><tr>${one.head.map((cell) => html`<th scope="col">${inlines(cell, context)}</th>`)}</tr></thead>
        <tbody>${one.rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody></table></div>`;
    }
  }
}

/** An item of one paragraph needs none around it. */
const tight = (all: readonly Block[], context: TextContext): Drawn[] =>
  all.length === 1 && all[0]?.kind === "paragraph" ? inlines(all[0].inside, context) : blocks(all, context);

export const blocks = (all: readonly Block[], context: TextContext): Drawn[] => all.map((one) => block(one, context));
