/**
 * The wire format of protocol buffers, as far as ONNX's messages use it. Nothing is copied, and every length is compared with what is there
 * before it is used.
 */
import { malformed } from "../fault.ts";

/** A piece of the file. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

export const sizeOf = ({ from, to }: Piece): number => to - from;

export const whole = (bytes: Uint8Array): Piece => ({ bytes, from: 0, to: bytes.length });

/** One field of a message: a number, or a piece (a message, a text, packed numbers, four or eight bytes). */
export interface Field {
  readonly number: number;
  /** Of a field that is a number; of the others 0. */
  readonly value: number;
  readonly piece: Piece;
  readonly wire: number;
}

const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];

/** Reads numbers in base 128 one after the other. */
export class Varints {
  readonly #bytes: Uint8Array;
  readonly #to: number;
  at: number;

  constructor({ bytes, from, to }: Piece) {
    this.#bytes = bytes;
    this.at = from;
    this.#to = to;
  }

  get more(): boolean {
    return this.at < this.#to;
  }

  /** The next one, as a signed number of 64 bits; from 2^53 on the nearest that JavaScript has. */
  next(): number {
    const start = this.at;
    let value = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    this.at = start;
    let long = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      long |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, long));
    }
    throw malformed("wire", { at: start });
  }

  #byte(): number {
    const byte = this.at < this.#to ? this.#bytes[this.at] : undefined;
    if (byte === undefined) throw malformed("truncated", { at: this.at, limit: this.#to });
    this.at += 1;
    return byte;
  }
}

/** The fields of a message in their order. @throws ReceptiveFailure `malformed_onnx` where one does not end within it. */
export function* fields(message: Piece): Generator<Field> {
  const { bytes, to } = message;
  const numbers = new Varints(message);
  while (numbers.more) {
    const start = numbers.at;
    const tag = numbers.next();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (number < 1) throw malformed("wire", { at: start });
    if (wire === VARINT) {
      const from = numbers.at;
      const value = numbers.next();
      yield { number, value, piece: { bytes, from, to: numbers.at }, wire };
      continue;
    }
    const length = wire === BYTES ? numbers.next() : wire === FIXED32 ? 4 : wire === FIXED64 ? 8 : -1;
    if (length < 0) throw malformed("wire", { at: start });
    const from = numbers.at;
    if (from + length > to) throw malformed("truncated", { at: from + length, limit: to });
    numbers.at = from + length;
    yield { number, value: 0, piece: { bytes, from, to: from + length }, wire };
  }
}

const UTF8 = new TextDecoder();
export const textOf = ({ bytes, from, to }: Piece): string => UTF8.decode(bytes.subarray(from, to));

/** A number of 32 bits. @throws ReceptiveFailure for a field that is none. */
export function floatOf({ piece }: Field): number {
  if (sizeOf(piece) !== 4) throw malformed("wire", { at: piece.from });
  return new DataView(piece.bytes.buffer, piece.bytes.byteOffset + piece.from, 4).getFloat32(0, true);
}

/** The whole numbers of a field: one, or several that are packed. */
export function intsOf({ piece, value, wire }: Field): number[] {
  if (wire === VARINT) return [value];
  const found: number[] = [];
  for (const numbers = new Varints(piece); numbers.more; ) found.push(numbers.next());
  return found;
}

/** The 32-bit numbers of a field: one, or several that are packed. */
export function floatsOf({ piece }: Field): number[] {
  if (sizeOf(piece) % 4 !== 0) throw malformed("wire", { at: piece.from });
  const view = new DataView(piece.bytes.buffer, piece.bytes.byteOffset + piece.from, sizeOf(piece));
  return Array.from({ length: sizeOf(piece) / 4 }, (_, at) => view.getFloat32(4 * at, true));
}
