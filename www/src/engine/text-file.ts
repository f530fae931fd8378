/**
 * Text as files have it: UTF-8 with a byte order mark or without, and UTF-16 as Windows writes it. The engine's tools read it alike
 * (`xtask/native/src/text.rs`).
 */
import { ReceptiveFailure } from "./errors.ts";

export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** Which of the three a file is in: what its mark says, or else where the zeros of its first letter stand. */
export function encodingOf(bytes: Uint8Array): Encoding {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (bytes.length < 2 || bytes.length % 2 === 1) return "utf-8";
  return first !== 0 && second === 0 ? "utf-16le" : first === 0 && second !== 0 ? "utf-16be" : "utf-8";
}

/** The text of a file without its mark. @throws ReceptiveFailure `not_text` */
export function decodeText(bytes: Uint8Array, file: string): string {
  const failure = (): ReceptiveFailure => new ReceptiveFailure({ kind: "not_text", message: `${file} is neither UTF-8 nor UTF-16`, file });
  const encoding = encodingOf(bytes);
  // Not every decoder minds half a letter at the end.
  if (encoding !== "utf-8" && bytes.length % 2 === 1) throw failure();
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw failure();
  }
  // No text has them, and other data does.
  if (text.includes("\0")) throw failure();
  return text;
}

/** Whether a file that begins so may be a text. */
export function looksLikeText(bytes: Uint8Array): boolean {
  try {
    // The last letter may be cut in two.
    return !new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes, { stream: true }).includes("\0");
  } catch {
    return false;
  }
}
