/** What a dropped file is for, by how it begins. */

import { looksLikeText } from "../engine/text-file.ts";
import { holdsWeights } from "../model/run-file.ts";

export type FileUse = "picture" | "weights" | "names";

/** So many bytes of a file tell what it is. */
export const FIRST_BYTES = 512;

/** How pictures begin: PNG, JPEG, GIF, BMP, WebP and AVIF (behind their lengths). */
const PICTURES = [/^\x89PNG/u, /^\xff\xd8\xff/u, /^GIF8/u, /^BM/u, /^RIFF.{4}WEBP/su, /^.{4}ftyp(?:avi|hei|mif)/su];

/** What a dropped file is for, by how it begins; `type` is what the browser takes it for. */
export function useOf(bytes: Uint8Array, { name, type }: { name: string; type: string }): FileUse | null {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  if (PICTURES.some((picture) => picture.test(start))) return "picture";
  // The engine says which program wrote them, and what to do.
  if (holdsWeights(name, bytes)) return "weights";
  if (type.startsWith("image/")) return "picture";
  return looksLikeText(bytes) ? "names" : null;
}

/** The same of a file on the user's disk. */
export async function useOfFile(file: File): Promise<FileUse | null> {
  const start = await file
    .slice(0, FIRST_BYTES)
    .arrayBuffer()
    .catch(() => new ArrayBuffer());
  return useOf(new Uint8Array(start), file);
}
