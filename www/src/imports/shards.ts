/**
 * Weights in several safetensors files, as large networks come: `model-00001-of-00002.safetensors` and so on, and an index that says
 * which file has
 * which tensor. They become one file; of the pieces only headers are read.
 */

import type { ShardFlaw } from "../engine/errors.ts";
import { ReceptiveFailure } from "../engine/errors.ts";

/** A header of more than this is no header. */
const LONGEST_HEADER = 100 << 20;

const NUMBERED = /^(.*?)[-_.]?(\d{1,6})-of-(\d{1,6})\.safetensors$/iu;
const INDEX = /\.safetensors\.index\.json$/iu;

/** Whether a file is one of several by its name: a piece, or an index. */
export const isShard = (name: string): boolean => NUMBERED.test(name) || INDEX.test(name);

function incomplete(flaw: ShardFlaw, file: string, name = ""): ReceptiveFailure {
  return new ReceptiveFailure({ kind: "incomplete_shards", message: `${file}: ${flaw} ${name}`.trim(), file, flaw, name });
}

type Entries = Readonly<Record<string, { readonly dtype?: unknown; readonly shape?: unknown; readonly data_offsets?: unknown }>>;

/** The header of a piece, and where its data begin. */
async function headerOf(file: File): Promise<{ entries: Entries; data: number }> {
  const length = file.size < 8 ? -1 : Number(new DataView(await file.slice(0, 8).arrayBuffer()).getBigUint64(0, true));
  if (length < 2 || length > LONGEST_HEADER || 8 + length > file.size) throw incomplete("header", file.name);
  try {
    const parsed: unknown = JSON.parse(await file.slice(8, 8 + length).text());
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new Error("no object");
    const { __metadata__: _, ...entries } = parsed as Entries;
    return { entries, data: 8 + length };
  } catch {
    throw incomplete("header", file.name);
  }
}

/** Which file an index says to have each tensor; null without one. */
async function mapOf(index: File | undefined): Promise<ReadonlyMap<string, string> | null> {
  if (!index) return null;
  try {
    const { weight_map: map } = JSON.parse(await index.text()) as { weight_map?: Record<string, unknown> };
    if (typeof map !== "object" || map === null) throw new Error("no map");
    return new Map(Object.entries(map).map(([tensor, file]) => [tensor, String(file)]));
  } catch {
    throw incomplete("index", index.name);
  }
}

/**
 * One file of all pieces. Every piece that the index, or the numbers in the names, speak of must be among them, and each tensor in one
 * of them only.
 *
 * @throws ReceptiveFailure `incomplete_shards`
 */
export async function joinShards(files: readonly File[]): Promise<File> {
  const indices = files.filter(({ name }) => INDEX.test(name));
  const pieces = files.filter(({ name }) => !INDEX.test(name));
  const [index, second] = indices;
  if (second) throw incomplete("two_indices", second.name);
  const map = await mapOf(index);
  const have = new Set(pieces.map(({ name }) => name));
  for (const file of new Set(map?.values())) if (!have.has(file)) throw incomplete("missing", index?.name ?? file, file);
  if (!map) numbered(pieces);
  const entries = new Map<string, object>();
  const parts: Blob[] = [];
  let place = 0;
  for (const piece of pieces) {
    const { entries: own, data } = await headerOf(piece);
    for (const [name, entry] of Object.entries(own)) {
      const [begin, end] = Array.isArray(entry?.data_offsets) ? entry.data_offsets.map(Number) : [];
      if (entries.has(name)) throw incomplete("twice", piece.name, name);
      const inside = begin !== undefined && end !== undefined && begin >= 0 && begin <= end && data + end <= piece.size;
      if (!inside) throw incomplete("outside", piece.name, name);
      if (map && map.get(name) !== piece.name) throw incomplete("elsewhere", piece.name, name);
      entries.set(name, { ...entry, data_offsets: [place + begin, place + end] });
    }
    parts.push(piece.slice(data));
    place += piece.size - data;
  }
  for (const [tensor, file] of map ?? []) if (!entries.has(tensor)) throw incomplete("absent", file, tensor);
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  header.set(text, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  const name = (index ?? pieces[0])?.name.replace(INDEX, "").replace(NUMBERED, "$1") ?? "weights";
  return new File([header, ...parts], `${name}.safetensors`);
}

/** Without an index: numbers from 1 to as many as the names say, each once, of one set. */
function numbered(pieces: readonly File[]): void {
  const [first] = pieces;
  const [, stem = "", , total = ""] = NUMBERED.exec(first?.name ?? "") ?? [];
  const numbers = new Set<number>();
  for (const { name } of pieces) {
    const [, other, number, count] = NUMBERED.exec(name) ?? [];
    if (other !== stem || count !== total) throw incomplete("another", name, first?.name);
    numbers.add(Number(number));
  }
  for (let number = 1; number <= Math.min(Number(total), 100_000); number += 1) {
    const wanted = `${stem}-${String(number).padStart(total.length, "0")}-of-${total}.safetensors`;
    if (!numbers.has(number)) throw incomplete("missing", first?.name ?? wanted, wanted);
  }
}
