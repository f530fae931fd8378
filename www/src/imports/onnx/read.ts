/** An ONNX file as a list of operators of the language. */
import { malformed, unsayable } from "../fault.ts";
import type { FlatNetwork } from "../flat.ts";
import { IMAGE } from "../flat.ts";
import { isConstant, productOf } from "./constant.ts";
import { folded } from "./fold.ts";
import { OnnxGraph } from "./graph.ts";
import type { ModelProto, NodeProto } from "./model.ts";
import { OPERATORS } from "./operators.ts";
import { withPatterns } from "./patterns.ts";
import type { Axis, Value } from "./translation.ts";
import { blamed, constantOf, Translation } from "./translation.ts";

/** The largest image: as in the language. */
const LARGEST = 4096;

/** What passes values on, one by one: the order of the axes is seen behind it. */
const PASSING = ["Identity", "Cast", "Sub", "Add", "Mul", "Div", "Dropout", "BatchNormalization"];

/** The node that reads the image first and does more than pass it on. */
function firstReader(graph: OnnxGraph): NodeProto | undefined {
  let name = graph.image.name;
  for (const node of graph.nodes) {
    if (!node.inputs.includes(name) || node.op === "Shape") continue;
    if (!PASSING.includes(node.op)) return node;
    name = node.outputs[0] ?? name;
  }
  return undefined;
}

/** A shape of four that a reader of rows or maps makes of the image, where that is a constant. */
function shapeAfter(reader: NodeProto | undefined, graph: OnnxGraph): number[] {
  if (reader?.op !== "Reshape") return [];
  const name = reader.inputs[1] ?? "";
  const maker = graph.producerOf(name);
  const data = (graph.constant(name) ?? (maker?.op === "Constant" ? constantOf(maker) : null))?.data;
  return data?.length === 4 ? [...data] : [];
}

const square = (features: number): number => {
  const side = Math.round(Math.sqrt(features));
  return side * side === features ? side : 1;
};

/** Whether channels come last: what reads the image says so or, where nothing does, three channels or one in the last place. */
function isChannelsLast(dims: readonly number[], reader: NodeProto | undefined, after: readonly number[]): boolean {
  const [, first = 0, , last = 0] = dims;
  if (reader?.op === "Transpose") return reader.attributes.get("perm")?.ints.join() === "0,3,1,2";
  if (["Conv", "MaxPool", "AveragePool", "GlobalAveragePool"].includes(reader?.op ?? "")) return false;
  if (after.length === 4 && last === 1) return after[1] === 1;
  return ![1, 3].includes(first) && [1, 3].includes(last);
}

/** The image as the first value. @throws ReceptiveFailure `malformed_onnx` for an input that is no image of a known size. */
function imageOf(to: Translation): Value {
  const { graph } = to;
  const { name, dims } = graph.image;
  const sizes = dims.map((size) => size ?? Number.NaN);
  const inner = sizes.slice(1);
  const wrong = inner.find((size) => !(size >= 1));
  const large = inner.find((size) => size > LARGEST);
  if (dims.length < 2 || dims.length > 4 || wrong !== undefined) throw malformed("input", { name });
  if (large !== undefined && dims.length > 2) throw malformed("dimension", { name, at: large, limit: LARGEST });
  const reader = firstReader(graph);
  const after = shapeAfter(reader, graph);
  const [, a = 1, b = 1, c = 1] = sizes;
  const image = (shape: [number, number, number], ...axes: Axis[]): Value => {
    to.input = shape;
    return { node: IMAGE, shape, axes: ["N", ...axes], order: null };
  };
  if (dims.length === 3) return image([1, a, b], "H", "W");
  if (dims.length === 4) return isChannelsLast(sizes, reader, after) ? image([c, a, b], "H", "W", "C") : image([a, b, c], "C", "H", "W");
  if (a > LARGEST * LARGEST) throw malformed("dimension", { name, at: a, limit: LARGEST * LARGEST });
  // A row of pixels: what it is reshaped to says of which image; otherwise it is a square one.
  const [, ...shape] = after;
  const [x = 1, y = 1, z = 1] = shape;
  if (productOf(shape) === a && shape.length === 3 && Math.max(...shape) <= LARGEST)
    return x <= 4 || z > 4 ? image([x, y, z], "C", "H", "W") : image([z, x, y], "H", "W", "C");
  const side = square(a);
  if (side === 1 && a > LARGEST) throw malformed("dimension", { name, at: a, limit: LARGEST });
  return side > 1 ? image([1, side, side], "C", "H", "W") : image([1, 1, a], "C", "H", "W");
}

/** Where the file's image is a row, what reads that: `flatten` and its like change nothing more. */
function begin(to: Translation): void {
  const { name, dims } = to.graph.image;
  const image = imageOf(to);
  if (dims.length !== 2) return to.set(name, image);
  const reader = firstReader(to.graph);
  if (shapeAfter(reader, to.graph).length === 4) return to.set(name, image);
  const row: NodeProto = { name, op: "Flatten", domain: "", inputs: [name], outputs: [name], attributes: new Map() };
  to.set(name, to.add(row, "flatten", {}, { inputs: [image], shape: [productOf(image.shape)], axes: ["N", "F"] }));
}

/**
 * What a file says, operator by operator.
 *
 * @throws ReceptiveFailure `malformed_onnx` for a file that breaks the format's rules, `unsayable_onnx` for one that the language has
 * no words for.
 */
export function readGraph(model: ModelProto): FlatNetwork {
  const graph = new OnnxGraph({ ...model, graph: withPatterns(model.graph, new OnnxGraph(model)) });
  const to = new Translation(graph);
  begin(to);
  for (const node of graph.nodes) {
    const constant = folded(node, to);
    if (constant) {
      to.set(node.outputs[0], constant);
      continue;
    }
    const write = OPERATORS[node.domain ? `${node.domain}.${node.op}` : node.op];
    if (!write) throw unsayable(blamed(node), "operator");
    write(node, to);
  }
  const [output, ...others] = graph.outputs;
  const found = to.get(output?.name ?? "");
  const last = graph.producerOf(output?.name ?? "");
  if (!found || !last || isConstant(found) || found.node === IMAGE) throw malformed("no_graph");
  if (others.length > 0) throw unsayable(blamed(graph.producerOf(others[0]?.name ?? "") ?? last), "outputs");
  if (found.order) throw unsayable(blamed(last), "order");
  return to.finish(graph.title, found);
}
