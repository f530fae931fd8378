/**
 * Files of other programs that are damaged, or that the language cannot say: each is refused with a reason, in both languages, and takes
 * no memory for what it only says.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { GraphProto, ModelProto } from "onnx-buf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
} from "onnx-buf";
import type { ReceptiveError } from "../src/engine/errors.ts";
import { ReceptiveFailure } from "../src/engine/errors.ts";
import { errorText, LANGUAGES, loadLocale } from "../src/i18n/locale.ts";
import type { Imported } from "../src/imports/imports.ts";
import { readOnnx } from "../src/imports/imports.ts";
import { looksLikeOnnx } from "../src/imports/onnx/looks.ts";
import { isShard, joinShards } from "../src/imports/shards.ts";
import { isForeign } from "../src/model/run-file.ts";
import { read } from "../src/session/files.ts";

const STORED = join(process.env.RECEPTIVE_ROOT ?? "..", "www/test/fixtures/imports");
const LENET = new Uint8Array(readFileSync(join(STORED, "torch_lenet.onnx")));

type Change = (graph: GraphProto, model: ModelProto) => void;

/** The same file with something else in it. */
function changed(change: Change, bytes = LENET): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  assert.ok(model.graph);
  change(model.graph, model);
  return toBinary(ModelProtoSchema, model);
}

function refusal(bytes: Uint8Array): ReceptiveError {
  try {
    readOnnx(bytes, "net.onnx");
  } catch (thrown) {
    if (thrown instanceof ReceptiveFailure) return thrown.error;
    throw thrown;
  }
  return assert.fail("it was read");
}

/** The node with this operator, the first of them. */
const nodeOf = (graph: GraphProto, op: string): GraphProto["node"][number] =>
  graph.node.find(({ opType }) => opType === op) ?? assert.fail(`no ${op}`);
const weightOf = (graph: GraphProto): GraphProto["initializer"][number] =>
  graph.initializer.find(({ name }) => name === "conv1.weight") ?? assert.fail("no weight");
const intsOf = (name: string, ints: readonly number[]): ReturnType<typeof create<typeof AttributeProtoSchema>> =>
  create(AttributeProtoSchema, { name, ints: ints.map(BigInt), type: AttributeProto_AttributeType.INTS });

/** What is wrong, and what is said of it. */
const DAMAGED: Readonly<Record<string, { flaw: string; name?: RegExp; change: Change }>> = {
  "weights in another file": {
    flaw: "external",
    name: /^weights\.bin$/u,
    change: (graph) => {
      const weight = weightOf(graph);
      weight.dataLocation = 1;
      weight.externalData.push(create(StringStringEntryProtoSchema, { key: "location", value: "weights.bin" }));
    },
  },
  "a cycle": {
    flaw: "cycle",
    change: (graph) => {
      const [first] = graph.node;
      if (first) first.input[0] = graph.output[0]?.name ?? "";
    },
  },
  "a weight that is not there": {
    flaw: "missing",
    name: /^conv1\.weight$/u,
    change: (graph) => {
      graph.initializer = graph.initializer.filter(({ name }) => name !== "conv1.weight");
      graph.input = graph.input.filter(({ name }) => name !== "conv1.weight");
    },
  },
  "a value that is made twice": {
    flaw: "twice",
    change: (graph) =>
      graph.node.push(create(NodeProtoSchema, { opType: "Relu", input: ["image"], output: [graph.node[0]?.output[0] ?? ""] })),
  },
  "a huge dimension": {
    flaw: "dimension",
    name: /^conv1\.weight$/u,
    change: (graph) => (weightOf(graph).dims = [2n ** 50n, 1n, 5n, 5n]),
  },
  "a negative dimension": { flaw: "dimension", change: (graph) => (weightOf(graph).dims = [-4n, 1n, 5n, 5n]) },
  "more values than there are": { flaw: "data", change: (graph) => (weightOf(graph).dims = [2n ** 20n, 1n, 5n, 5n]) },
  "more values than there are, one by one": {
    flaw: "data",
    change: (graph) => {
      const weight = weightOf(graph);
      [weight.dims, weight.rawData, weight.floatData] = [[2n ** 30n], undefined as never, [1, 2, 3]];
    },
  },
  "values of another type": { flaw: "type", change: (graph) => (weightOf(graph).dataType = 8) },
  "an image of no size": {
    flaw: "input",
    change: (graph) => {
      const type = graph.input[0]?.type?.value;
      if (type?.case === "tensorType" && type.value.shape)
        type.value.shape.dim[2] = create(TensorShapeProto_DimensionSchema, { value: { case: "dimParam", value: "height" } });
    },
  },
  "an image that is too large": {
    flaw: "dimension",
    change: (graph) => {
      const type = graph.input[0]?.type?.value;
      const size = type?.case === "tensorType" ? type.value.shape?.dim[2] : undefined;
      if (size) size.value = { case: "dimValue", value: 2n ** 40n } as never;
    },
  },
  "no output": { flaw: "no_graph", change: (graph) => (graph.output = []) },
  "no graph": { flaw: "no_graph", change: (_, model) => (model.graph = undefined as never) },
  "sparse weights": { flaw: "sparse", change: (graph) => graph.sparseInitializer.push(create(SparseTensorProtoSchema, { dims: [4n] })) },
};

for (const [what, { flaw, name = /./u, change }] of Object.entries(DAMAGED)) {
  test(`${what}: refused`, () => {
    const bytes = changed(change);
    const before = process.memoryUsage().arrayBuffers;
    const error = refusal(bytes);
    assert.ok(error.kind === "malformed_onnx", JSON.stringify(error));
    assert.equal(error.flaw, flaw);
    assert.equal(error.file, "net.onnx");
    if (name.source !== ".") assert.match(error.name, name);
    assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20, "memory for what the file only says");
  });
}

test("a file that ends early, anywhere, and bytes that are no protobuf", () => {
  const start = LENET.indexOf(0x3a);
  assert.ok(start > 0);
  for (let end = 0; end < LENET.length - 40; end += 1 + Math.floor(end / 40)) {
    const error = refusal(LENET.slice(0, end));
    assert.ok(error.kind === "malformed_onnx" && ["truncated", "no_graph"].includes(error.flaw), `${end}: ${JSON.stringify(error)}`);
  }
  for (const text of ["this is a text and no network", "\xff".repeat(40), "\x08\x08\x0b"]) {
    const error = refusal(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    assert.equal(error.kind, "malformed_onnx", text);
  }
  // A field that says to have 2^60 bytes.
  const long = Uint8Array.of(0x3a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 2, 3);
  assert.equal((refusal(long) as { flaw?: string }).flaw, "truncated");
});

test("whatever byte is another one, the file is read or refused", () => {
  let state = 5;
  const draw = (below: number): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % below;
  const reasons = new Set<string>();
  for (let round = 0; round < 3000; round += 1) {
    const bytes = LENET.slice();
    // Half of the changes where the graph is, not the weights.
    bytes[draw(round % 2 ? bytes.length : 1500)] = draw(256);
    if (round % 3 === 0) bytes[draw(1500)] = draw(256);
    try {
      readOnnx(bytes, "net.onnx");
    } catch (thrown) {
      assert.ok(thrown instanceof ReceptiveFailure, thrown instanceof Error ? thrown.stack : String(thrown));
      reasons.add(thrown.error.kind);
    }
  }
  assert.deepEqual([...reasons].sort(), ["malformed_onnx", "unsayable_onnx"]);
});

/** What cannot be said, and the node that says so. */
const UNSAYABLE: Readonly<Record<string, { reason: string; operator: string; attributes?: RegExp; change: Change }>> = {
  "an operator that is not there": {
    reason: "operator",
    operator: "HardSwish",
    change: (graph) => (nodeOf(graph, "Relu").opType = "HardSwish"),
  },
  "an operator of somebody's own": {
    reason: "operator",
    operator: "com.example.Relu",
    change: (graph) => (nodeOf(graph, "Relu").domain = "com.example"),
  },
  "a mean of an odd number of windows": {
    reason: "attributes",
    operator: "LRN",
    attributes: /size=4/u,
    change: (graph) => {
      const node = nodeOf(graph, "Relu");
      node.opType = "LRN";
      node.attribute.push(create(AttributeProtoSchema, { name: "size", i: 4n, type: AttributeProto_AttributeType.INT }));
    },
  },
  "a convolution over three axes": {
    reason: "attributes",
    operator: "Conv",
    attributes: /strides=\[1, 1, 1\]/u,
    change: (graph) => {
      const node = nodeOf(graph, "Conv");
      node.attribute = [...node.attribute.filter(({ name }) => name !== "strides"), intsOf("strides", [1, 1, 1])];
    },
  },
  "a sum of a map and a row": {
    reason: "operands",
    operator: "Mul",
    change: (graph) => {
      const node = nodeOf(graph, "Relu");
      [node.opType, node.input] = ["Mul", [node.input[0] ?? "", node.input[0] ?? ""]];
    },
  },
};

for (const [what, { reason, operator, attributes = /^/u, change }] of Object.entries(UNSAYABLE)) {
  test(`${what}: refused by name`, () => {
    const error = refusal(changed(change));
    assert.ok(error.kind === "unsayable_onnx", JSON.stringify(error));
    assert.deepEqual([error.reason, error.operator], [reason, operator]);
    assert.match(error.attributes, attributes);
    assert.notEqual(error.node, "");
  });
}

const weightIn = (read: Imported): Float32Array => read.flat.nodes[0]?.tensors[0]?.values ?? new Float32Array();

test("half precision and bfloat16, raw and number by number", () => {
  const whole = weightIn(readOnnx(LENET, "a.onnx"));
  const bfloat = (value: number): number => (new Uint32Array(new Float32Array([value]).buffer)[0] ?? 0) >>> 16;
  // 1.5, -2, the least, infinity.
  const halves = [0x3e00, 0xc000, 0x0001, 0x7c00];
  const half = (graph: GraphProto, raw: boolean): void => {
    const weight = weightOf(graph);
    const bits = Array.from({ length: whole.length }, (_, at) => halves[at % 4] ?? 0);
    weight.dataType = 10;
    [weight.rawData, weight.int32Data] = raw ? [new Uint8Array(Uint16Array.from(bits).buffer), []] : [undefined as never, bits];
  };
  for (const raw of [true, false]) {
    const read = weightIn(
      readOnnx(
        changed((graph) => half(graph, raw)),
        "a.onnx",
      ),
    );
    assert.deepEqual([...read.slice(0, 4)], [1.5, -2, 2 ** -24, Number.POSITIVE_INFINITY]);
    const brain = changed((graph) => {
      const weight = weightOf(graph);
      const bits = Array.from(whole, bfloat);
      weight.dataType = 16;
      [weight.rawData, weight.int32Data] = raw ? [new Uint8Array(Uint16Array.from(bits).buffer), []] : [undefined as never, bits];
    });
    for (const [at, value] of weightIn(readOnnx(brain, "a.onnx")).entries())
      assert.ok(Math.abs(value - (whole[at] ?? 0)) <= 2 ** -7 * Math.abs(whole[at] ?? 0));
  }
  const doubles = changed((graph) => {
    const weight = weightOf(graph);
    weight.dataType = 11;
    weight.rawData = new Uint8Array(Float64Array.from(whole).buffer);
  });
  assert.deepEqual(weightIn(readOnnx(doubles, "a.onnx")), whole);
});

test("an initializer that is a node, weights that are inputs, a name that says nothing", () => {
  const asNodes = changed((graph) => {
    for (const tensor of graph.initializer) {
      const value = create(AttributeProtoSchema, {
        name: "value",
        t: create(TensorProtoSchema, tensor),
        type: AttributeProto_AttributeType.TENSOR,
      });
      graph.node.unshift(create(NodeProtoSchema, { opType: "Constant", output: [tensor.name], attribute: [value] }));
    }
    graph.initializer = [];
  });
  assert.deepEqual(weightIn(readOnnx(asNodes, "a.onnx")), weightIn(readOnnx(LENET, "a.onnx")));
  assert.equal(readOnnx(LENET, "my network.onnx").title, "my network");
});

test("files are known by their beginning or their name", () => {
  assert.ok(looksLikeOnnx("a", LENET) && looksLikeOnnx("a.ONNX", new Uint8Array()) && !isForeign(LENET));
  for (const text of ["{}", "PK\x03\x04", "\x08\x80", "\x93NUMPY", ""]) {
    assert.ok(
      !looksLikeOnnx(
        "a.bin",
        Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
      ),
      text,
    );
  }
});

/** A piece with tensors of one byte each. */
function piece(name: string, tensors: readonly string[]): File {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const [at, tensor] of tensors.entries()) header[tensor] = { dtype: "U8", shape: [1], data_offsets: [at, at + 1] };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return new File([length, text, Uint8Array.from(tensors, (tensor) => tensor.charCodeAt(0))], name);
}
const index = (map: object, name = "model.safetensors.index.json"): File =>
  new File([JSON.stringify({ metadata: {}, weight_map: map })], name);
const ONE = "model-00001-of-00002.safetensors";
const TWO = "model-00002-of-00002.safetensors";

test("weights in several files become one", async () => {
  assert.deepEqual([ONE, "model.safetensors.index.json", "model.safetensors", "a.json"].map(isShard), [true, true, false, false]);
  for (const more of [[index({ a: ONE, b: ONE, c: TWO })], []]) {
    const joined = await joinShards([piece(TWO, ["c"]), ...more, piece(ONE, ["a", "b"])]);
    assert.equal(joined.name, "model.safetensors");
    const bytes = new Uint8Array(await joined.arrayBuffer());
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    assert.equal((8 + length) % 8, 0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    for (const tensor of ["a", "b", "c"]) {
      const [begin = 0] = header[tensor].data_offsets;
      assert.equal(String.fromCharCode(bytes[8 + length + begin] ?? 0), tensor);
    }
    // What the page makes of them is one file of weights.
    const { runs } = await read([piece(ONE, ["a", "b"]), piece(TWO, ["c"]), ...more], null as never);
    assert.deepEqual(runs.length, 1);
  }
});

const SHARDS: readonly [flaw: string, name: string, files: readonly File[]][] = [
  ["missing", TWO, [piece(ONE, ["a"])]],
  ["missing", TWO, [piece(ONE, ["a"]), index({ a: ONE, c: TWO })]],
  ["twice", "a", [piece(ONE, ["a"]), piece(TWO, ["a"])]],
  ["absent", "b", [piece(ONE, ["a"]), index({ a: ONE, b: ONE })]],
  ["elsewhere", "a", [piece(ONE, ["a"]), piece(TWO, ["b"]), index({ a: TWO, b: TWO })]],
  ["index", "", [piece(ONE, ["a"]), new File(["[]"], "model.safetensors.index.json")]],
  ["two_indices", "", [index({}), index({}, "other.safetensors.index.json")]],
  ["another", ONE, [piece(ONE, ["a"]), piece("other-00002-of-00002.safetensors", ["b"])]],
  ["header", "", [new File(["short"], ONE), piece(TWO, ["b"])]],
];

test("weights that the page has exported bring their network; what is no network's is left as weights", async () => {
  const spec = { version: 1, name: "mine", input: [1, 28, 28], layers: [{ op: "flatten" }, { op: "linear", out_features: 10 }] };
  const file = (metadata: object): File => {
    const text = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata }));
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
    return new File([length, text], "mine.safetensors");
  };
  const specs = (refused: object | null): never =>
    ({ request: async () => ({ network: { training_refused: refused }, error: null }) }) as never;
  const own = file({ producer: "receptive", spec: JSON.stringify(spec) });
  const [model] = (await read([own], specs(null))).models;
  assert.deepEqual([model?.title, model?.spec, model?.weights?.length], ["mine", spec, own.size]);
  // For other images it opens, and nothing can train with its weights.
  assert.equal((await read([own], specs({ kind: "images_mismatch" }))).models[0]?.weights, null);
  for (const metadata of [{ producer: "another", spec: JSON.stringify(spec) }, { producer: "receptive", spec: "7" }, { format: "pt" }]) {
    const { models, runs } = await read([file(metadata)], specs(null));
    assert.deepEqual([models.length, runs.length], [0, 1]);
  }
});

test("pieces that are missing or do not fit are named", async () => {
  for (const [flaw, name, files] of SHARDS) {
    await assert.rejects(joinShards(files), (thrown) => {
      assert.ok(thrown instanceof ReceptiveFailure && thrown.error.kind === "incomplete_shards");
      assert.deepEqual([thrown.error.flaw, thrown.error.name], [flaw, name]);
      return true;
    });
  }
  const cut = piece(TWO, ["b"]);
  const files = [piece(ONE, ["a"]), new File([cut.slice(0, cut.size - 1)], TWO)];
  await assert.rejects(joinShards(files), (thrown) => thrown instanceof ReceptiveFailure && /outside/u.test(thrown.message));
});

test("all of it is said in both languages, with the file, the node and what is wrong", async () => {
  const flaws = "truncated wire no_graph no_input input inputs twice missing cycle dimension data external type sparse".split(" ");
  const reasons = "operator attributes shapes operands constant branches order outputs".split(" ");
  const shards = "header index two_indices missing another twice outside elsewhere absent".split(" ");
  for (const language of LANGUAGES) {
    const locale = await loadLocale(language);
    const says = (error: object): string => errorText(locale, { message: "", file: "net.onnx", ...error } as ReceptiveError);
    const texts = [
      ...flaws.map((flaw) => says({ kind: "malformed_onnx", flaw, name: "conv1", at: 7, limit: 9 })),
      ...reasons.map((reason) => says({ kind: "unsayable_onnx", node: "conv1", operator: "Conv", attributes: "group=3", reason })),
      ...shards.map((flaw) => says({ kind: "incomplete_shards", flaw, name: "conv1" })),
    ];
    assert.equal(new Set(texts).size, flaws.length + reasons.length + shards.length);
    for (const text of texts) assert.ok(text.includes("net.onnx") && !text.includes("undefined"), text);
    assert.ok(texts.slice(flaws.length, flaws.length + reasons.length).every((text) => /conv1.*Conv: group=3/u.test(text)));
  }
});
