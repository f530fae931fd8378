/** What a dropped file is for, by how it begins. */
import { looksLikeRun } from "./run-file.ts";
import { looksLikeText } from "./text-file.ts";

export type FileUse = "picture" | "weights" | "names";

/** So many bytes of a file tell what it is. */
export const FIRST_BYTES = 512;

/** How pictures begin: PNG, JPEG, GIF, BMP, WebP and AVIF (behind their lengths). */
const PICTURES = [/^\x89PNG/u, /^\xff\xd8\xff/u, /^GIF8/u, /^BM/u, /^RIFF.{4}WEBP/su, /^.{4}ftyp(?:avi|hei|mif)/su];
/** PyTorch's own files, a zip or a pickle: what is said of them is said where weights are read. */
const PYTORCH = /^(?:PK\x03\x04|\x80[\x02-\x05])/u;

/** What a dropped file is for, by how it begins; `type` is what the browser takes it for. */
export function useOf(bytes: Uint8Array, { name, type }: { name: string; type: string }): FileUse | null {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  if (PICTURES.some((picture) => picture.test(start))) return "picture";
  if (looksLikeRun(bytes) || PYTORCH.test(start) || /\.safetensors$/iu.test(name)) return "weights";
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
