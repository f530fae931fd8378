/** The network's weights as a safetensors file of their own: PyTorch's names, and what they are of in the metadata. */
import type { ExportedFile, Exporter } from "./exporter.ts";
import type { Network, Tensor } from "./network.ts";
import { ExportError, parametersOf, statisticsOf } from "./network.ts";
import type { Weights, Written } from "./weights.ts";
import { safetensors } from "./weights.ts";

/** All that a network's weights are. Without those of heads where the file has none: they are for training only. */
export function tensorsOf(network: Network, weights: Weights): Tensor[] {
  return network.nodes.flatMap((node) => {
    const tensors = [...parametersOf(node), ...statisticsOf(node)];
    return node.head !== null && tensors.some(({ name }) => !weights.has(name)) ? [] : tensors;
  });
}

export async function exportedWeights(network: Network, weights: Weights, stem: string): Promise<ExportedFile> {
  const written: [Tensor, Uint8Array | Blob][] = [];
  for (const tensor of tensorsOf(network, weights)) written.push([tensor, await weights.floats(tensor)]);
  const { step, epoch, seed } = weights.metadata;
  const metadata: Record<string, string> = { format: "pt", producer: "receptive", spec: JSON.stringify(network.spec) };
  for (const [key, value] of Object.entries({ step, epoch, seed })) if (value !== undefined) metadata[key] = value;
  return { name: `${stem}.safetensors`, type: "application/octet-stream", parts: safetensors(written satisfies Written, metadata) };
}

/** Writes the weights alone. */
export const ownWeights: Exporter = {
  name: "safetensors",
  async export(network, { stem, weights }) {
    if (!weights) throw new ExportError("weights", "there are no weights to write");
    return [await exportedWeights(network, weights, stem)];
  },
};
