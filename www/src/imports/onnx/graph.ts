/** A graph as it is walked: only what the output needs, each node behind those that it reads. */
import { malformed } from "../fault.ts";
import type { Constant } from "./constant.ts";
import { productOf, readTensor } from "./constant.ts";
import type { GraphProto, ModelProto, NodeProto, TensorProto, ValueInfo } from "./model.ts";

export class OnnxGraph {
  readonly opset: number;
  readonly title: string;
  readonly producer: string;
  readonly image: ValueInfo;
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly NodeProto[];
  readonly #producers = new Map<string, NodeProto>();
  readonly #uses = new Map<string, number>();
  readonly #initializers = new Map<string, TensorProto>();
  readonly #parameters = new Map<string, ValueInfo>();
  readonly #constants = new Map<string, Constant>();

  /** @throws ReceptiveFailure `malformed_onnx` for a graph that cannot be walked from its output to its input. */
  constructor({ graph, opset, producer }: ModelProto) {
    [this.opset, this.title, this.producer, this.outputs] = [opset, graph.name, producer, graph.outputs];
    for (const tensor of graph.initializers) this.#initializers.set(tensor.name, tensor);
    for (const node of graph.nodes) {
      for (const output of node.outputs.filter((name) => name !== "")) {
        if (this.#producers.has(output) || this.#initializers.has(output)) throw malformed("twice", { name: output });
        this.#producers.set(output, node);
      }
    }
    this.image = this.#inputs(graph);
    if (graph.outputs.length === 0) throw malformed("no_graph");
    this.nodes = this.#walk(graph);
    for (const name of this.nodes.flatMap(({ inputs }) => inputs)) if (name !== "") this.#uses.set(name, this.uses(name) + 1);
    for (const { name } of graph.outputs) this.#uses.set(name, this.uses(name) + 1);
  }

  /** The node that makes a value. */
  producerOf(name: string): NodeProto | undefined {
    return this.#producers.get(name);
  }

  /** How many read a value; the file's output counts as one. */
  uses(name: string): number {
    return this.#uses.get(name) ?? 0;
  }

  /** A constant of the file: null for what is none. @throws ReceptiveFailure where its values cannot be read. */
  constant(name: string): Constant | null {
    const known = this.#constants.get(name);
    if (known) return known;
    const tensor = this.#initializers.get(name);
    const parameter = this.#parameters.get(name);
    if (!tensor && !parameter) return null;
    const read = tensor ? readTensor(tensor) : { name, dims: sizesOf(parameter), data: null };
    this.#constants.set(name, read);
    return read;
  }

  /** The first input that is no weight; the others are weights that the file only has the shapes of. */
  #inputs({ inputs }: GraphProto): ValueInfo {
    const [image, ...parameters] = inputs.filter(({ name }) => !this.#initializers.has(name));
    if (!image) throw malformed("no_input");
    for (const parameter of parameters) {
      if (parameter.dims.length === 0 || parameter.dims.includes(null)) throw malformed("inputs", { name: parameter.name });
      if (productOf(sizesOf(parameter)) > 2 ** 40)
        throw malformed("dimension", { name: parameter.name, at: Math.max(...sizesOf(parameter)) });
      this.#parameters.set(parameter.name, parameter);
    }
    return image;
  }

  #known(name: string): boolean {
    return name === "" || name === this.image.name || this.#initializers.has(name) || this.#parameters.has(name);
  }

  /** The nodes that the outputs need, in the file's order where that is one; without recursion, since a chain may be long. */
  #walk(graph: GraphProto): NodeProto[] {
    const order: NodeProto[] = [];
    const state = new Map<NodeProto, "open" | "done">();
    const needed = ({ inputs }: NodeProto): NodeProto[] =>
      inputs.flatMap((name) => {
        const producer = this.#producers.get(name);
        if (!producer && !this.#known(name)) throw malformed("missing", { name });
        return producer ?? [];
      });
    for (const { name } of graph.outputs) {
      const last = this.#producers.get(name);
      if (!last && !this.#known(name)) throw malformed("missing", { name });
      const stack = last ? [last] : [];
      for (let node = stack.at(-1); node; node = stack.at(-1)) {
        if (state.get(node) === "done") {
          stack.pop();
          continue;
        }
        const before = needed(node).filter((other) => state.get(other) !== "done");
        if (before.length === 0) {
          state.set(node, "done");
          order.push(node);
          stack.pop();
          continue;
        }
        state.set(node, "open");
        const circle = before.find((other) => state.get(other) === "open");
        if (circle) throw malformed("cycle", { name: circle.name });
        stack.push(...before);
      }
    }
    const place = new Map(graph.nodes.map((node, at) => [node, at]));
    const sorted = [...order].sort((one, other) => (place.get(one) ?? 0) - (place.get(other) ?? 0));
    const seen = new Set<NodeProto>();
    const isOrder = sorted.every((node) => {
      seen.add(node);
      return needed(node).every((other) => seen.has(other) && other !== node);
    });
    return isOrder ? sorted : order;
  }
}

const sizesOf = (info: ValueInfo | undefined): number[] => (info?.dims ?? []).map((size) => size ?? 0);
