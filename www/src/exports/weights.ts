/** Weights in a safetensors file: where each tensor lies. The file may be large: only its header is read. */
import type { Tensor } from "./network.ts";
import { ExportError } from "./network.ts";

/** Bytes of a value of each type that weights come in. */
const BYTES: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8 };

/** A header of more than this is no header. */
const LONGEST_HEADER = 100_000_000;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export class Weights {
  readonly file: Blob;
  readonly metadata: Readonly<Record<string, string>>;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: Blob, entries: ReadonlyMap<string, Entry>, metadata: Readonly<Record<string, string>>) {
    this.file = file;
    this.#entries = entries;
    this.metadata = metadata;
  }

  /**
   * Reads the header of a file.
   *
   * @throws {ExportError} `weights` for what is no safetensors file.
   */
  static async read(file: Blob): Promise<Weights> {
    const refuse = (why: string): never => {
      throw new ExportError("weights", `no safetensors file: ${why}`);
    };
    if (file.size < 8) refuse("it is too short");
    const length = Number(new DataView(await file.slice(0, 8).arrayBuffer()).getBigUint64(0, true));
    if (length > LONGEST_HEADER || 8 + length > file.size) refuse("its header is longer than the file");
    let header: Record<string, { dtype?: unknown; shape?: unknown; data_offsets?: unknown }> = {};
    try {
      header = JSON.parse(await file.slice(8, 8 + length).text());
    } catch {
      refuse("its header is no JSON");
    }
    const entries = new Map<string, Entry>();
    for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      const [begin, end] = (Array.isArray(offsets) ? offsets : []).map(Number);
      const fits = begin !== undefined && end !== undefined && begin >= 0 && begin <= end && 8 + length + end <= file.size;
      if (!fits || !Array.isArray(shape)) refuse(`${name} lies outside of the file`);
      const entry = {
        dtype: String(dtype),
        shape: (shape as unknown[]).map(Number),
        begin: 8 + length + Number(begin),
        end: 8 + length + Number(end),
      };
      entries.set(name, entry);
    }
    return new Weights(file, entries, (header.__metadata__ ?? {}) as Record<string, string>);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Where the values of a tensor lie in the file, where they are 32 bits wide; null where they have to be converted. */
  place({ name }: Tensor): { begin: number; length: number } | null {
    const entry = this.#entries.get(name);
    return entry?.dtype === "F32" ? { begin: entry.begin, length: entry.end - entry.begin } : null;
  }

  /**
   * The values of a tensor as little-endian numbers of 32 bits. A piece of the file where they lie there like that, without being read.
   *
   * @throws {ExportError} `weights` where it is missing or has another shape.
   */
  async floats({ name, shape }: Tensor): Promise<Blob | Uint8Array> {
    const entry = this.#entries.get(name);
    if (!entry) throw new ExportError("weights", `the weights have no ${name}`);
    const bytes = BYTES[entry.dtype];
    const count = shape.reduce((product, size) => product * size, 1);
    const same = shape.length === entry.shape.length && shape.every((size, axis) => size === entry.shape[axis]);
    if (!same || bytes === undefined || entry.end - entry.begin !== count * bytes) {
      throw new ExportError(
        "weights",
        `${name}: [${shape.join(", ")}] was expected, the file has [${entry.shape.join(", ")}] (${entry.dtype})`,
      );
    }
    const piece = this.file.slice(entry.begin, entry.end);
    if (entry.dtype === "F32") return piece;
    const view = new DataView(await piece.arrayBuffer());
    const values = new Float32Array(count);
    for (let at = 0; at < count; at += 1) values[at] = converted(view, at, entry.dtype);
    return new Uint8Array(values.buffer);
  }

  /** The same as numbers. */
  async values(tensor: Tensor): Promise<Float32Array> {
    const found = await this.floats(tensor);
    if (!(found instanceof Uint8Array)) return new Float32Array(await found.arrayBuffer());
    return new Float32Array(found.buffer, found.byteOffset, found.byteLength / 4);
  }
}

/** The value at a place, of 64 bits or of half as many as those here. */
export function converted(view: DataView, at: number, dtype: string): number {
  if (dtype === "F64") return view.getFloat64(8 * at, true);
  const bits = view.getUint16(2 * at, true);
  if (dtype === "BF16") {
    view32.setUint32(0, bits << 16);
    return view32.getFloat32(0);
  }
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
const view32 = new DataView(new ArrayBuffer(4));

/** Tensors to be written, each with its values. */
export type Written = readonly (readonly [Tensor, Uint8Array | Blob])[];

/** The parts of a safetensors file of numbers of 32 bits. */
export function safetensors(tensors: Written, metadata: Readonly<Record<string, string>>): (Uint8Array | Blob)[] {
  let place = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [{ name, shape }, values] of tensors) {
    const length = values instanceof Uint8Array ? values.byteLength : values.size;
    header[name] = { dtype: "F32", shape, data_offsets: [place, place + length] };
    place += length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // Data begins at a multiple of eight bytes, as in files of the format's own library.
  const padded = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text, 8);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  return [padded, ...tensors.map(([, values]) => values)];
}
