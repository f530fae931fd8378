/** Operators that say in one word what a file says in several. None changes what the network computes. */
import type { FlatNetwork, FlatNode } from "./flat.ts";
import { readersOf, without } from "./flat.ts";

/** Left, right, top, bottom. */
function sidesOf({ fields }: FlatNode): number[] {
  const { padding } = fields;
  return Array.isArray(padding) ? (padding as number[]) : new Array<number>(4).fill(Number(padding));
}

const pairOf = (value: unknown, otherwise: number): [number, number] =>
  Array.isArray(value) ? [Number(value[0]), Number(value[1])] : [Number(value ?? otherwise), Number(value ?? otherwise)];
const short = ([first, second]: readonly [number, number]): number | [number, number] => (first === second ? first : [first, second]);

/** Zeros around a map that only a convolution or a mean reads become its padding, where they are as many on opposite sides. */
function withPadding(network: FlatNetwork): void {
  const readers = readersOf(network);
  const gone = new Map<number, number>();
  for (const [at, node] of network.nodes.entries()) {
    const reader = network.nodes[readers[at]?.length === 1 ? (readers[at]?.[0] ?? -1) : -1];
    if (node.op !== "pad2d" || !reader || at === network.output || reader.fields.padding !== undefined) continue;
    const [left = 0, right = 0, top = 0, bottom = 0] = sidesOf(node);
    const kernel = pairOf(reader.fields.kernel_size, 1);
    const isMean = reader.op === "avg_pool2d" && !reader.fields.ceil_mode && top <= kernel[0] / 2 && left <= kernel[1] / 2;
    if (left !== right || top !== bottom || (reader.op !== "conv2d" && !isMean)) continue;
    const { count_include_pad: _, ...fields } = reader.fields;
    reader.fields = { ...fields, padding: short([top, left]) };
    gone.set(at, node.inputs[0] ?? -1);
  }
  without(network, gone);
}

/** A factor, tanh and a factor are `scaled_tanh` (LeCun et al. 1998). */
function withScaledTanh(network: FlatNetwork): void {
  const readers = readersOf(network);
  const gone = new Map<number, number>();
  const only = (at: number): number => (readers[at]?.length === 1 && at !== network.output ? (readers[at]?.[0] ?? -1) : -1);
  const factorOf = (node: FlatNode | undefined): number => (node?.op === "mul_const" ? Number(node.fields.factor) : Number.NaN);
  for (const [at, node] of network.nodes.entries()) {
    const middle = only(at);
    const end = network.nodes[middle]?.op === "tanh" ? only(middle) : -1;
    const last = network.nodes[end];
    const [slope, amplitude] = [factorOf(node), factorOf(last)];
    if (!last || !(slope >= 0.001 && amplitude >= 0.001 && Math.max(slope, amplitude) <= 1000)) continue;
    const plain = (value: number, otherwise: number): number | undefined => (Math.abs(value / otherwise - 1) < 1e-6 ? undefined : value);
    const fields = { slope: plain(slope, 2 / 3), amplitude: plain(amplitude, 1.7159) };
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    network.nodes[end] = { ...last, op: "scaled_tanh", fields: given };
    gone.set(at, node.inputs[0] ?? -1);
    gone.set(middle, at);
  }
  without(network, gone);
}

/** A mean times a number is a sum over another divisor, where that is whole. */
function withDivisor(network: FlatNetwork): void {
  const readers = readersOf(network);
  const gone = new Map<number, number>();
  for (const [at, node] of network.nodes.entries()) {
    const place = readers[at]?.length === 1 && at !== network.output ? (readers[at]?.[0] ?? -1) : -1;
    const reader = network.nodes[place];
    const { kernel_size: kernel, ceil_mode: ceil, count_include_pad: counts, divisor_override: own } = node.fields;
    if (node.op !== "avg_pool2d" || reader?.op !== "mul_const" || ceil || counts === false || own !== undefined) continue;
    const [height, width] = pairOf(kernel, 1);
    const divisor = (height * width) / Number(reader.fields.factor);
    if (!(divisor >= 0.5 && Math.abs(divisor - Math.round(divisor)) < 1e-5 * divisor)) continue;
    network.nodes[place] = { ...node, fields: { ...node.fields, divisor_override: Math.round(divisor) }, of: reader.of };
    gone.set(at, node.inputs[0] ?? -1);
  }
  without(network, gone);
}

/** Every n-th row, then every n-th column; or each several times: other programs write a node for each. */
function withOneStep(network: FlatNetwork): void {
  const readers = readersOf(network);
  const gone = new Map<number, number>();
  const isStep = ({ op, fields }: FlatNode): boolean =>
    op === "upsample" || (op === "avg_pool2d" && fields.kernel_size === 1 && fields.padding === undefined);
  for (const [at, node] of network.nodes.entries()) {
    const reader = network.nodes[readers[at]?.length === 1 ? (readers[at]?.[0] ?? -1) : -1];
    if (reader?.op !== node.op || !isStep(node) || !isStep(reader) || at === network.output) continue;
    const field = node.op === "upsample" ? "scale_factor" : "stride";
    const [[a, b], [c, d]] = [pairOf(node.fields[field], 1), pairOf(reader.fields[field], 1)];
    reader.fields = { ...reader.fields, [field]: short([a * c, b * d]) };
    gone.set(at, node.inputs[0] ?? -1);
  }
  without(network, gone);
}

/** `[a, b, c]` reads `[a, b]` and c where that is there already: so a dense block is a chain (Huang et al. 2017). */
function withNestedConcats({ nodes }: FlatNetwork): void {
  const known = new Map<string, number>();
  for (const [at, node] of nodes.entries()) {
    if (node.op !== "concat") continue;
    const own = node.inputs;
    for (let length = own.length - 1; length > 1; length -= 1) {
      const before = known.get(own.slice(0, length).join());
      if (before === undefined) continue;
      node.inputs = [before, ...own.slice(length)];
      break;
    }
    known.set(own.join(), at);
  }
}

/** `merges`: whether zeros around a map go into what reads them; in a file of ours they were written so. */
export function tidied(network: FlatNetwork, merges: boolean): void {
  if (merges) withPadding(network);
  withScaledTanh(network);
  withDivisor(network);
  withOneStep(network);
  withNestedConcats(network);
}
