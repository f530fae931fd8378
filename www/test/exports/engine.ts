/** The engine's package in node, all networks that come with it, and weights for them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Examination, Spec } from "../../../src/web/types.d.ts";
import type { Network, Tensor } from "../../src/exports/network.ts";
import { parametersOf, readNetwork, statisticsOf } from "../../src/exports/network.ts";
import { safetensors, Weights } from "../../src/exports/weights.ts";

export const ROOT = process.env.RECEPTIVE_ROOT ?? "..";

/** What of the package is used here. Its own types are only there once it is built. */
interface Package {
  default(options: { module_or_path: Uint8Array }): Promise<unknown>;
  presets(): { name: string; spec: Spec }[];
  examine(spec: Spec): Examination;
  Network: { create(spec: Network["spec"], backend: "cpu"): Promise<Running> };
}
interface Running {
  loadWeights(file: Blob): Promise<unknown>;
  forward(image: Float32Array): Promise<{ logits: Float32Array }>;
  free(): void;
}

const pack = (await import(pathToFileURL(join(ROOT, "pkg/receptive.js")).href)) as Package;
await pack.default({ module_or_path: readFileSync(join(ROOT, "pkg/receptive_bg.wasm")) });

interface Known {
  name: string;
  spec: Spec;
  normalization?: { mean: number[]; std: number[] };
}
const architectures = JSON.parse(readFileSync(join(ROOT, "www/architectures.json"), "utf8")) as { networks: Known[] };
const known: Known[] = [...pack.presets(), ...architectures.networks];

/** Names of the presets for MNIST. */
export const PRESETS = pack.presets().map(({ name }) => name);

export const PRESET_LIST = pack.presets();

export const examine = (spec: Spec): Examination => pack.examine(spec);

/** What the engine says of a specification that is right. @throws Error with what is wrong with another. */
export function examined(spec: Spec): NonNullable<Examination["network"]> {
  const { network, error } = pack.examine(spec);
  if (!network || error) throw new Error(JSON.stringify(error));
  return network;
}

export function networkOf(spec: Spec, normalization?: Known["normalization"]): Network {
  return readNetwork(spec, examined(spec), normalization);
}

/** A preset, or a network at true size. */
export function network(name: string): Network {
  const found = known.find((other) => other.name === name);
  if (!found) throw new Error(`there is no network ${name}`);
  return networkOf(found.spec, found.normalization);
}

/** Numbers in ±1, the same every time. */
export function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Drawn once: a prime number of them, so that no two layers have the same. */
const TABLE = Float32Array.from({ length: 65_537 }, drawing(1));

/** Weights for a network: such that no value grows or vanishes on its way, and statistics that are not those of the start. */
export async function weightsFor(of: Network): Promise<Weights> {
  let drawn = 0;
  const values = ({ name, shape }: Tensor): Float32Array => {
    const count = shape.reduce((product, size) => product * size, 1);
    const norm = name.endsWith("weight") ? [1, 0.2] : [0, 0.1];
    const [centre = 0, width = 1] =
      shape.length > 1 ? [0, Math.sqrt((3 * (shape[0] ?? 1)) / count)] : name.endsWith("running_var") ? [1.5, 1] : norm;
    const scaled = TABLE.map((value) => centre + width * value);
    const filled = new Float32Array(count);
    for (let at = 0; at < count; ) {
      const piece = scaled.subarray(drawn, drawn + count - at);
      filled.set(piece, at);
      at += piece.length;
      drawn = (drawn + piece.length) % TABLE.length;
    }
    return filled;
  };
  const tensors = of.nodes.flatMap((node) => [...parametersOf(node), ...statisticsOf(node)]);
  const written = tensors.map((tensor): [Tensor, Uint8Array] => [tensor, new Uint8Array(values(tensor).buffer)]);
  return Weights.read(new Blob(safetensors(written, { step: "7" }) as BlobPart[]));
}

/** A picture, channel by channel, of pixels between 0 and 1. */
export function picture(of: Network): Float32Array {
  const draw = drawing(99);
  return Float32Array.from({ length: of.input.reduce((product, size) => product * size, 1) }, () => 0.5 + draw() / 2);
}

/** What the engine's own kernels make of a picture. */
export async function logits(of: Network, weights: Weights, pixels: Float32Array): Promise<Float32Array> {
  const ours = await pack.Network.create(of.spec, "cpu");
  await ours.loadWeights(weights.file);
  const { mean, std } = of.normalization ?? { mean: [0], std: [1] };
  const plane = of.input[1] * of.input[2];
  const channel = (at: number): number => Math.floor(at / plane);
  const image = pixels.map((pixel, at) => (pixel - (mean[channel(at)] ?? 0)) / (std[channel(at)] ?? 1));
  const { logits: found } = await ours.forward(image);
  ours.free();
  return found;
}

/** How far two outputs are apart, as a part of the largest value. */
export function apart(found: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] ?? Number.NaN))), 0);
  return found.length === expected.length && largest > 0 ? difference / largest : Number.NaN;
}

const conv = { op: "conv2d", out_channels: 6, kernel_size: 3, padding: 1 };
const end = [{ op: "flatten" }, { op: "linear", out_features: 10 }];
/** Networks that no preset is like. */
export const ODD: { [name: string]: unknown[] } = {
  "ceil_mode, with and without padding that counts": [
    conv,
    { op: "avg_pool2d", kernel_size: 3, stride: 2, padding: 1, ceil_mode: true },
    { op: "avg_pool2d", kernel_size: 4, stride: 3, padding: 1, ceil_mode: true, count_include_pad: false },
    { op: "max_pool2d", kernel_size: 2, stride: 3, ceil_mode: true },
    ...end,
  ],
  "a divisor of its own, dilation, strides that leave pixels out": [
    { ...conv, dilation: 2, stride: [2, 1] },
    { op: "avg_pool2d", kernel_size: [2, 3], stride: 2, divisor_override: 5 },
    { op: "max_pool2d", kernel_size: 3, stride: 2, dilation: 2 },
    ...end,
  ],
  "adaptive pooling to sizes that divide, and that do not": [
    conv,
    { op: "adaptive_avg_pool2d", output_size: [14, 7] },
    { op: "adaptive_avg_pool2d", output_size: [5, 4] },
    ...end,
  ],
  "LRN of odd and even sizes": [
    conv,
    { op: "local_response_norm", size: 3, alpha: 0.5, k: 2 },
    { op: "local_response_norm", size: 4, alpha: 0.5, alpha_over_size: false },
    ...end,
  ],
  "batch norm without parameters and with another eps": [
    conv,
    { op: "batch_norm2d", affine: false },
    { op: "batch_norm2d", eps: 0.1 },
    { op: "relu" },
    ...end,
  ],
  "padding of its own for each side, channels of zeros, a rectangle": [
    { op: "pad2d", padding: [1, 2, 3, 4] },
    conv,
    { op: "pad_channels", before: 1, after: 2 },
    { op: "crop2d", offset: [2, 1], size: [20, 21] },
    { op: "channel_affine" },
    ...end,
  ],
  "activations, factors, dropped layers, the order of flatten": [
    conv,
    { op: "sigmoid" },
    { op: "stochastic_depth", p: 0.3 },
    { op: "scaled_tanh", slope: 0.5 },
    { op: "flatten" },
    { op: "dropout", p: 0.3 },
    { op: "linear", out_features: 12, bias: false },
    { op: "tanh" },
    { op: "mul_const", factor: -2 },
    { op: "linear", out_features: 10 },
    { op: "log_softmax" },
    { op: "softmax" },
  ],
  "transposed convolution, upsampling, a long skip that is cut to size": [
    { ...conv, groups: 1 },
    { save: "wide" },
    { op: "max_pool2d", kernel_size: 2 },
    { op: "conv_transpose2d", out_channels: 4, kernel_size: 3, stride: 2, padding: 1, output_padding: 1, groups: 2 },
    { op: "crop2d", size: 25 },
    { join: "wide", crop: true },
    { op: "upsample", scale_factor: [2, 1] },
    { op: "global_avg_pool2d" },
    ...end,
  ],
  "three branches added, an empty one, option A": [
    conv,
    { parallel: { branches: [[{ ...conv, kernel_size: 1, padding: 0 }], [], [conv]], join: "add" } },
    { residual: { body: [{ ...conv, out_channels: 9, stride: 2 }], shortcut: "pad", after: "relu" } },
    ...end,
  ],
  "codes that are trained, and random ones": [
    conv,
    { op: "flatten" },
    { op: "linear", out_features: 8 },
    { op: "rbf", out_features: 12 },
    { op: "mul_const", factor: 0.01 },
    { op: "rbf", out_features: 10, trainable: false, codes: "random" },
  ],
};
