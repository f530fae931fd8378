/**
 * What a file does to the image before its first layer. Images come to networks here normalized (`MNIST`: a pixel between 0 and 1, less
 * 0.1307, over 0.3081).
 * A file that does the same itself needs it no more; one that does otherwise gets a layer that leads from these images to its own.
 */
import { MNIST } from "../exports/network.ts";
import type { FlatNetwork, FlatNode } from "./flat.ts";
import { IMAGE, readersOf, without } from "./flat.ts";

/** Where images are normalized: in the file as here, in the file in another way, or nowhere in it. */
export type Normalizing = "same" | "other" | "outside";

/** A factor and a summand for each channel; null for a layer that is none, or whose values nobody knows. */
function affineOf({ op, fields, tensors, shape }: FlatNode): { scale: number[]; offset: number[] } | null {
  const channels = shape[0] ?? 1;
  if (op === "mul_const")
    return { scale: new Array<number>(channels).fill(Number(fields.factor)), offset: new Array<number>(channels).fill(0) };
  const [weight, bias] = tensors;
  return op === "channel_affine" && weight?.values && bias?.values ? { scale: [...weight.values], offset: [...bias.values] } : null;
}

/** Pixels from 0 to 255 rather than to 1: by how much they are scaled, or what is taken from them. */
const takesBytes = (scale: readonly number[], offset: readonly number[]): boolean =>
  Math.max(...scale.map(Math.abs)) <= 1 / 16 || Math.max(...offset.map(Math.abs)) > 16;

/** Takes the normalization out of a network, or makes one layer of it that reads images as they are here. */
export function withNormalization(network: FlatNetwork): Normalizing {
  const readers = readersOf(network);
  const chain: number[] = [];
  const scale = new Array<number>(network.input[0]).fill(1);
  const offset = new Array<number>(network.input[0]).fill(0);
  for (let at = readers.at(IMAGE)?.length === 1 ? readers.at(IMAGE)?.[0] : undefined; at !== undefined; ) {
    const node = network.nodes[at];
    const own = node?.shape.length === 3 && at !== network.output ? affineOf(node) : null;
    if (!own) break;
    for (let channel = 0; channel < scale.length; channel += 1) {
      scale[channel] = (scale[channel] ?? 1) * (own.scale[channel] ?? 1);
      offset[channel] = (offset[channel] ?? 0) * (own.scale[channel] ?? 1) + (own.offset[channel] ?? 0);
    }
    chain.push(at);
    at = readers[at]?.length === 1 ? readers[at]?.[0] : undefined;
  }
  const [first, ...others] = chain;
  const node = first === undefined ? undefined : network.nodes[first];
  if (first === undefined || !node) return "outside";
  const [mean] = MNIST.mean;
  const [std] = MNIST.std;
  // Of networks for other images nobody says how they are normalized: they get what the file gets.
  const isGrey = network.input[0] === 1 && mean !== undefined && std !== undefined;
  const range = takesBytes(scale, offset) ? 255 : 1;
  const toFile = isGrey ? { scale: std * range, offset: mean * range } : { scale: 1, offset: 0 };
  const whole = scale.map((value, channel) => [value * toFile.scale, value * toFile.offset + (offset[channel] ?? 0)] as const);
  const isSame = whole.every(([factor, summand]) => Math.abs(factor - 1) < 1e-5 && Math.abs(summand) < 1e-5);
  const left = isSame ? chain : others;
  if (!isSame) {
    const shape = [whole.length];
    const [weight, bias] = [Float32Array.from(whole, ([factor]) => factor), Float32Array.from(whole, ([, summand]) => summand)];
    const tensors = [
      { role: "weight", shape, values: weight },
      { role: "bias", shape, values: bias },
    ];
    network.nodes[first] = { ...node, op: "channel_affine", fields: {}, name: node.name ?? "normalize", tensors };
  }
  without(network, new Map(left.map((at) => [at, isSame ? IMAGE : first])));
  return isSame ? "same" : "other";
}
