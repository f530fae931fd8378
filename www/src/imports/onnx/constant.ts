/** Constants of a graph: values of tensors as numbers, whatever type they have in the file. */
import { converted } from "../../exports/weights.ts";
import { malformed } from "../fault.ts";
import type { FlatTensor } from "../flat.ts";
import type { TensorProto } from "./model.ts";
import type { Field, Piece } from "./protobuf.ts";
import { sizeOf, Varints } from "./protobuf.ts";

/**
 * A value that is no image's. Floating-point types have 32 bits here, whole numbers are JavaScript's; NaN among these stands for the free
 * size of the batch. A parameter that the file has only the shape of has no data.
 */
export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | null;
}

export const isConstant = (value: object): value is Constant => "dims" in value;

export const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

export const constant = (name: string, dims: readonly number[], data: Float32Array | Float64Array): Constant => ({ name, dims, data });

/** A constant as a parameter's values. */
export const floats = ({ data }: Constant): Float32Array | null => (data instanceof Float64Array ? Float32Array.from(data) : data);

/** A parameter with this role. */
export const tensorOf = (role: string, shape: readonly number[], values: FlatTensor["values"]): FlatTensor => ({ role, shape, values });

interface Type {
  readonly bytes: number;
  /** The field that has the values where they are not raw. */
  readonly field: number;
  readonly read: (view: DataView, at: number) => number;
  readonly floating?: boolean;
}

const half =
  (dtype: "F16" | "BF16") =>
  (view: DataView, at: number): number =>
    converted(view, at, dtype);

/** By `DataType` of onnx.proto. */
const TYPES: Readonly<Record<number, Type>> = {
  1: { bytes: 4, field: 4, read: (view, at) => view.getFloat32(4 * at, true), floating: true },
  2: { bytes: 1, field: 5, read: (view, at) => view.getUint8(at) },
  3: { bytes: 1, field: 5, read: (view, at) => view.getInt8(at) },
  4: { bytes: 2, field: 5, read: (view, at) => view.getUint16(2 * at, true) },
  5: { bytes: 2, field: 5, read: (view, at) => view.getInt16(2 * at, true) },
  6: { bytes: 4, field: 5, read: (view, at) => view.getInt32(4 * at, true) },
  7: { bytes: 8, field: 7, read: (view, at) => Number(view.getBigInt64(8 * at, true)) },
  9: { bytes: 1, field: 5, read: (view, at) => view.getUint8(at) },
  10: { bytes: 2, field: 5, read: half("F16"), floating: true },
  11: { bytes: 8, field: 10, read: (view, at) => view.getFloat64(8 * at, true), floating: true },
  12: { bytes: 4, field: 11, read: (view, at) => view.getUint32(4 * at, true) },
  13: { bytes: 8, field: 11, read: (view, at) => Number(view.getBigUint64(8 * at, true)) },
  16: { bytes: 2, field: 5, read: half("BF16"), floating: true },
};

const viewOf = ({ bytes, from, to }: Piece): DataView => new DataView(bytes.buffer, bytes.byteOffset + from, to - from);
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Reads a tensor. Memory is only taken once the file is known to have as many values as the shape says.
 *
 * @throws ReceptiveFailure `malformed_onnx`
 */
export function readTensor({ name, dims, type, raw, typed, external }: TensorProto): Constant {
  if (external !== null) throw malformed("external", { name: external });
  const kind = TYPES[type];
  if (!kind) throw malformed("type", { name, at: type });
  const wrong = dims.find((size) => size < 0 || size > 2 ** 40);
  const count = productOf(dims);
  if (wrong !== undefined || count > Number.MAX_SAFE_INTEGER) throw malformed("dimension", { name, at: wrong ?? count });
  if (raw) {
    if (sizeOf(raw) !== count * kind.bytes) throw malformed("data", { name, at: sizeOf(raw), limit: count * kind.bytes });
    return { name, dims, data: fromRaw(raw, kind, count) };
  }
  return { name, dims, data: fromFields(typed.get(kind.field) ?? [], name, kind, count, type) };
}

function fromRaw(raw: Piece, { bytes, floating, read }: Type, count: number): Float32Array | Float64Array {
  const start = raw.bytes.byteOffset + raw.from;
  // As it lies there.
  if (floating && bytes === 4 && isLittleEndian && start % 4 === 0) return new Float32Array(raw.bytes.buffer as ArrayBuffer, start, count);
  if (floating && bytes === 4 && isLittleEndian) return new Float32Array(raw.bytes.slice(raw.from, raw.to).buffer);
  const view = viewOf(raw);
  const data = floating ? new Float32Array(count) : new Float64Array(count);
  for (let at = 0; at < count; at += 1) data[at] = read(view, at);
  return data;
}

function fromFields(given: readonly Field[], name: string, kind: Type, count: number, type: number): Float32Array | Float64Array {
  const fixed = { 4: 4, 10: 8 }[kind.field];
  // Each value has at least a byte.
  const most = given.reduce((sum, { piece }) => sum + sizeOf(piece), 0) / (fixed ?? 1);
  if (count > most) throw malformed("data", { name, at: most, limit: count });
  const data = kind.floating ? new Float32Array(count) : new Float64Array(count);
  const bits = new DataView(new ArrayBuffer(8));
  let at = 0;
  const put = (value: number): void => {
    if (at < count) data[at] = value;
    at += 1;
  };
  for (const { piece } of given) {
    if (fixed !== undefined) {
      const view = viewOf(piece);
      for (let place = 0; place < Math.floor(sizeOf(piece) / fixed); place += 1)
        put(fixed === 4 ? view.getFloat32(4 * place, true) : view.getFloat64(8 * place, true));
      continue;
    }
    for (const numbers = new Varints(piece); numbers.more; ) {
      const value = numbers.next();
      // Of 16 bits stand as whole numbers here.
      if (type === 10 || type === 16) bits.setUint16(0, value & 0xffff, true);
      put(type === 10 || type === 16 ? kind.read(bits, 0) : value);
    }
  }
  if (at !== count) throw malformed("data", { name, at, limit: count });
  return data;
}
