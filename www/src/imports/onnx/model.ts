/** onnx.proto's messages as objects: what of them a network's graph needs. Values of tensors stay in the file until they are asked for. */
import { malformed } from "../fault.ts";
import type { Field, Piece } from "./protobuf.ts";
import { fields, floatOf, floatsOf, intsOf, sizeOf, textOf, whole } from "./protobuf.ts";

export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  /** `DataType` of onnx.proto. */
  readonly type: number;
  /** Values as they lie in memory, little-endian; null where they stand in fields of their type. */
  readonly raw: Piece | null;
  /** Pieces of packed or single values, by the number of their field. */
  readonly typed: ReadonlyMap<number, readonly Field[]>;
  /** The file that has the values, where this one has not. */
  readonly external: string | null;
}

export interface Attribute {
  readonly int: number;
  readonly float: number;
  readonly text: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly tensor: TensorProto | null;
  /** A graph within, which is read when it is asked for: {@link nodesIn}. */
  readonly graph: Piece | null;
  /** `AttributeType` of onnx.proto; 0 in files of before 2017. */
  readonly type: number;
}

export interface NodeProto {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  /** Empty names stand for inputs that are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface ValueInfo {
  readonly name: string;
  /** A size that is free is null. */
  readonly dims: readonly (number | null)[];
}

export interface GraphProto {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export interface ModelProto {
  readonly producer: string;
  /** Version of the standard operators. */
  readonly opset: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: GraphProto;
}

function tensor(message: Piece): TensorProto {
  const typed = new Map<number, Field[]>();
  const dims: number[] = [];
  const entries = new Map<string, string>();
  let [name, type, raw, outside] = ["", 0, null as Piece | null, false];
  for (const field of fields(message)) {
    if (field.number === 1) dims.push(...intsOf(field));
    else if (field.number === 2) type = field.value;
    else if (field.number === 8) name = textOf(field.piece);
    else if (field.number === 9) raw = field.piece;
    else if (field.number === 13) entries.set(...entry(field.piece));
    else if (field.number === 14) outside = field.value === 1;
    else {
      const given = typed.get(field.number);
      if (given) given.push(field);
      else typed.set(field.number, [field]);
    }
  }
  return { name, dims, type, raw, typed, external: outside ? (entries.get("location") ?? "?") : null };
}

/** A key and its value. */
function entry(message: Piece): [string, string] {
  const found: [string, string] = ["", ""];
  for (const { number, piece } of fields(message)) if (number === 1 || number === 2) found[number - 1] = textOf(piece);
  return found;
}

function attribute(message: Piece): [string, Attribute] {
  let [name, text, int, float, type] = ["", "", 0, 0, 0];
  let [own, inner]: [TensorProto | null, Piece | null] = [null, null];
  const [ints, floats]: [number[], number[]] = [[], []];
  for (const field of fields(message)) {
    if (field.number === 1) name = textOf(field.piece);
    else if (field.number === 2) float = floatOf(field);
    else if (field.number === 3) int = field.value;
    else if (field.number === 4) text = textOf(field.piece);
    else if (field.number === 5) own = tensor(field.piece);
    else if (field.number === 6) inner = field.piece;
    else if (field.number === 7) floats.push(...floatsOf(field));
    else if (field.number === 8) ints.push(...intsOf(field));
    else if (field.number === 20) type = field.value;
  }
  return [name, { int, float, text, ints, floats, tensor: own, graph: inner, type }];
}

function node(message: Piece): NodeProto {
  let [name, op, domain] = ["", "", ""];
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, Attribute>();
  for (const { number, piece } of fields(message)) {
    if (number === 1) inputs.push(textOf(piece));
    else if (number === 2) outputs.push(textOf(piece));
    else if (number === 3) name = textOf(piece);
    else if (number === 4) op = textOf(piece);
    else if (number === 5) attributes.set(...attribute(piece));
    else if (number === 7) domain = textOf(piece);
  }
  return { name: name || outputs[0] || op, op, domain: domain === "ai.onnx" ? "" : domain, inputs, outputs, attributes };
}

/** ValueInfoProto: name, and within type, tensor_type and shape the sizes. */
function valueInfo(message: Piece): ValueInfo {
  let name = "";
  const dims: (number | null)[] = [];
  const inner = (piece: Piece, number: number): Piece[] =>
    [...fields(piece)].filter((field) => field.number === number).map((f) => f.piece);
  for (const { number, piece } of fields(message)) {
    if (number === 1) name = textOf(piece);
    if (number !== 2) continue;
    for (const type of inner(piece, 1)) {
      for (const shape of inner(type, 2)) {
        for (const dimension of inner(shape, 1)) {
          const size = [...fields(dimension)].find((field) => field.number === 1)?.value;
          dims.push(size === undefined || size <= 0 ? null : size);
        }
      }
    }
  }
  return { name, dims };
}

function graph(message: Piece): GraphProto {
  let name = "";
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const [inputs, outputs]: [ValueInfo[], ValueInfo[]] = [[], []];
  for (const { number, piece } of fields(message)) {
    if (number === 1) nodes.push(node(piece));
    else if (number === 2) name = textOf(piece);
    else if (number === 5) initializers.push(tensor(piece));
    else if (number === 11) inputs.push(valueInfo(piece));
    else if (number === 12) outputs.push(valueInfo(piece));
    else if (number === 15 && sizeOf(piece) > 0) throw malformed("sparse");
  }
  return { name, nodes, initializers, inputs, outputs };
}

/** The nodes of a graph within an attribute. */
export const nodesIn = (piece: Piece): NodeProto[] =>
  [...fields(piece)].flatMap((field) => (field.number === 1 ? [node(field.piece)] : []));

/** Reads a file. @throws ReceptiveFailure `malformed_onnx` */
export function readModel(bytes: Uint8Array): ModelProto {
  let [producer, opset] = ["", 0];
  let body: Piece | null = null;
  const metadata = new Map<string, string>();
  for (const { number, piece } of fields(whole(bytes))) {
    if (number === 2) producer = textOf(piece);
    else if (number === 7) body = piece;
    else if (number === 14) metadata.set(...entry(piece));
    else if (number === 8) {
      const own = [...fields(piece)];
      const domain = own.find((field) => field.number === 1);
      if (!domain || ["", "ai.onnx"].includes(textOf(domain.piece))) opset = own.find((field) => field.number === 2)?.value ?? opset;
    }
  }
  if (!body) throw malformed("no_graph");
  return { producer, opset, metadata, graph: graph(body) };
}
