/** What a person opens, saves and copies. */
import { ReceptiveFailure } from "./errors.ts";
import { gunzip, isGzip } from "./lib/gunzip.ts";
import type { LoadFiles } from "./lib/idx-files.ts";
import { assignRoles, isIdx } from "./lib/idx-files.ts";
import { holdsWeights, isForeign, looksLikeRun, noteIn, readNote } from "./lib/run-file.ts";
import { decodeText } from "./lib/text-file.ts";
import type { NamedBytes, Spec } from "./protocol.ts";
import type { RequestClient } from "./request-client.ts";
import type { SavedRun } from "./runs.ts";
import type { SpecReplies, SpecRequests } from "./spec-protocol.ts";

export type OpenedNetwork = { title: string; spec: Spec };
/** A run of ours, or weights of another program: then `run` is null. */
export type OpenedRun = { run: SavedRun | null; bytes: Uint8Array };

/** What several files are, read whole, before anything of them is used. */
export interface Opened {
  /** MNIST's own files, or others like them. */
  images: LoadFiles | null;
  networks: OpenedNetwork[];
  runs: OpenedRun[];
}

/** Each file is taken for what it holds, whatever it is called. @throws ReceptiveFailure where one of them cannot be used; then none is. */
export async function read(files: readonly File[], specs: RequestClient<SpecRequests, SpecReplies>): Promise<Opened> {
  const images: NamedBytes[] = [];
  const networks: OpenedNetwork[] = [];
  const runs: OpenedRun[] = [];
  for (const { name, bytes } of await Promise.all(files.map(plain))) {
    if (/\.safetensors$/iu.test(name) && !looksLikeRun(bytes) && !isForeign(bytes)) throw noHeader(name, bytes);
    if (isIdx(bytes)) images.push({ name, bytes });
    else if (holdsWeights(name, bytes) && (looksLikeRun(bytes) || !beginsObject(bytes))) runs.push({ run: readNote(noteIn(bytes)), bytes });
    else networks.push(await readNetwork(name, textOf(name, bytes), specs));
  }
  return { images: images.length > 0 ? assignRoles(images) : null, networks, runs };
}

/** Said here, before another file is used: the engine reads weights when the networks are open. */
function noHeader(file: string, bytes: Uint8Array): ReceptiveFailure {
  const size = bytes.length;
  const length = size < 8 ? 0 : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const [flaw, at] = size < 8 ? ["short", 8] : length > size - 8 ? ["header_length", length] : ["json", 8];
  return new ReceptiveFailure({
    kind: "malformed_weights",
    message: `${file} has no header of safetensors`,
    flaw: String(flaw),
    at: Number(at),
    size,
  });
}

/** Whether the first letter of a text, behind blanks and marks of its encoding, begins an object of JSON. */
const beginsObject = (bytes: Uint8Array): boolean =>
  bytes.find((byte) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf, 0xff, 0xfe, 0].includes(byte)) === 0x7b;

/** So much of a file tells what it is. */
const START = 64;
/** What 32-bit WebAssembly can take in beside a network. */
const LARGEST = 1 << 30;

async function bytesOf(file: File, end?: number): Promise<Uint8Array> {
  const { name } = file;
  const buffer = await (end === undefined ? file : file.slice(0, end)).arrayBuffer().catch(() => {
    throw new ReceptiveFailure({ kind: "unreadable_file", message: `${name} cannot be read`, file: name });
  });
  return new Uint8Array(buffer);
}

/** The bytes of a file, unpacked where they are gzipped. Of another program's weights, the first that tell which program that is. */
async function plain(file: File): Promise<NamedBytes> {
  const { name, size } = file;
  const start = await bytesOf(file, START);
  if (isForeign(start)) return { name, bytes: start };
  if (size > LARGEST)
    throw new ReceptiveFailure({ kind: "limit_exceeded", message: `${name} is too large`, what: name, needed: size, limit: LARGEST });
  const bytes = await bytesOf(file);
  return { name, bytes: isGzip(bytes) ? await gunzip(bytes, name) : bytes };
}

/** The text of what can only be a network: an object or, by its name, meant as JSON. */
function textOf(file: string, bytes: Uint8Array): string {
  const isJson = /\.json$/iu.test(file);
  let text = "";
  try {
    text = decodeText(bytes, file);
  } catch (thrown) {
    if (isJson) throw thrown;
  }
  if (isJson || text.trimStart().startsWith("{")) return text;
  throw new ReceptiveFailure({ kind: "not_ours", message: `${file} is no file of ours`, file });
}

async function readNetwork(file: string, text: string, specs: RequestClient<SpecRequests, SpecReplies>): Promise<OpenedNetwork> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ReceptiveFailure({ kind: "bad_json", message: reason, file, reason });
  }
  const fields = typeof content === "object" && content !== null ? content : {};
  if (!("layers" in fields) && !("v" in fields))
    throw new ReceptiveFailure({ kind: "not_ours", message: `${file} holds no network`, file });
  const spec = "v" in fields ? await specs.request("lengthen", { short: fields }) : (fields as Spec);
  const { network, error } = await specs.request("examine", { spec });
  // One that does not fit yet can be drawn and mended; one that cannot be read at all cannot.
  if (!network && error) throw new ReceptiveFailure(error as never);
  return { title: spec.name ?? file.replace(/(?:\.json)?(?:\.gz)?$/iu, ""), spec };
}

/** A name that every file system takes. */
export function fileName(title: string, extension: string): string {
  const plain = title
    .normalize("NFKC")
    .replaceAll(/[^\p{L}\p{N}.()-]+/gu, "-")
    .replaceAll(/^-+|-+$/gu, "");
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
export function frameSnippet(address: string, title: string, height = 640): string {
  const rights = 'allow="clipboard-write" sandbox="allow-scripts allow-same-origin allow-downloads allow-popups"';
  return `<iframe src="${escaped(address)}" width="100%" height="${height}" loading="lazy" ${rights} title="${escaped(title)}"></iframe>`;
}

/** Whether the browser let it: a sandboxed frame has no clipboard. Over plain http the older way is the only one. */
export async function copy(text: string): Promise<boolean> {
  if (!navigator.clipboard) return copySelected(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function copySelected(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  document.body.append(field);
  field.focus({ preventScroll: true });
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}
