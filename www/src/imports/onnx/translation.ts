/**
 * The way through a graph: what each value is in the language, and the operators that were made so far. ONNX's axes may lie in another
 * order than
 * ours (Keras puts channels last): a value knows which of our axes each of its own is, so that transposing and reshaping need no operator.
 */
import type { OnnxReason } from "../../engine/errors.ts";
import type { Blamed } from "../fault.ts";
import { malformed, unsayable } from "../fault.ts";
import type { FlatNetwork, FlatNode, FlatTensor } from "../flat.ts";
import { IMAGE } from "../flat.ts";
import type { Constant } from "./constant.ts";
import { isConstant, productOf, readTensor } from "./constant.ts";
import type { OnnxGraph } from "./graph.ts";
import type { Attribute, NodeProto } from "./model.ts";

/**
 * One of our axes: the batch, channels, height, width, the features of a row; one of size 1 that none of ours is; or the inner part of
 * an axis that
 * stands as two.
 */
export type Axis = "N" | "C" | "H" | "W" | "F" | "1" | "I";

/** What an operator of ours makes, or the image, as the file's graph sees it. */
export interface Value {
  readonly node: number;
  /** Ours, without the batch. */
  readonly shape: readonly number[];
  /** Of ONNX's axes, in their order, which of ours each is. */
  readonly axes: readonly Axis[];
  /** Of a row whose features lie otherwise than ours: which of ours each of ONNX's is. */
  readonly order: Int32Array | null;
  /** Of a map whose rows or columns were each repeated: which of both stands as two axes, and the size of the inner one. */
  readonly inner?: { readonly axis: "H" | "W"; readonly factor: number };
}

const PLACES: Readonly<Record<Axis, number>> = { N: -1, C: 0, H: 1, W: 2, F: 0, "1": -1, I: -1 };

/** No image's map is larger, nor has it so many channels: a file may say any number, and memory is taken by it. */
const MOST_VALUES = 2 ** 28;
const MOST_CHANNELS = 2 ** 24;

/** Values of so many letters are shown in a message. */
const LONGEST = 200;

export class Translation {
  readonly graph: OnnxGraph;
  readonly nodes: FlatNode[] = [];
  readonly #values = new Map<string, Value | Constant>();
  /** The free size of the batch is NaN. */
  readonly batch: number;
  input: [number, number, number] = [1, 1, 1];

  constructor(graph: OnnxGraph) {
    this.graph = graph;
    this.batch = graph.image.dims[0] ?? Number.NaN;
  }

  /** What a name stands for. */
  get(name: string): Value | Constant | null {
    return this.#values.get(name) ?? this.graph.constant(name);
  }

  set(name: string | undefined, value: Value | Constant): void {
    if (name) this.#values.set(name, value);
  }

  /** Input number `at` of a node, which has to be a value of the network. @throws ReceptiveFailure `unsayable_onnx` for a constant. */
  value(node: NodeProto, at = 0): Value {
    const found = this.movable(node, at);
    return found.inner ? this.refuse(node, "shapes") : found;
  }

  /** The same for what only moves values: one of their axes may stand as two. */
  movable(node: NodeProto, at = 0): Value {
    const found = this.get(node.inputs[at] ?? "");
    if (!found) throw malformed("missing", { name: `${node.name}[${at}]` });
    return isConstant(found) ? this.refuse(node, "constant") : found;
  }

  /**
   * Input number `at` of a node as a constant; null where it is left out. @throws ReceptiveFailure `unsayable_onnx` for a value of the
   * network.
   */
  constant(node: NodeProto, at: number): Constant | null {
    const name = node.inputs[at] ?? "";
    if (name === "") return null;
    const found = this.get(name);
    if (!found) throw malformed("missing", { name });
    return isConstant(found) ? found : this.refuse(node, "operands");
  }

  /** Whole numbers, or a single one, that came as an attribute in older files and as an input in newer ones. */
  ints(node: NodeProto, attribute: string, at: number): number[] | null {
    const own = node.attributes.get(attribute);
    if (own) return own.ints.length > 0 ? [...own.ints] : own.type === 2 ? [own.int] : [];
    const data = this.constant(node, at)?.data;
    return data ? [...data] : null;
  }

  /** A value with channels first: `[channels, height, width]`. @throws ReceptiveFailure `unsayable_onnx` for any other. */
  map(node: NodeProto, at = 0): Value & { shape: readonly [number, number, number] } {
    const value = this.value(node, at);
    const fits =
      value.axes.length === 4 && (["N", "C", "H", "W"] as const).every((axis, place) => this.same(value, value.axes[place] ?? "1", axis));
    if (!fits || value.shape.length !== 3) this.refuse(node, "shapes");
    return { ...value, axes: ["N", "C", "H", "W"], shape: value.shape as [number, number, number] };
  }

  /** Whether two axes of a value can stand for each other: they are one, or both have size 1. */
  same(value: Value, one: Axis, other: Axis): boolean {
    return one === other || (this.size(value, one) === 1 && this.size(value, other) === 1 && one !== "N" && other !== "N");
  }

  /** The size of one of our axes; that of the batch may be NaN. */
  size({ shape, inner }: Value, axis: Axis): number {
    if (axis === "N") return this.batch;
    if (axis === "I") return inner?.factor ?? 1;
    return (shape[PLACES[axis]] ?? 1) / (inner?.axis === axis ? inner.factor : 1);
  }

  /** The sizes that ONNX sees. */
  dims(value: Value): number[] {
    return value.axes.map((axis) => this.size(value, axis));
  }

  /** An operator more. Its value has the same axes as `like`, or others. */
  add(
    node: NodeProto,
    op: string,
    fields: Record<string, unknown>,
    { inputs, shape, axes, order = null, tensors = [], name = null }: Added,
  ): Value {
    if (!(productOf(shape) <= MOST_VALUES) || (shape[0] ?? 0) > MOST_CHANNELS) this.refuse(node, "shapes");
    const own = { op, fields, inputs: inputs.map((value) => value.node), shape, name, tensors, of: blamed(node) };
    return { node: this.nodes.push(own) - 1, shape, axes: axes ?? inputs[0]?.axes ?? [], order };
  }

  /** The operator of a value that nothing else of the file reads; null where something does. */
  soleMaker(name: string | undefined): FlatNode | null {
    const value = this.#values.get(name ?? "");
    if (!value || isConstant(value) || value.node === IMAGE || this.graph.uses(name ?? "") !== 1) return null;
    return this.nodes[value.node] ?? null;
  }

  /** @throws ReceptiveFailure `unsayable_onnx` */
  refuse(node: NodeProto, reason: OnnxReason): never {
    throw unsayable(blamed(node), reason);
  }

  finish(title: string, output: Value): FlatNetwork {
    return { title, input: this.input, nodes: this.nodes, output: output.node };
  }
}

interface Added {
  readonly inputs: readonly Value[];
  readonly shape: readonly number[];
  readonly axes?: readonly Axis[];
  readonly order?: Int32Array | null;
  readonly tensors?: readonly FlatTensor[];
  readonly name?: string | null;
}

const attributeText = ({ type, int, float, text, ints, floats, tensor }: Attribute): string => {
  if (tensor) return `tensor[${tensor.dims.join(", ")}]`;
  if (ints.length > 0) return `[${ints.slice(0, 8).join(", ")}]`;
  if (floats.length > 0) return `[${floats.slice(0, 8).join(", ")}]`;
  return type === 3 || text !== "" ? text : String(type === 1 || float !== 0 ? Number(float.toPrecision(6)) : int);
};

/** A node as messages name it. */
export function blamed({ name, op, domain, attributes }: NodeProto): Blamed {
  const text = [...attributes].map(([key, value]) => `${key}=${attributeText(value)}`).join(", ");
  return { name, op: domain ? `${domain}.${op}` : op, attributes: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text };
}

/** What a node's attributes are, with ONNX's defaults. */
export const intOf = ({ attributes }: NodeProto, name: string, otherwise: number): number => attributes.get(name)?.int ?? otherwise;
export const floatOf = ({ attributes }: NodeProto, name: string, otherwise: number): number => attributes.get(name)?.float ?? otherwise;
export const textOf = ({ attributes }: NodeProto, name: string, otherwise: string): string => attributes.get(name)?.text || otherwise;
export function pairOf({ attributes }: NodeProto, name: string, otherwise: number): [number, number] {
  const [first = otherwise, second = otherwise] = attributes.get(name)?.ints ?? [];
  return [first, second];
}

/** The tensor of a node `Constant`, in whichever of its attributes it is. */
export function constantOf(node: NodeProto): Constant | null {
  const name = node.outputs[0] ?? node.name;
  for (const [key, { tensor, int, float, ints, floats }] of node.attributes) {
    if (key === "value" && tensor) return { ...readTensor(tensor), name };
    if (key === "value_int") return { name, dims: [], data: Float64Array.of(int) };
    if (key === "value_float") return { name, dims: [], data: Float32Array.of(float) };
    if (key === "value_ints") return { name, dims: [ints.length], data: Float64Array.from(ints) };
    if (key === "value_floats") return { name, dims: [floats.length], data: Float32Array.from(floats) };
  }
  return null;
}
