/** A run as a file: the engine's checkpoint, a safetensors file, in whose note the page writes what it knows of the run. */
import { ReceptiveFailure } from "../engine/errors.ts";
import { History } from "../lib/series.ts";
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
  return isRun(content.run) ? content.run : null;
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

/** Whether a file holds weights, ours or another program's, by its name and what it begins with: what is wrong with it, the engine says. */
export function holdsWeights(name: string, start: Uint8Array): boolean {
  return looksLikeRun(start) || isForeign(start) || /\.(safetensors|pt|pth|bin|ckpt|pkl|npz|npy|h5|keras|gguf)$/iu.test(name);
}

/** A zip or a pickle, as PyTorch writes them: the engine knows it by its first bytes and needs no more. */
export function isForeign(start: Uint8Array): boolean {
  const [first, second, third] = start;
  return (
    !looksLikeRun(start) &&
    ((first === 0x50 && second === 0x4b && third === 3) || (first === 0x80 && second !== undefined && second >= 2 && second <= 5))
  );
}

/** The note in a file, null where it has none or cannot be read: the engine, which reads all of it, says why. */
export function noteIn(bytes: Uint8Array): string | null {
  if (!looksLikeRun(bytes)) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > LONGEST_HEADER || 8 + length > bytes.length) return null;
  let header: { __metadata__?: { note?: unknown } };
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    return null;
  }
  const note = header.__metadata__?.note;
  return typeof note === "string" ? note : null;
}
