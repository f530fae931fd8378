/**
 * What a graph computes of constants alone: sizes for a reshape, weights that are transposed or scaled. Folding takes no more memory
 * than the larger
 * of what it reads.
 */
import type { Constant } from "./constant.ts";
import { constant, isConstant, productOf } from "./constant.ts";
import type { NodeProto } from "./model.ts";
import type { Translation } from "./translation.ts";
import { constantOf, intOf } from "./translation.ts";

/** So many values may be made of a shape alone. */
const MOST_FILLED = 1 << 16;

const COMPUTED: Readonly<Record<string, (one: number, other: number) => number>> = {
  Add: (one, other) => one + other,
  Sub: (one, other) => one - other,
  Mul: (one, other) => one * other,
  Div: (one, other) => one / other,
  Pow: (one, other) => one ** other,
};
const MAPPED: Readonly<Record<string, (value: number) => number>> = {
  Neg: (value) => -value,
  Sqrt: Math.sqrt,
  Reciprocal: (value) => 1 / value,
  Floor: Math.floor,
  Ceil: Math.ceil,
};
const ALIASES = ["Identity", "Cast", "Dropout"];

/** The constant that a node makes; null where it makes none, or this does not know how. */
export function folded(node: NodeProto, to: Translation): Constant | null {
  if (node.domain !== "") return null;
  if (node.op === "Constant") return constantOf(node);
  if (node.op === "Shape") return shapeOf(node, to);
  const inputs = node.inputs.filter((name) => name !== "").map((name) => to.get(name));
  if (inputs.length === 0 || !inputs.every((input): input is Constant => input !== null && isConstant(input))) return null;
  const [first] = inputs;
  if (!first) return null;
  const name = node.outputs[0] ?? "";
  if (ALIASES.includes(node.op)) return node.op === "Cast" ? cast(first, node) : first;
  if (node.op === "ConstantOfShape") return filled(first, node, name);
  const map = MAPPED[node.op];
  if (map) return first.data && constant(name, first.dims, first.data.map(map));
  const compute = COMPUTED[node.op];
  if (compute) return combined(node, name, inputs, compute);
  return moved(node, to, name, inputs);
}

function cast(value: Constant, node: NodeProto): Constant {
  const floating = [1, 10, 11, 16].includes(intOf(node, "to", 1));
  if (!value.data || floating === value.data instanceof Float32Array) return value;
  return { ...value, data: floating ? Float32Array.from(value.data) : Float64Array.from(value.data, Math.trunc) };
}

/** ONNX's `Shape`, of a value of the network as well; the free batch is NaN. */
function shapeOf(node: NodeProto, to: Translation): Constant | null {
  const value = to.get(node.inputs[0] ?? "");
  if (!value) return null;
  const all = isConstant(value) ? value.dims : to.dims(value);
  const dims = all.slice(intOf(node, "start", 0), node.attributes.get("end")?.int ?? all.length);
  return constant(node.outputs[0] ?? "", [dims.length], Float64Array.from(dims));
}

function filled({ data, dims }: Constant, node: NodeProto, name: string): Constant | null {
  const sizes = data ? [...data] : [];
  const count = productOf(sizes);
  if (dims.length !== 1 || !(count <= MOST_FILLED) || sizes.some((size) => size < 0)) return null;
  const value = constantOf({ ...node, outputs: [name] });
  const [fill = 0] = value?.data ?? [];
  return constant(
    name,
    sizes,
    value?.data instanceof Float64Array ? new Float64Array(count).fill(fill) : new Float32Array(count).fill(fill),
  );
}

/** One operand goes into the other as often as it fits: the result is as large as the larger one. */
function combined(
  node: NodeProto,
  name: string,
  [one, other]: readonly Constant[],
  compute: (a: number, b: number) => number,
): Constant | null {
  if (!one || !other) return null;
  const rank = Math.max(one.dims.length, other.dims.length);
  const padded = ({ dims }: Constant): number[] => [...new Array<number>(rank - dims.length).fill(1), ...dims];
  const [left, right] = [padded(one), padded(other)];
  const dims = left.map((size, axis) => Math.max(size, right[axis] ?? 1));
  const fits = (own: readonly number[]): boolean => own.every((size, axis) => size === 1 || size === dims[axis]);
  const count = productOf(dims);
  if (!fits(left) || !fits(right) || count !== Math.max(productOf(left), productOf(right))) return null;
  if (!one.data || !other.data) return { name, dims, data: null };
  const whole = one.data instanceof Float64Array && other.data instanceof Float64Array;
  const data = whole ? new Float64Array(count) : new Float32Array(count);
  const placeIn = (own: readonly number[], at: number): number => {
    let [place, step, rest] = [0, 1, at];
    for (let axis = rank - 1; axis >= 0; axis -= 1) {
      const [size, all] = [own[axis] ?? 1, dims[axis] ?? 1];
      if (size > 1) {
        place += (rest % all) * step;
        step *= size;
      }
      rest = Math.floor(rest / all);
    }
    return place;
  };
  for (let at = 0; at < count; at += 1) {
    const value = compute(one.data[placeIn(left, at)] ?? 0, other.data[placeIn(right, at)] ?? 0);
    data[at] = whole && node.op === "Div" ? Math.trunc(value) : value;
  }
  return constant(name, dims, data);
}

/** The same values in another shape or order, or some of them. */
function moved(node: NodeProto, to: Translation, name: string, inputs: readonly Constant[]): Constant | null {
  const [first] = inputs;
  if (!first) return null;
  const rank = first.dims.length;
  const axis = (value: number, of = rank): number => (value < 0 ? value + of : value);
  switch (node.op) {
    case "Transpose":
      return transposed(first, node.attributes.get("perm")?.ints ?? first.dims.map((_, at) => rank - 1 - at), name);
    case "Reshape": {
      const target = [...(inputs[1]?.data ?? [])].map((size, at) => (size === 0 ? (first.dims[at] ?? 1) : size));
      const known = productOf(target.filter((size) => size !== -1));
      const dims = target.map((size) => (size === -1 ? productOf(first.dims) / known : size));
      return productOf(dims) === productOf(first.dims) && dims.every(Number.isInteger) ? { ...first, name, dims } : null;
    }
    case "Flatten": {
      const at = axis(intOf(node, "axis", 1));
      return { ...first, name, dims: [productOf(first.dims.slice(0, at)), productOf(first.dims.slice(at))] };
    }
    case "Squeeze": {
      const axes = to.ints(node, "axes", 1)?.map((value) => axis(value));
      return { ...first, name, dims: first.dims.filter((size, at) => (axes ? !axes.includes(at) : size !== 1)) };
    }
    case "Unsqueeze": {
      const given = to.ints(node, "axes", 1) ?? [];
      const axes = given.map((value) => axis(value, rank + given.length));
      const rest = [...first.dims];
      const dims = Array.from({ length: rank + axes.length }, (_, at) => (axes.includes(at) ? 1 : (rest.shift() ?? 1)));
      return { ...first, name, dims };
    }
    case "Concat":
      return concatenated(inputs, name);
    case "Gather": {
      const picked = inputs[1]?.data;
      if (rank !== 1 || !picked || !first.data) return null;
      const values = [...picked].map((at) => first.data?.at(at) ?? Number.NaN);
      return constant(name, inputs[1]?.dims ?? [], Float64Array.from(values));
    }
    case "Slice":
      return sliced(first, node, to, name);
    default:
      return null;
  }
}

/** Some of the rows, in their order or backwards. */
function sliced({ dims, data }: Constant, node: NodeProto, to: Translation, name: string): Constant | null {
  const [rows = 1, ...rest] = dims;
  const [start = 0, ...starts] = to.ints(node, "starts", 1) ?? [];
  const [end = rows] = to.ints(node, "ends", 2) ?? [];
  const [axis = 0] = to.ints(node, "axes", 3) ?? [];
  const [step = 1] = (node.inputs[4] ? to.ints(node, "steps", 4) : null) ?? [];
  if (!data || starts.length > 0 || axis !== 0 || step === 0 || dims.length === 0) return null;
  const place = (at: number, least: number, most: number): number => Math.min(Math.max(at < 0 ? at + rows : at, least), most);
  const [from, until] = step > 0 ? [place(start, 0, rows), place(end, 0, rows)] : [place(start, 0, rows - 1), place(end, -1, rows - 1)];
  const count = Math.max(0, Math.ceil((until - from) / step));
  const width = productOf(rest);
  const result = data.slice(0, count * width);
  for (let row = 0; row < count; row += 1)
    result.set(data.subarray((from + row * step) * width, (from + row * step + 1) * width), row * width);
  return constant(name, [count, ...rest], result);
}

/** Axes in another order. */
export function transposed({ dims, data }: Constant, perm: readonly number[], name: string): Constant | null {
  const sizes = perm.map((axis) => dims[axis] ?? 1);
  if (perm.length !== dims.length || new Set(perm).size !== perm.length || productOf(sizes) !== productOf(dims)) return null;
  if (!data) return { name, dims: sizes, data };
  const steps = dims.map((_, axis) => productOf(dims.slice(axis + 1)));
  const strides = perm.map((axis) => steps[axis] ?? 1);
  const result = data.slice();
  const place = new Array<number>(sizes.length).fill(0);
  let from = 0;
  for (let at = 0; at < result.length; at += 1) {
    result[at] = data[from] ?? 0;
    for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
      const next = (place[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      if (next < (sizes[axis] ?? 1)) {
        place[axis] = next;
        break;
      }
      from -= next * (strides[axis] ?? 0);
      place[axis] = 0;
    }
  }
  return constant(name, sizes, result);
}

function concatenated(inputs: readonly Constant[], name: string): Constant | null {
  if (inputs.some(({ dims, data }) => dims.length !== 1 || !data)) return null;
  const values = inputs.flatMap(({ data }) => [...(data ?? [])]);
  const whole = inputs.every(({ data }) => data instanceof Float64Array);
  return constant(name, [values.length], whole ? Float64Array.from(values) : Float32Array.from(values));
}
