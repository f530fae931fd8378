/**
 * Gzip as RFC 1952 has it: one member or several, with zeros between and behind them. The browser's own stream reads a single member and
 * refuses whatever follows; so where it refuses the whole, the ends of the members are looked for: before what looks like the next
 * header. The stream checks length and sum of what it is given, so it accepts a member from its first byte to its last and nothing else.
 */

import { joined, through } from "../lib/bytes.ts";
import { ReceptiveFailure } from "./errors.ts";

/** Header and trailer of a member. */
const SHORTEST = 18;
/** Bytes at a member's end that may be zero: those of an empty member's sum and length, and of its last block. */
const ZEROS_OF_ITS_OWN = 9;
/** Of random bytes, one place in 16 million looks like a header. */
const MOST_GUESSES = 64;
/** No file of ours unpacks to nearly as much. */
const MOST_BYTES = 1 << 30;

/** Whether a gzip member begins at `at`: its two magic bytes, deflate, and no flag that is reserved. */
export function isGzip(bytes: Uint8Array, at = 0): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && ((bytes[at + 3] ?? 0xff) & 0xe0) === 0;
}

/**
 * What a gzip file holds. @throws ReceptiveFailure `bad_gzip` for a damaged one, `double_gzip` for one that holds another, `too_much` for
 * one that would not fit into memory.
 */
export async function gunzip(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let room = MOST_BYTES;
  for (let at = 0; at < bytes.length; ) {
    const member = isGzip(bytes, at) ? await firstMember(bytes.subarray(at), room, file) : null;
    if (!member) throw new ReceptiveFailure({ kind: "bad_gzip", message: `${file}: damaged gzip data at byte ${at}`, file });
    parts.push(member.content);
    room -= member.content.length;
    at += member.length;
    while (bytes[at] === 0) at += 1;
  }
  const whole = joined(parts);
  if (isGzip(whole)) throw new ReceptiveFailure({ kind: "double_gzip", message: `${file}: a gzip file in a gzip file`, file });
  return whole;
}

interface Member {
  content: Uint8Array;
  /** In the file. */
  length: number;
}

/** The member that `bytes` begin with. */
async function firstMember(bytes: Uint8Array, room: number, file: string): Promise<Member | null> {
  for (const length of possibleLengths(bytes)) {
    const content = await single(bytes.subarray(0, length), room, file);
    if (content) return { content, length };
  }
  return null;
}

/** Where it may end: at the end, before the next header, and before zeros that stand there. */
function* possibleLengths(bytes: Uint8Array): Generator<number> {
  yield bytes.length;
  let guesses = 0;
  for (let at = SHORTEST; at <= bytes.length && guesses < MOST_GUESSES; at += 1) {
    const last = at === bytes.length;
    if (!last && !isGzip(bytes, at)) continue;
    guesses += 1;
    if (!last) yield at;
    let end = at;
    while (end > SHORTEST && bytes[end - 1] === 0) end -= 1;
    for (let own = 0; own <= ZEROS_OF_ITS_OWN && end + own < at; own += 1) yield end + own;
  }
}

/** What one member holds; null for what is not exactly one. */
async function single(bytes: Uint8Array, room: number, file: string): Promise<Uint8Array | null> {
  let content: Uint8Array;
  try {
    content = await through(bytes, new DecompressionStream("gzip"), room);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) return null;
    throw new ReceptiveFailure({ kind: "too_much", message: `${file}: unpacks to more than ${MOST_BYTES} bytes`, file, limit: MOST_BYTES });
  }
  // A stream that overlooks what follows a member would lose it.
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  return content.length === stated ? content : null;
}
