/** What layers are called: as in the file, where that is a name that a person would know again. */
import type { FlatNetwork } from "../flat.ts";
import type { NodeProto } from "./model.ts";

/** `weight` and the like, as programs put it behind a layer's name. */
const ROLE = /[./](?:weight|kernel|gamma|scale|W|w)$/u;
/** A number, `onnx::Conv_123`, `Conv_0`: made up by a program. */
const MADE_UP = /^(?:onnx::.*|\d+|[A-Z][A-Za-z]*(?:_\d+)?)$/u;
/** Words of TensorFlow around a name. */
const WRAPPERS = /^(?:StatefulPartitionedCall|PartitionedCall|model(?:_\d+)?|sequential(?:_\d+)?|functional(?:_\d+)?)$/u;

/** A layer's name, by its weight's or its node's; null where neither says anything. */
export function layerName({ name, inputs }: NodeProto): string | null {
  const weight = inputs[1] ?? "";
  if (ROLE.test(weight) && !weight.includes("/")) return clean(weight.replace(ROLE, ""));
  return fromPath(name);
}

/** `/layer1/layer1.0/conv1/Conv` (PyTorch), `model/conv2d/Conv2D` (TensorFlow), or a plain name. */
function fromPath(name: string): string | null {
  const parts = name
    .replace(/:\d+$/u, "")
    .split("/")
    .filter((part) => part !== "" && !WRAPPERS.test(part));
  if (!name.includes("/")) return MADE_UP.test(name) ? null : clean(name);
  const words = parts.filter((part, at) => at === 0 || /^[a-z\d]/u.test(part));
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    if (before !== undefined && word.startsWith(`${before}.`)) joined.pop();
    joined.push(word);
  }
  const found = name.startsWith("/") ? joined.join(".") : (joined[0] ?? "");
  return MADE_UP.test(found) ? null : clean(found);
}

function clean(name: string): string | null {
  const letters = name.replace(/[^\p{L}\p{N}_.-]+/gu, "_").replace(/^[._]+|[._]+$/gu, "");
  return letters !== "" && letters.length <= 80 && !/^input(?:\.|$)/u.test(letters) ? letters : null;
}

/** What layers without a name are called, by their operator. */
const SHORT: Readonly<Record<string, string>> = {
  conv2d: "conv",
  conv_transpose2d: "up",
  linear: "fc",
  batch_norm2d: "bn",
  channel_affine: "affine",
  rbf: "rbf",
};

/**
 * Gives every layer with parameters a name of its own: its weights are found by it. Others have none. No name is another's beginning up
 * to a dot,
 * which the language does not take.
 */
export function giveNames({ nodes }: Pick<FlatNetwork, "nodes">): void {
  const wanted = new Map<string, number>();
  for (const { name } of nodes) if (name !== null) wanted.set(name, (wanted.get(name) ?? 0) + 1);
  const prefixes = new Set([...wanted.keys()].flatMap((name) => [...name.matchAll(/\./gu)].map(({ index }) => name.slice(0, index))));
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const short = SHORT[node.op];
    const { name } = node;
    if (!short) {
      node.name = null;
      continue;
    }
    node.name = name;
    if (name === null || wanted.get(name) !== 1 || prefixes.has(name)) {
      let count = counts.get(short) ?? 0;
      do count += 1;
      while (wanted.has(`${short}${count}`) || prefixes.has(`${short}${count}`));
      counts.set(short, count);
      node.name = `${short}${count}`;
    }
  }
}
