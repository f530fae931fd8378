/** A network as a list of operators of the language, each with what it reads: between another program's graph and a specification. */
import type { Blamed } from "./fault.ts";

/** The image, among {@link FlatNode.inputs}. */
export const IMAGE = -1;

/** A parameter or a statistic of a node, in PyTorch's layout. */
export interface FlatTensor {
  /** `weight`, `running_mean`, … */
  readonly role: string;
  readonly shape: readonly number[];
  /** Null where the file has the shape only. */
  readonly values: Float32Array | null;
}

export interface FlatNode {
  op: string;
  fields: Record<string, unknown>;
  /** Places in the list, all before its own. */
  inputs: readonly number[];
  /** Without the batch: `[channels, height, width]` or `[features]`. */
  shape: readonly number[];
  /** What the file calls it; null where it says nothing of use. */
  name: string | null;
  tensors: readonly FlatTensor[];
  /** What it was made of. */
  readonly of: Blamed;
}

export interface FlatNetwork {
  readonly title: string;
  input: readonly [channels: number, height: number, width: number];
  nodes: FlatNode[];
  output: number;
}

/** For each node, and for the image at the end (as `at(IMAGE)` finds it), those that read it. */
export function readersOf({ nodes }: Pick<FlatNetwork, "nodes">): number[][] {
  const readers: number[][] = Array.from({ length: nodes.length + 1 }, () => []);
  for (const [at, { inputs }] of nodes.entries()) for (const input of new Set(inputs)) readers.at(input)?.push(at);
  return readers;
}

/** The same list without some nodes, whose readers read what `instead` says: another node before them, or the image. */
export function without(network: FlatNetwork, instead: ReadonlyMap<number, number>): void {
  const places = new Map<number, number>([[IMAGE, IMAGE]]);
  const kept: FlatNode[] = [];
  const placeOf = (at: number): number => places.get(at) ?? IMAGE;
  for (const [at, node] of network.nodes.entries()) {
    const other = instead.get(at);
    if (other !== undefined) {
      places.set(at, placeOf(other));
      continue;
    }
    places.set(at, kept.length);
    kept.push({ ...node, inputs: node.inputs.map(placeOf) });
  }
  network.nodes = kept;
  network.output = placeOf(network.output);
}
