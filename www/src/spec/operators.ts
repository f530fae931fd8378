/** The engine's operators, as the page shows them: their families, and the texts that the build makes of their docs. */

import operators from "receptive:operators";
import type { Language } from "../lib/language.ts";

/** Every operator of the engine, in the order of the operators' page. */
export const OPERATORS = Object.keys(operators);

/** What an operator is kin to; its hue is `--op-*` in the tokens. */
export function familyOf(op: string): string {
  return operators[op]?.family ?? "other";
}

/** What an operator is called where there is little room. */
export function shortName(op: string, language: Language): string {
  return operators[op]?.short[language] ?? op;
}

/** Why an operator exists, its formula, shapes and errors: HTML of our own, made when the page was built. */
export interface OperatorText {
  title: string;
  html: string;
}

type Texts = { [op: string]: OperatorText };

/** Reads the texts of a language once, and again after a failure. `folder` is where the build put them. */
export class OperatorTexts {
  readonly #folder: URL;
  readonly #fetch: (address: URL) => Promise<Response>;
  readonly #loaded = new Map<Language, Promise<Texts>>();

  constructor(folder: URL, fetching: (address: URL) => Promise<Response> = (address) => fetch(address)) {
    this.#folder = folder;
    this.#fetch = fetching;
  }

  /** The page that has all of them, or one of them. */
  page(language: Language, op?: string): string {
    return new URL(`${language}.html${op ? `#${op}` : ""}`, this.#folder).href;
  }

  /** @throws when the texts cannot be had, or have none for this operator. */
  async text(language: Language, op: string): Promise<OperatorText> {
    let texts = this.#loaded.get(language);
    if (!texts) {
      texts = this.#load(language);
      this.#loaded.set(language, texts);
      texts.catch(() => this.#loaded.delete(language));
    }
    const found = (await texts)[op];
    if (!found) throw new Error(`there is no text about ${op}`);
    return found;
  }

  async #load(language: Language): Promise<Texts> {
    const response = await this.#fetch(new URL(`${language}.json`, this.#folder));
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return (await response.json()) as Texts;
  }
}

/** The texts lie beside the page's script, wherever that is. */
export const operatorTexts = new OperatorTexts(new URL("./operators/", import.meta.url));
