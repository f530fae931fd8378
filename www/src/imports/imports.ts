/**
 * Networks of other programs: what comes in, as a specification and a file of weights. This part of the page's script is fetched when such
 * a file is opened.
 */
import type { Examination } from "../../../src/web/types.d.ts";
import type { Spec } from "../engine/protocol.ts";
import type { Tensor } from "../exports/network.ts";
import { readNetwork } from "../exports/network.ts";
import { safetensors } from "../exports/weights.ts";
import { malformed, named } from "./fault.ts";
import type { FlatNetwork } from "./flat.ts";
import type { Normalizing } from "./normalization.ts";
import { withNormalization } from "./normalization.ts";
import type { ModelProto } from "./onnx/model.ts";
import { readModel } from "./onnx/model.ts";
import { giveNames } from "./onnx/names.ts";
import { readGraph } from "./onnx/read.ts";
import { isSameNetwork } from "./own.ts";
import { structured } from "./structure.ts";
import { tidied } from "./tidy.ts";

/** A network that was read. */
export interface Imported {
  readonly title: string;
  readonly spec: Spec;
  /** A safetensors file with the names of the specification; null where the file has none. */
  readonly weights: Blob | null;
  readonly normalizing: Normalizing;
  /** It ends in softmax, and what trains here has one of its own. */
  readonly endsInSoftmax: boolean;
  /** The specification that the page wrote into the file, where that says the same network: {@link ownSpec}. */
  readonly said: unknown;
  readonly flat: FlatNetwork;
}

/** Titles that programs give to every graph. */
const NO_TITLE = /^(?:main_graph|torch[-_]jit.*|tf2onnx.*|graph.*|model|main|\W*)$/iu;

const titleOf = (graph: string, file: string): string => {
  const title = NO_TITLE.test(graph) ? file.replace(/\.[^.]*$/u, "") : graph;
  return title.trim().slice(0, 80) || "network";
};

/** The weights as a file; null where some have no values. */
function weightsOf({ nodes }: FlatNetwork): Blob | null {
  const written: [Tensor, Uint8Array][] = [];
  for (const { name, tensors } of nodes) {
    for (const { role, shape, values } of tensors) {
      if (!values) return null;
      written.push([{ name: `${name}.${role}`, shape }, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);
    }
  }
  return new Blob(safetensors(written, { format: "pt" }) as BlobPart[]);
}

/** A class for every pixel of a digit and of what it stands on. */
const dataOf = (input: readonly number[], output: readonly number[]): string | null =>
  input.join() === "1,28,28" && output.join() === "11,28,28" ? "cluttered_mnist" : null;

/** The specification in a file of ours; null in any other. */
function saidIn({ producer, metadata }: ModelProto): unknown {
  if (producer !== "receptive") return null;
  try {
    return JSON.parse(metadata.get("spec") ?? "null");
  } catch {
    return null;
  }
}

/**
 * The network as the page wrote it, with its groups, heads and settings, where the file's graph says the same; otherwise as it was read.
 * `examine` is the engine's.
 */
export async function withOwnSpec(imported: Imported, examine: (spec: Spec) => Promise<Examination>): Promise<Imported> {
  const { said, flat } = imported;
  if (typeof said !== "object" || said === null || !("layers" in said) || !Array.isArray(said.layers)) return imported;
  const spec = said as Spec;
  const { network, error } = await examine(spec);
  if (!network || error) return imported;
  const isSame = isSameNetwork(flat, readNetwork(spec as never, network, null));
  return isSame ? { ...imported, spec, title: spec.name ?? imported.title } : imported;
}

/**
 * Reads an ONNX file.
 *
 * @throws ReceptiveFailure `malformed_onnx` for a file that breaks the format's rules, `unsayable_onnx` for what the language has no
 * words for.
 */
export function readOnnx(bytes: Uint8Array, file: string): Imported {
  try {
    const model = readModel(bytes);
    const network = readGraph(model);
    const normalizing = withNormalization(network);
    tidied(network, model.producer !== "receptive");
    if (network.nodes.length === 0) throw malformed("no_graph");
    giveNames(network);
    const layers = structured(network);
    const title = titleOf(network.title, file);
    const last = network.nodes[network.output];
    const data = dataOf(network.input, last?.shape ?? []);
    const spec = { version: 1, name: title, input: [...network.input], ...(data ? { data } : {}), layers } as unknown as Spec;
    const endsInSoftmax = last?.op === "softmax" || last?.op === "log_softmax";
    return { title, spec, weights: weightsOf(network), normalizing, endsInSoftmax, said: saidIn(model), flat: network };
  } catch (thrown) {
    throw named(thrown, file);
  }
}
