/**
 * Messages of onnx.proto as bytes: the few that a network's graph needs. A message is a list of parts, so that weights that lie in a file go out as pieces
 * of that file and are never held in memory.
 */

export type Part = Uint8Array<ArrayBuffer> | Blob;
export type Message = readonly Part[];

const sizeOf = (part: Part): number => (part instanceof Uint8Array ? part.byteLength : part.size);

/** Bytes of a message. */
export const size = (message: Message): number => message.reduce((sum, part) => sum + sizeOf(part), 0);

/** A number in base 128, the lowest digit first. Negative ones as their 64 bits. */
function varint(value: number): number[] {
  const digits: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const digit = Number(rest & 127n);
    rest >>= 7n;
    digits.push(rest > 0n ? digit | 128 : digit);
  } while (rest > 0n);
  return digits;
}

const [VARINT, BYTES, FIXED32] = [0, 2, 5];
const tag = (field: number, wire: number): number[] => varint(field * 8 + wire);

export const int = (field: number, value: number): Message => [Uint8Array.from([...tag(field, VARINT), ...varint(value)])];

export function float(field: number, value: number): Message {
  const bytes = new Uint8Array(new Float32Array([value]).buffer);
  return [Uint8Array.from([...tag(field, FIXED32), ...bytes])];
}

/** A message within another, or bytes. */
export const nested = (field: number, message: Message): Message => [
  Uint8Array.from([...tag(field, BYTES), ...varint(size(message))]),
  ...message,
];

export const text = (field: number, value: string): Message => nested(field, [new TextEncoder().encode(value)]);

/** Whole numbers in one field. */
export const ints = (field: number, values: readonly number[]): Message => nested(field, [Uint8Array.from(values.flatMap(varint))]);

/** Neighbouring pieces of memory as one. */
export function joined(message: Message): Message {
  const parts: Part[] = [];
  let pending: Uint8Array[] = [];
  const flush = (): void => {
    const whole = new Uint8Array(pending.reduce((sum, part) => sum + part.byteLength, 0));
    let place = 0;
    for (const part of pending) {
      whole.set(part, place);
      place += part.byteLength;
    }
    if (whole.length > 0) parts.push(whole);
    pending = [];
  };
  for (const part of message) {
    if (part instanceof Uint8Array) pending.push(part);
    else {
      flush();
      parts.push(part);
    }
  }
  flush();
  return parts;
}

// onnx.proto, version 3: field numbers and enumerations.
const [FLOAT, INT64] = [1, 7];

export type Attribute = number | readonly number[] | string | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly about?: string;
}

function attribute(name: string, value: Attribute): Message {
  const [FLOAT_TYPE, INT_TYPE, STRING_TYPE, INTS_TYPE] = [1, 2, 3, 7];
  const type = (kind: number): Message => int(20, kind);
  if (typeof value === "number") return [...text(1, name), ...int(3, value), ...type(INT_TYPE)];
  if (typeof value === "string") return [...text(1, name), ...text(4, value), ...type(STRING_TYPE)];
  if ("float" in value) return [...text(1, name), ...float(2, value.float), ...type(FLOAT_TYPE)];
  return [...text(1, name), ...value.flatMap((number) => int(8, number)), ...type(INTS_TYPE)];
}

export function node({ op, name, inputs, output, attributes = {}, about }: OnnxNode): Message {
  return [
    ...inputs.flatMap((input) => text(1, input)),
    ...text(2, output),
    ...text(3, name),
    ...text(4, op),
    ...Object.entries(attributes).flatMap(([key, value]) => nested(5, attribute(key, value))),
    ...(about ? text(6, about) : []),
  ];
}

/** A tensor with its values: numbers of 32 bits, or whole ones of 64. */
export function tensor(name: string, shape: readonly number[], values: Part | readonly number[]): Message {
  const whole = Array.isArray(values);
  const bytes = whole ? new Uint8Array(BigInt64Array.from(values as number[], BigInt).buffer) : (values as Part);
  return [...ints(1, shape), ...int(2, whole ? INT64 : FLOAT), ...text(8, name), ...nested(9, [bytes])];
}

/** A tensor whose values lie in another file beside the model's. */
export function externalTensor(
  name: string,
  shape: readonly number[],
  location: string,
  place: { begin: number; length: number },
): Message {
  const entry = (key: string, value: string): Message => nested(13, [...text(1, key), ...text(2, value)]);
  const where = [...entry("location", location), ...entry("offset", String(place.begin)), ...entry("length", String(place.length))];
  return [...ints(1, shape), ...int(2, FLOAT), ...text(8, name), ...where, ...int(14, 1)];
}

/** What goes in or comes out; a word is a size that is free. */
export function valueInfo(name: string, shape: readonly (number | string)[]): Message {
  const dimension = (value: number | string): Message => nested(1, typeof value === "number" ? int(1, value) : text(2, value));
  return [...text(1, name), ...nested(2, nested(1, [...int(1, FLOAT), ...nested(2, shape.flatMap(dimension))]))];
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Message[];
  readonly initializers: readonly Message[];
  readonly inputs: readonly Message[];
  readonly outputs: readonly Message[];
  readonly values: readonly Message[];
}

/** Version of the format, and of the operators. Opset 17 is of 2022. */
const IR_VERSION = 8;
export const OPSET = 17;

export function model(graph: Graph, metadata: Readonly<Record<string, string>>): Message {
  const each = (field: number, messages: readonly Message[]): Message => messages.flatMap((message) => nested(field, message));
  const body = [
    ...each(1, graph.nodes),
    ...text(2, graph.name),
    ...each(5, graph.initializers),
    ...each(11, graph.inputs),
    ...each(12, graph.outputs),
    ...each(13, graph.values),
  ];
  return joined([
    ...int(1, IR_VERSION),
    ...text(2, "receptive"),
    ...nested(7, body),
    ...nested(8, int(2, OPSET)),
    ...Object.entries(metadata).flatMap(([key, value]) => nested(14, [...text(1, key), ...text(2, value)])),
  ]);
}
