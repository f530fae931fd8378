/** A network as an ONNX file. */
import type { ExportedFile, Exporter, ExportOptions } from "../exporter.ts";
import type { Network, Tensor } from "../network.ts";
import { parametersOf, statisticsOf } from "../network.ts";
import { exportedWeights } from "../own-weights.ts";
import { Weights } from "../weights.ts";
import { lower } from "./lower.ts";
import type { Message, OnnxNode, Part } from "./proto.ts";
import { externalTensor, model, node, tensor, valueInfo } from "./proto.ts";

/** The size that is free. */
const BATCH = "batch";

const floats = (values: Float32Array | readonly number[]): Part | readonly number[] =>
  values instanceof Float32Array ? new Uint8Array(values.slice().buffer) : values;

/** A factor or summand for each channel is multiplied along the second axis of four. */
function shapeOf(network: Network, owner: Network["nodes"][number], { shape }: Tensor): readonly number[] {
  const rank = network.nodes.find(({ name }) => name === owner.name)?.inputShapes[0]?.length ?? 3;
  return owner.op === "channel_affine" && rank === 3 ? [...shape, 1, 1] : shape;
}

/** The nodes that take pixels between 0 and 1 to what the weights expect. */
function normalization(network: Network): { nodes: OnnxNode[]; constants: Message[]; value: string } {
  if (!network.normalization) return { nodes: [], constants: [], value: "input" };
  const { mean, std } = network.normalization;
  const shape = [1, mean.length, 1, 1];
  const constant = (name: string, values: readonly number[]): Message => tensor(name, shape, floats(Float32Array.from(values)));
  return {
    nodes: [
      { op: "Sub", name: "input.centred", inputs: ["input", "input.mean"], output: "input.centred", about: "pixels between 0 and 1" },
      { op: "Div", name: "input.normalized", inputs: ["input.centred", "input.std"], output: "input.normalized" },
    ],
    constants: [constant("input.mean", mean), constant("input.std", std)],
    value: "input.normalized",
  };
}

/** The parts of the file. Without weights, parameters are inputs of the graph. */
async function modelParts(network: Network, { weights, external }: { weights: Weights | null; external: string | null }): Promise<Message> {
  const before = normalization(network);
  const nodes = before.nodes.map(node);
  const initializers = [...before.constants];
  const inputs = [valueInfo("input", [BATCH, ...network.input])];
  const values: Message[] = [];
  for (const layer of network.nodes.filter(({ head }) => head === null)) {
    const lowered = lower(
      layer,
      layer.inputs.map((name) => (name === "input" ? before.value : name)),
    );
    nodes.push(...lowered.nodes.map(node));
    initializers.push(...lowered.constants.map(({ name, shape, values: own }) => tensor(name, shape, floats(own))));
    for (const own of [...parametersOf(layer), ...statisticsOf(layer)]) {
      const shape = shapeOf(network, layer, own);
      const place = external === null ? null : (weights?.place(own) ?? null);
      if (!weights) inputs.push(valueInfo(own.name, shape));
      else if (external !== null && place) initializers.push(externalTensor(own.name, shape, external, place));
      else initializers.push(tensor(own.name, shape, (await weights.floats(own)) as Part));
    }
    if (layer.name !== network.output) values.push(valueInfo(layer.name, [BATCH, ...layer.outputShape]));
  }
  const output = network.nodes.find(({ name }) => name === network.output)?.outputShape ?? [];
  const graph = { name: network.title, nodes, initializers, inputs, outputs: [valueInfo(network.output, [BATCH, ...output])], values };
  return model(graph, { spec: JSON.stringify(network.spec) });
}

/** Writes one file; with `external`, the weights beside it as a safetensors file that it points into. */
export const onnx: Exporter = {
  name: "onnx",
  async export(network: Network, { stem, weights, external = false }: ExportOptions): Promise<ExportedFile[]> {
    const beside = weights && external ? await exportedWeights(network, weights, stem) : null;
    const own = beside ? await Weights.read(new Blob(beside.parts as BlobPart[])) : weights;
    const parts = await modelParts(network, { weights: own, external: beside?.name ?? null });
    const file = { name: `${stem}.onnx`, type: "application/octet-stream", parts };
    return beside ? [file, beside] : [file];
  },
};
