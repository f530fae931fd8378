/** A run as a file: the engine's checkpoint, a safetensors file, in whose note the page writes what it knows of the run. */
import { ReceptiveFailure } from "../engine/errors.ts";
import { History } from "../lib/series.ts";
import { wholeSpec } from "../spec/whole-spec.ts";
import type { SavedRun } from "./runs.ts";

const VERSION = 1;
/** As in the engine (`src/core/safetensors.rs`): no header is nearly as long. */
const LONGEST_HEADER = 100 << 20;

export function writeNote(run: SavedRun): string {
  return JSON.stringify({ version: VERSION, run });
}

/** The run that a note tells of; null for a note that is none of ours. @throws ReceptiveFailure `unsupported_version` */
export function readNote(note: string | null): SavedRun | null {
  let content: { version?: unknown; run?: Partial<SavedRun> };
  try {
    content = JSON.parse(note ?? "null") ?? {};
  } catch {
    return null;
  }
  if (typeof content !== "object" || !("version" in content) || !content.run) return null;
  if (content.version !== VERSION) {
    const found = String(content.version);
    throw new ReceptiveFailure({ kind: "unsupported_version", message: `run file of version ${found}`, found, supported: VERSION });
  }
  return isRun(content.run) ? { ...content.run, spec: wholeSpec(content.run.spec) } : null;
}

/** Whether a note's run has all that the page takes from one. */
function isRun(run: Partial<SavedRun>): run is SavedRun {
  const { name, title, spec, history, epochs, metrics } = run;
  const whole = [metrics?.step, metrics?.epochs].every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
  if (typeof name !== "string" || typeof title !== "string" || !Array.isArray(spec?.layers) || !Array.isArray(epochs) || !whole)
    return false;
  try {
    return History.from(history as SavedRun["history"]).version > 0;
  } catch {
    return false;
  }
}

/** Whether a file begins as a safetensors file does: the length of a header, and the header's brace. */
export function looksLikeRun(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);
}

/** Whether the first letter of a text, behind blanks and marks of its encoding, begins an object of JSON. */
const beginsObject = (bytes: Uint8Array): boolean =>
  bytes.find((byte) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf, 0xff, 0xfe, 0].includes(byte)) === 0x7b;

/** Whether a file is meant to hold weights, ours or another program's: by what it begins with or, where that is no JSON, by its name. */
export function holdsWeights(name: string, start: Uint8Array): boolean {
  if (looksLikeRun(start) || isForeign(start) || /\.safetensors$/iu.test(name)) return true;
  return /\.(pt|pth|bin|ckpt|pkl|npz|npy|h5|keras|gguf)$/iu.test(name) && !beginsObject(start);
}

/** How other programs' files of weights begin: zips and pickles as PyTorch writes them, NumPy's arrays, HDF5, GGUF. The engine needs no more of them. */
const FOREIGN = ["PK\x03", "\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05", "\x93NUMPY", "\x89HDF", "GGUF"];

export function isForeign(start: Uint8Array): boolean {
  const text = String.fromCharCode(...start.subarray(0, 6));
  return !looksLikeRun(start) && FOREIGN.some((format) => text.startsWith(format));
}

/** What a file says of itself beside its tensors; empty where that cannot be read: the engine, which reads all of it, says why. */
export function metadataIn(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  if (!looksLikeRun(bytes)) return {};
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > LONGEST_HEADER || 8 + length > bytes.length) return {};
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as { __metadata__?: Record<string, unknown> };
    return header.__metadata__ ?? {};
  } catch {
    return {};
  }
}

/** The note in a file, null where it has none. */
export function noteIn(bytes: Uint8Array): string | null {
  const { note } = metadataIn(bytes);
  return typeof note === "string" ? note : null;
}
