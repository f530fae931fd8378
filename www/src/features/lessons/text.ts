/**
 * Markdown as a tree of what a lesson's text may consist of. Nothing else comes through: HTML is never read as HTML, an address leads to the page itself or to
 * https, a picture lies beside the lesson. What was left out is said. Pure.
 */
import type { Token, Tokens } from "marked";
import { Lexer, Marked } from "marked";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "math"; latex: string }
  | { kind: "strong" | "em"; inside: Inline[] }
  | { kind: "link"; href: string; inside: Inline[] }
  | { kind: "image"; src: string; alt: string }
  | { kind: "break" };

export type Block =
  | { kind: "paragraph"; inside: Inline[] }
  | { kind: "list"; ordered: boolean; items: Block[][] }
  | { kind: "quote"; inside: Block[] }
  | { kind: "formula"; latex: string }
  | { kind: "code"; text: string }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] };

/** What a text had that no lesson may have. */
export type LeftOut = "html" | "address" | "image" | "markup";

/** Characters; the longest lesson of the lecture has a tenth. */
export const LONGEST_TEXT = 200_000;

const inlineMath = {
  name: "math",
  level: "inline" as const,
  start: (source: string): number => source.indexOf("$"),
  tokenizer(source: string): Tokens.Generic | undefined {
    const found = /^\$([^$\n]+)\$/u.exec(source);
    return found ? { type: "math", raw: found[0], text: found[1] } : undefined;
  },
};
const { defaults } = new Marked({ extensions: [inlineMath], gfm: true });

export const lex = (markdown: string): Token[] => new Lexer(defaults).lex(markdown);

/** A place on this page, or another site's page by https. */
const isAddress = (href: string): boolean => /^#[\w=&%.-]*$/u.test(href) || (/^https:\/\/[^\s"<>\\]+$/u.test(href) && URL.canParse(href));

/** A file beside the lesson's own. */
const isPicture = (src: string): boolean => /^[\w-]+\.(?:png|svg|webp|jpg)$/u.test(src);

/** Entities and escapes are read by the lexer only where it makes HTML. */
const plain = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");

/** Turns tokens into the tree; `leftOut` grows by what was not taken. */
class Reader {
  readonly leftOut = new Set<LeftOut>();

  blocks(tokens: readonly Token[]): Block[] {
    return tokens.flatMap((token) => this.#block(token as Tokens.Generic));
  }

  inline(tokens: readonly Token[] | undefined): Inline[] {
    return (tokens ?? []).flatMap((token) => this.#inline(token as Tokens.Generic));
  }

  #block(token: Tokens.Generic): Block[] {
    switch (token.type) {
      case "space":
      case "def":
        return [];
      case "paragraph":
      case "text":
        return [{ kind: "paragraph", inside: token.tokens ? this.inline(token.tokens) : [{ kind: "text", text: plain(token.text) }] }];
      case "list": {
        const { ordered, items } = token as Tokens.List;
        return [{ kind: "list", ordered, items: items.map((item) => this.blocks(item.tokens)) }];
      }
      case "blockquote":
        return [{ kind: "quote", inside: this.blocks(token.tokens ?? []) }];
      case "code":
        return [token.lang === "math" ? { kind: "formula", latex: token.text } : { kind: "code", text: token.text }];
      case "table": {
        const { header, rows } = token as Tokens.Table;
        const cells = (row: readonly Tokens.TableCell[]): Inline[][] => row.map((cell) => this.inline(cell.tokens));
        return [{ kind: "table", head: cells(header), rows: rows.map(cells) }];
      }
      default:
        this.leftOut.add(token.type === "html" ? "html" : "markup");
        return [];
    }
  }

  #inline(token: Tokens.Generic): Inline[] {
    switch (token.type) {
      case "text":
      case "escape":
        return token.tokens ? this.inline(token.tokens) : [{ kind: "text", text: plain(token.text) }];
      case "codespan":
        return [{ kind: "code", text: plain(token.text) }];
      case "math":
        return [{ kind: "math", latex: token.text }];
      case "br":
        return [{ kind: "break" }];
      case "strong":
      case "em":
        return [{ kind: token.type, inside: this.inline(token.tokens) }];
      case "link":
        // The words stay where the address may not.
        if (isAddress(token.href)) return [{ kind: "link", href: token.href, inside: this.inline(token.tokens) }];
        this.leftOut.add("address");
        return this.inline(token.tokens);
      case "image":
        if (isPicture(token.href)) return [{ kind: "image", src: token.href, alt: plain(token.text) }];
        this.leftOut.add("image");
        return token.text ? [{ kind: "text", text: plain(token.text) }] : [];
      default:
        this.leftOut.add(token.type === "html" ? "html" : "markup");
        return [];
    }
  }
}

/** The tree of some tokens, and what of them is not in it. */
export function treeOf(tokens: readonly Token[]): { blocks: Block[]; leftOut: ReadonlySet<LeftOut> } {
  const reader = new Reader();
  return { blocks: reader.blocks(tokens), leftOut: reader.leftOut };
}

/** The words of a text, as for an option of a question: a single paragraph's content. */
export const inlineOf = (blocks: readonly Block[]): Inline[] => blocks.flatMap((block) => (block.kind === "paragraph" ? block.inside : []));
