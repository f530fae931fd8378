/** The one list of exporters. **A new exporter adds its line here**, and its texts to the share menu's. */
import type { Exporter } from "./exporter.ts";
import { kerasExporter } from "./keras/script.ts";
import { onnx } from "./onnx/file.ts";
import { ownWeights } from "./own-weights.ts";
import { pytorch } from "./pytorch/script.ts";

export const EXPORTERS = { pytorch, keras: kerasExporter, onnx, safetensors: ownWeights } as const satisfies Record<string, Exporter>;

export type ExporterName = keyof typeof EXPORTERS;

export type { ExportedFile } from "./exporter.ts";
export { ExportError, readNetwork } from "./network.ts";
export { Weights } from "./weights.ts";
