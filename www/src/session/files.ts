/** Files that come in: what each is, and what is in it. */
import { ReceptiveFailure } from "../engine/errors.ts";
import { gunzip, isGzip } from "../engine/gunzip.ts";
import type { LoadFiles } from "../engine/idx-files.ts";
import { assignRoles, isIdx } from "../engine/idx-files.ts";
import type { NamedBytes, Spec } from "../engine/protocol.ts";
import type { RequestClient } from "../engine/request-client.ts";
import type { SpecReplies, SpecRequests } from "../engine/spec-protocol.ts";
import { decodeText } from "../engine/text-file.ts";
import { looksLikeOnnx } from "../imports/onnx/looks.ts";
import { isShard, joinShards } from "../imports/shards.ts";
import type { ImportReport } from "../model/import-report.ts";
import { holdsWeights, isForeign, looksLikeRun, metadataIn, noteIn, readNote } from "../model/run-file.ts";
import type { SavedRun } from "../model/runs.ts";
import { wholeSpec } from "../spec/whole-spec.ts";

export type OpenedNetwork = { title: string; spec: Spec };
/** A run of ours, or weights of another program: then `run` is null. */
export type OpenedRun = { run: SavedRun | null; bytes: Uint8Array };

/** A network with weights for it, from another program or from one's own export. */
export interface OpenedModel extends OpenedNetwork {
  /** A safetensors file; null where there are none, or where no training here could begin with them. */
  weights: Uint8Array | null;
  /** What is to be said of it; null of one's own. */
  report: ImportReport | null;
}

/** What several files are, read whole, before anything of them is used. */
export interface Opened {
  /** MNIST's own files, or others like them. */
  images: LoadFiles | null;
  networks: OpenedNetwork[];
  runs: OpenedRun[];
  models: OpenedModel[];
}

type Specs = Pick<RequestClient<SpecRequests, SpecReplies>, "request">;

/** Each file is taken for what it holds, whatever it is called. @throws ReceptiveFailure where one of them cannot be used; then none is. */
export async function read(files: readonly File[], specs: Specs): Promise<Opened> {
  const images: NamedBytes[] = [];
  const networks: OpenedNetwork[] = [];
  const runs: OpenedRun[] = [];
  const models: OpenedModel[] = [];
  for (const { name, bytes } of await Promise.all((await whole(files)).map(plain))) {
    if (isIdx(bytes)) images.push({ name, bytes });
    else if (looksLikeOnnx(name, bytes)) models.push(await readModel(name, bytes, specs));
    else if (!holdsWeights(name, bytes)) networks.push(await readNetwork(name, textOf(name, bytes), specs));
    else if (looksLikeRun(bytes) || isForeign(bytes)) {
      const run = readNote(noteIn(bytes));
      const model = run ? null : await exported(name, bytes, specs);
      if (model) models.push(model);
      else runs.push({ run, bytes });
    } else throw noHeader(name, bytes);
  }
  return { images: images.length > 0 ? assignRoles(images) : null, networks, runs, models };
}

/** The same files, those that are pieces of one as one. */
async function whole(files: readonly File[]): Promise<File[]> {
  const shards = files.filter(({ name }) => isShard(name));
  return shards.length > 0 ? [...files.filter(({ name }) => !isShard(name)), await joinShards(shards)] : [...files];
}

/** A network of another program. */
async function readModel(file: string, bytes: Uint8Array, specs: Specs): Promise<OpenedModel> {
  const { readOnnx, withOwnSpec } = await import("../imports/imports.ts");
  const examine = (spec: Spec): Promise<SpecReplies["examine"]> => specs.request("examine", { spec });
  const { title, spec, weights, normalizing, endsInSoftmax } = await withOwnSpec(readOnnx(bytes, file), examine);
  const { network, error } = await examine(spec);
  if (error) throw new ReceptiveFailure(error as never);
  const trains = network?.training_refused === null;
  const report = { title, normalizing, endsInSoftmax, withoutWeights: weights !== null && !trains };
  return { title, spec: wholeSpec(spec), weights: weights && trains ? new Uint8Array(await weights.arrayBuffer()) : null, report };
}

/** Weights that the page has exported, with the network that they are of; null for any others. */
async function exported(file: string, bytes: Uint8Array, specs: Specs): Promise<OpenedModel | null> {
  const { producer, spec: text } = metadataIn(bytes);
  if (producer !== "receptive" || typeof text !== "string" || !text.startsWith("{")) return null;
  const { title, spec } = await readNetwork(file, text, specs);
  const { network, error } = await specs.request("examine", { spec });
  return { title, spec, weights: error === null && network?.training_refused === null ? bytes : null, report: null };
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

async function readNetwork(file: string, text: string, specs: Specs): Promise<OpenedNetwork> {
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
  return { title: spec.name ?? file.replace(/(?:\.json)?(?:\.gz)?$/iu, ""), spec: wholeSpec(spec) };
}
