/** What a person opens, saves and copies. */
import { ReceptiveFailure } from "./errors.ts";
import { holdsWeights, isForeign, noteIn, readNote } from "./lib/run-file.ts";
import type { Spec } from "./protocol.ts";
import type { RequestClient } from "./request-client.ts";
import type { SavedRun } from "./runs.ts";
import type { SpecReplies, SpecRequests } from "./spec-protocol.ts";

export type Opened =
  | { kind: "network"; title: string; spec: Spec }
  /** A run of ours, or weights of another program: then `run` is null. */
  | { kind: "run"; run: SavedRun | null; bytes: Uint8Array }
  | { kind: "images" };

/** So much of a file tells what it is. */
const START = 64;
/** What 32-bit WebAssembly can take in beside a network. */
const LARGEST = 1 << 30;
const BRACE = 0x7b;
const BLANKS = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf];

/** @throws ReceptiveFailure that says why a file is none of ours. */
export async function read(files: readonly File[], specs: RequestClient<SpecRequests, SpecReplies>): Promise<Opened> {
  const [file] = files;
  if (!file || files.length > 1) return { kind: "images" };
  const start = new Uint8Array(await file.slice(0, START).arrayBuffer());
  const weights = holdsWeights(file.name, start);
  if (weights && isForeign(start)) return { kind: "run", run: null, bytes: start };
  if (file.size > LARGEST) throw new ReceptiveFailure({ kind: "limit_exceeded", message: `${file.name} is too large`, what: file.name, needed: file.size, limit: LARGEST });
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (weights) return { kind: "run", run: readNote(noteIn(bytes)), bytes };
  const first = bytes.find((byte) => !BLANKS.includes(byte));
  if (first === BRACE || /\.json$/iu.test(file.name)) return readNetwork(file.name, new TextDecoder().decode(bytes), specs);
  if (/idx|ubyte|\.gz$/iu.test(file.name)) return { kind: "images" };
  throw new ReceptiveFailure({ kind: "not_ours", message: `${file.name} is no file of ours`, file: file.name });
}

async function readNetwork(file: string, text: string, specs: RequestClient<SpecRequests, SpecReplies>): Promise<Opened> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ReceptiveFailure({ kind: "bad_json", message: reason, file, reason });
  }
  const fields = typeof content === "object" && content !== null ? content : {};
  if (!("layers" in fields) && !("v" in fields)) throw new ReceptiveFailure({ kind: "not_ours", message: `${file} holds no network`, file });
  const spec = "v" in fields ? await specs.request("lengthen", { short: fields }) : (fields as Spec);
  const { network, error } = await specs.request("examine", { spec });
  // One that does not fit yet can be drawn and mended; one that cannot be read at all cannot.
  if (!network && error) throw new ReceptiveFailure(error as never);
  return { kind: "network", title: spec.name ?? file.replace(/\.json$/iu, ""), spec };
}

/** A name that every file system takes. */
export function fileName(title: string, extension: string): string {
  const plain = title.normalize("NFKC").replaceAll(/[^\p{L}\p{N}.()-]+/gu, "-").replaceAll(/^-+|-+$/gu, "");
  return `${plain || "network"}.${extension}`;
}

export function save(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** The page in a frame, with the rights it needs and no more. */
export function frameSnippet(address: string, title: string): string {
  return `<iframe src="${escaped(address)}" width="100%" height="640" loading="lazy" sandbox="allow-scripts allow-same-origin allow-downloads allow-popups" title="${escaped(title)}"></iframe>`;
}

/** Whether the browser let it: a sandboxed frame has no clipboard. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
