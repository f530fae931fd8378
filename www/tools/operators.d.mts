import type { Plugin } from "esbuild";

export interface Text {
  family: string;
  short: string;
  title: string;
  why: string;
  sections: { name: string; html: string }[];
  /** In LaTeX. */
  formulas: string[];
  /** The kinds of each part's blocks. */
  paragraphs: string[];
}

export class TextError extends Error {}
export function readText(source: string, language: "en" | "ru", file: string): Text;
export function operatorsOf(source: string): string[];
export function readOperators(root: string): Promise<{ op: string; family: string; en: Text; ru: Text }[]>;
export function operatorsModule(root: string): Plugin;
export function writeOperators(root: string, outdir: string): Promise<void>;
