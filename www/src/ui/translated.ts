/**
 * Lit and page translation. A browser that translates the page puts `<font>` elements where text nodes were. Lit knows the text nodes it
 * made, and writes on into those that are gone: figures freeze. Here it looks first whether what it wrote is still what stands there, and
 * otherwise writes it anew. And no part of a template ends at a text node: a comment, which no translation touches, is put before it.
 *
 * Lit calls these fields so in every build of version 3 for its own add-ons; test/browser/hosting.test.mjs fails where it no longer does.
 */
import { html, nothing, render } from "lit";

interface ChildPart {
  /** What is shown. */
  _$AH: unknown;
  /** The comment before it, and what stands behind it. */
  readonly _$AA: Node;
  readonly _$AB: Node | null;
  /** Removes it. */
  _$AR(): void;
  /** Shows something else. */
  _$AI(value: unknown, parent?: unknown): void;
  /** The template of what `html` made. */
  _$AC(result: unknown): object;
}

const isText = (value: unknown): boolean => typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** Nothing but the text node that Lit made. */
function isUntouched({ _$AA: before, _$AB: behind }: ChildPart): boolean {
  const text = before.nextSibling;
  return text?.nodeType === Node.TEXT_NODE && text.nextSibling === behind;
}

const part = render(nothing, document.createDocumentFragment()) as unknown as ChildPart;

const parts = Object.getPrototypeOf(part) as ChildPart;
const show = parts._$AI;
parts._$AI = function (this: ChildPart, value: unknown, parent: unknown = this): void {
  if (isText(value) && isText(this._$AH) && value !== this._$AH && !isUntouched(this)) {
    this._$AR();
    this._$AH = nothing;
  }
  show.call(this, value, parent);
};

const Template = part._$AC(html``).constructor as unknown as { createElement(markup: unknown, options: unknown): HTMLTemplateElement };
const create = Template.createElement;
const BEFORE_TEXT = /<\?lit\$\d+\$>(?=\s*[^<\s])/gu;
Template.createElement = (markup, options) => create.call(Template, String(markup).replaceAll(BEFORE_TEXT, "$&<!---->"), options);
