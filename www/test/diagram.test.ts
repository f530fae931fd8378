import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupDescription, NetworkDescription, NodeDescription } from "../src/engine/protocol.ts";
import { chunksOf } from "../src/features/diagram/chunks.ts";
import type { Level } from "../src/features/diagram/graph.ts";
import { graphOf } from "../src/features/diagram/graph.ts";
import { Layout } from "../src/features/diagram/layout.ts";
import type { Box, Scene } from "../src/features/diagram/scene.ts";
import { fitted, rounded, sceneOf, sizesOf, widthOf, wrapped } from "../src/features/diagram/scene.ts";
import { DRAWING_STYLE, standalone } from "../src/features/diagram/style.ts";
import type { Folding } from "../src/features/diagram/tree.ts";
import { foldable, NOTHING_FOLDED, openedFor } from "../src/features/diagram/tree.ts";
import { fitting, held, opening, showing, zoomed } from "../src/features/diagram/viewport.ts";
import { walked } from "../src/features/diagram/walk.ts";
import { kernelText } from "../src/spec/kernel-text.ts";
import { valueAt } from "../src/spec/spec-path.ts";

const writing = { shape: (shape: readonly number[]) => shape.join("×"), frameTitle: ({ name }: { name: string }) => name };

function node(
  name: string,
  op: string,
  inputs: string[],
  shape: number[] = [8, 28, 28],
  more: Partial<NodeDescription> = {},
): NodeDescription {
  return {
    name,
    op,
    inputs,
    output_shape: shape,
    head: null,
    path: `layers[${name}]`,
    error: null,
    params: 0,
    params_arithmetic: "",
    macs: 0,
    activation_bytes: 0,
    training_activation_bytes: 0,
    receptive_field: [1, 1],
    receptive_field_unbounded: [1, 1],
    jump: [1, 1],
    centre: [0, 0],
    aligned: true,
    ...more,
  };
}

function group(
  name: string,
  kind: GroupDescription["kind"],
  path: string,
  depth: number,
  first_node: number,
  nodes: number,
): GroupDescription {
  return {
    name,
    kind,
    path,
    depth,
    first_node,
    nodes,
    output_shape: [8, 28, 28],
    params: 0,
    macs: 0,
    activation_bytes: 0,
    training_activation_bytes: 0,
  };
}

function network(nodes: NodeDescription[], groups: GroupDescription[] = []): NetworkDescription {
  const totals = {
    params: 0,
    macs: 0,
    head_params: 0,
    head_macs: 0,
    activation_bytes: 0,
    training_activation_bytes: 0,
    inference_bytes: 0,
    training_bytes: null,
  };
  return { name: "network", nodes, groups, totals, training_refused: null };
}

/** A convolution, then `rounds` residual blocks in a repeat, then a vector and an end. */
function resnet(rounds: number, wrongRound = 0): NetworkDescription {
  const nodes = [node("conv0", "conv2d", ["input"]), node("relu0", "relu", ["conv0"])];
  const groups: GroupDescription[] = [];
  let before = "relu0";
  for (let round = 1; round <= rounds; round += 1) {
    const at = `block${round}`;
    groups.push(
      group(at, "repeat", "layers[2]", 0, nodes.length, 5),
      group(`${at}.residual1`, "residual", "layers[2].repeat.body[0]", 1, nodes.length, 5),
    );
    const error = round === wrongRound ? { kind: "summands_differ", message: "they differ" } : null;
    nodes.push(
      node(`${at}.conv1`, "conv2d", [before]),
      node(`${at}.relu1`, "relu", [`${at}.conv1`]),
      node(`${at}.conv2`, "conv2d", [`${at}.relu1`]),
      node(`${at}.add1`, "add", [`${at}.conv2`, before], error ? [] : [8, 28, 28], { error, path: "layers[2].repeat.body[0]" }),
      node(`${at}.relu2`, "relu", [`${at}.add1`], error ? [] : [8, 28, 28]),
    );
    before = `${at}.relu2`;
  }
  nodes.push(node("fc", "linear", [before], wrongRound > 0 ? [] : [10]));
  return network(nodes, groups);
}

function sceneFor(description: NetworkDescription, folding: Folding = NOTHING_FOLDED, problem: string | null = null): Scene {
  const { level } = graphOf(description, [1, 28, 28], folding, false);
  return sceneOf(level, new Layout().of(sizesOf(level, writing)), writing, problem);
}

const ids = (boxes: readonly Box[]): string[] => boxes.map(({ id }) => id);
const named = (scene: Scene, id: string): Box => {
  const box = scene.boxes.find((one) => one.id === id);
  assert.ok(box, id);
  return box;
};
const itemsOf = (level: Level): string[] => level.items.map(({ id }) => id);

test("what follows a convolution is drawn on it, and every node is a box of its own", () => {
  const chain = network([
    node("conv", "conv2d", ["input"]),
    node("bn", "batch_norm2d", ["conv"]),
    node("relu", "relu", ["bn"]),
    node("pool", "max_pool2d", ["relu"], [8, 14, 14]),
  ]);
  const { level } = graphOf(chain, [1, 28, 28], NOTHING_FOLDED, false);
  assert.deepEqual(itemsOf(level), ["/input", "conv", "pool", "/output"]);
  const scene = sceneFor(chain);
  assert.deepEqual(ids(scene.boxes), ["/input", "conv", "bn", "relu", "pool", "/output"]);
  const [conv, bn] = [named(scene, "conv"), named(scene, "bn")];
  assert.equal(conv.y + conv.height, bn.y);
  assert.deepEqual(
    scene.edges.map(({ label }) => label?.text),
    ["1×28×28", "8×28×28", "8×14×14"],
  );
});

test("a value that two nodes read ends a stack", () => {
  const forked = network([node("conv", "conv2d", ["input"]), node("relu", "relu", ["conv"]), node("add", "add", ["relu", "conv"])]);
  const { level } = graphOf(forked, [1, 28, 28], NOTHING_FOLDED, false);
  assert.deepEqual(itemsOf(level), ["/input", "conv", "relu", "add", "/output"]);
  assert.deepEqual(
    level.links.filter(({ skip }) => skip).map(({ source, target }) => [source, target]),
    [["conv", "add"]],
  );
});

test("rounds are folded into the first, which stands for all", () => {
  const description = resnet(9);
  const graph = graphOf(description, [1, 28, 28], NOTHING_FOLDED, false);
  assert.deepEqual(itemsOf(graph.level), ["/input", "conv0", "block1/", "fc", "/output"]);
  assert.deepEqual(graph.boxes.get("block7.relu1"), { id: "block1.conv1", node: "block1.relu1" });
  const frame = graph.level.items[2];
  assert.ok(frame?.kind === "frame");
  assert.deepEqual([frame.container.rounds, frame.container.kind, frame.container.path], [9, "residual", "layers[2].repeat.body[0]"]);
  // The link around the body begins at the frame's edge.
  assert.deepEqual(
    frame.inside.links.filter(({ skip }) => skip).map(({ from, target }) => [from.at, target]),
    [["entry", "block1.add1"]],
  );
  assert.deepEqual(foldable(description), { containers: [], rounds: ["block1"] });
});

test("unfolded, every round is there; folded, a container is one box", () => {
  const unfolded = sceneFor(resnet(9), { folded: new Set(), unfolded: new Set(["block1"]) });
  assert.equal(unfolded.boxes.filter(({ kind }) => kind === "frame").length, 9);
  assert.equal(unfolded.boxes.filter(({ kind }) => kind === "cell").length, 48);
  assert.equal(unfolded.edges.filter(({ skip }) => skip).length, 9);
  const staged = network(
    [node("a.conv", "conv2d", ["input"]), node("a.pool", "max_pool2d", ["a.conv"]), node("fc", "linear", ["a.pool"], [10])],
    [group("a", "stage", "layers[0]", 0, 0, 2)],
  );
  const folded = sceneFor(staged, { folded: new Set(["a"]), unfolded: new Set() });
  assert.deepEqual(ids(folded.boxes), ["/input", "a/", "fc", "/output"]);
  assert.equal(named(folded, "a/").kind, "fold");
});

test("what hides a selected layer opens, and a container that is selected itself stays folded", () => {
  const nested = network(
    [
      node("a.b.conv", "conv2d", ["input"], undefined, { path: "layers[0].stage.body[0].residual.body[0]" }),
      node("c.conv", "conv2d", ["a.b.conv"]),
    ],
    [
      group("a", "stage", "layers[0]", 0, 0, 2),
      group("a.b", "residual", "layers[0].stage.body[0]", 1, 0, 1),
      group("c", "stage", "layers[1]", 0, 1, 1),
    ],
  );
  const folding: Folding = { folded: new Set(["a", "a.b", "c"]), unfolded: new Set() };
  const open = (path: string, name: string | null): string[] => [...openedFor(nested, folding, { path, node: name }).folded];
  assert.deepEqual(open("layers[0].stage.body[0].residual.body[0]", "a.b.conv"), ["c"]);
  assert.deepEqual(open("layers[0].stage.body[0].residual.body[0]", null), ["c"]);
  assert.deepEqual(open("layers[0].stage.body[0]", null), ["a.b", "c"]);
  assert.deepEqual(open("layers[0]", null), ["a", "a.b", "c"]);
  assert.equal(openedFor(nested, folding, { path: "layers[2]", node: null }), folding);
});

test("a node that does not fit is shown with the link into it, and what lies behind has no shape", () => {
  const scene = sceneFor(resnet(3, 2), NOTHING_FOLDED, "the summands differ in their channels, and must not");
  // It lies in a round that would be folded away.
  assert.ok(ids(scene.boxes).includes("block2.add1"));
  const wrong = scene.edges.filter(({ state }) => state === "wrong");
  // The way that both readers of a value share is marked too.
  assert.ok(wrong.filter(({ target, arrow }) => arrow && target === "block2.add1").length === 2);
  assert.ok(wrong.every(({ arrow, target }) => !arrow || target === "block2.add1"));
  assert.ok(scene.edges.some(({ state, label }) => state === "unknown" && label?.text === "?"));
  const { callout } = scene;
  assert.ok(callout && callout.lines.length > 1);
  const covered = scene.boxes.filter(
    (box) =>
      box.kind !== "frame" &&
      box.x < callout.x + callout.width &&
      box.x + box.width > callout.x &&
      box.y < callout.y + callout.height &&
      box.y + box.height > callout.y,
  );
  assert.deepEqual(covered, []);
});

test("an end that does not fit the data is marked at the output", () => {
  const { level } = graphOf(network([node("fc", "linear", ["input"], [9])]), [1, 28, 28], NOTHING_FOLDED, true);
  assert.deepEqual(
    level.links.map(({ state }) => state),
    ["ok", "wrong"],
  );
});

test("no two boxes overlap, frames hold what is theirs, and branches keep their order", () => {
  const branches = network(
    [
      node("stem", "conv2d", ["input"]),
      ...["b1", "b2", "b3", "b4"].flatMap((name, i) => [
        node(`mix.${name}`, "conv2d", ["stem"], [4 * (i + 1), 14, 14]),
        ...(i > 0 ? [node(`mix.${name}x`, "conv2d", [`mix.${name}`])] : []),
      ]),
      node("mix.concat", "concat", ["mix.b1", "mix.b2x", "mix.b3x", "mix.b4x"]),
      node("aux.fc", "linear", ["mix.concat"], [10], { head: "aux" }),
      node("fc", "linear", ["mix.concat"], [10]),
    ],
    [group("mix", "parallel", "layers[1]", 0, 1, 8), group("aux", "head", "layers[2]", 0, 9, 1)],
  );
  for (const scene of [
    sceneFor(branches),
    sceneFor(resnet(4)),
    sceneFor(resnet(4), { folded: new Set(), unfolded: new Set(["block1"]) }),
  ]) {
    const solid = scene.boxes.filter(({ kind }) => kind !== "frame");
    for (const [i, one] of solid.entries()) {
      for (const other of solid.slice(i + 1)) {
        const apart =
          one.x + one.width <= other.x + 0.01 ||
          other.x + other.width <= one.x + 0.01 ||
          one.y + one.height <= other.y + 0.01 ||
          other.y + other.height <= one.y + 0.01;
        assert.ok(apart, `${one.id} and ${other.id}`);
      }
    }
    for (const box of scene.boxes)
      assert.ok(
        box.x >= scene.left - 0.01 && box.x + box.width <= scene.left + scene.width + 0.01 && box.y + box.height <= scene.height + 0.01,
        box.id,
      );
  }
  const scene = sceneFor(branches);
  const xs = ["mix.b1", "mix.b2", "mix.b3", "mix.b4"].map((id) => named(scene, id).x);
  assert.deepEqual(
    xs,
    xs.toSorted((one, other) => one - other),
  );
  const frame = named(scene, "mix/");
  assert.ok(frame.x < Math.min(...xs) && frame.y + frame.height > named(scene, "mix.concat").y);
  // The head has an output of its own, and its links are dashed.
  assert.ok(ids(scene.boxes).includes("/output/aux"));
  assert.ok(scene.edges.some(({ head, target }) => head && target === "aux.fc"));
});

test("levels that are alike are laid out once", () => {
  const layout = new Layout();
  const { level } = graphOf(resnet(30), [1, 28, 28], { folded: new Set(), unfolded: new Set(["block1"]) }, false);
  const places = layout.of(sizesOf(level, { ...writing, frameTitle: () => "block" }));
  assert.equal(new Set(places.items.map(({ inside }) => inside).filter(Boolean)).size, 1);
});

test("a link between two frames goes through the edges of both", () => {
  const saved = network(
    [
      node("down.conv", "conv2d", ["input"]),
      node("down.pool", "max_pool2d", ["down.conv"]),
      node("up.conv", "conv_transpose2d", ["down.pool"]),
      node("up.concat", "concat", ["up.conv", "down.conv"]),
    ],
    [group("down", "stage", "layers[0]", 0, 0, 2), group("up", "stage", "layers[1]", 0, 2, 2)],
  );
  const { level } = graphOf(saved, [1, 28, 28], NOTHING_FOLDED, false);
  const [, down, up] = level.items;
  assert.ok(down?.kind === "frame" && up?.kind === "frame");
  assert.deepEqual(down.inside.exits, ["down.pool", "down.conv"]);
  assert.deepEqual(up.inside.entries, ["down.pool", "down.conv"]);
  assert.equal(level.links.filter(({ from, to }) => from.index === 1 && to.index === 2).length, 2);
  const scene = sceneFor(saved);
  assert.ok(scene.edges.every(({ path }) => !/NaN|Infinity/u.test(path)));
});

test("arrow keys follow links, go beside, into frames and out of them", () => {
  const scene = sceneFor(resnet(2));
  const go = (from: string, ...directions: ("up" | "down" | "left" | "right")[]): string | undefined => {
    let at: Box | null = named(scene, from);
    for (const direction of directions) at = at && walked(scene, at, direction);
    return at?.id;
  };
  assert.equal(go("conv0", "down"), "relu0");
  assert.equal(go("relu0", "down"), "block1.conv1");
  assert.equal(go("block1.conv1", "up"), "relu0");
  assert.equal(go("block1.conv1", "left"), "block1/");
  assert.equal(go("block1/", "down"), "block1.conv1");
  assert.equal(go("block1.relu2", "down", "down"), "/output");
  assert.equal(go("conv0", "left"), undefined);
});

test("chunks hold everything once, frames first", () => {
  const scene = sceneFor(resnet(20), { folded: new Set(), unfolded: new Set(["block1"]) });
  const chunks = chunksOf(scene);
  const boxes = chunks.flatMap((chunk) => ("boxes" in chunk ? chunk.boxes : []));
  assert.equal(boxes.length, scene.boxes.length);
  assert.equal(chunks.flatMap((chunk) => ("edges" in chunk ? chunk.edges : [])).length, scene.edges.length);
  assert.equal(boxes[0]?.kind, "frame");
});

test("a box is wider with every doubling of the channels", () => {
  assert.equal(widthOf([32, 7, 7]) - widthOf([16, 7, 7]), widthOf([16, 7, 7]) - widthOf([8, 7, 7]));
  assert.equal(widthOf([]), widthOf([1]));
  assert.ok(widthOf([100_000]) < 300);
});

test("the point under the pointer stays there while the scale changes", () => {
  const view = { x: 10, y: 20, scale: 1 };
  const nearer = zoomed(view, 2, 110, 220);
  assert.deepEqual([(110 - nearer.x) / nearer.scale, (220 - nearer.y) / nearer.scale], [100, 200]);
  assert.ok(zoomed(view, 1e9, 0, 0).scale <= 4);
});

test("all of a drawing fits, a long one opens at its beginning, and none is lost", () => {
  const field = { width: 800, height: 500 };
  const long = { x: -100, y: 0, width: 200, height: 5000 };
  const all = fitting(long, field);
  assert.ok(long.height * all.scale <= 500 && all.y >= 0);
  const start = opening(long, field, 0);
  assert.equal(start.scale, 1);
  assert.ok(start.y > 0 && start.y < 50);
  assert.deepEqual(opening({ x: 0, y: 0, width: 100, height: 100 }, field, 50), fitting({ x: 0, y: 0, width: 100, height: 100 }, field));
  const away = held({ x: 5000, y: -90_000, scale: 1 }, long, field);
  assert.ok(away.x + long.x < field.width && away.y + long.height > 0);
  const shown = showing(start, { x: 0, y: 3000, width: 50, height: 40 }, field);
  assert.ok(shown.y + 3000 >= 0 && shown.y + 3040 <= 500);
  assert.deepEqual(showing(shown, { x: 0, y: 3000, width: 50, height: 40 }, field), shown);
});

test("texts are cut or wrapped to their room", () => {
  assert.equal(fitted("conv1", 100), "conv1");
  assert.equal(fitted("a_very_long_name_of_a_layer", 66), "a_very_lo…");
  assert.deepEqual(wrapped("one two three four", 9), ["one two", "three", "four"]);
  assert.equal(
    rounded(
      [
        [0, 0],
        [0, 20],
        [40, 20],
      ],
      5,
    ),
    "M0 0L0 15Q0 20 5 20L40 20",
  );
});

test("the style of a file has no token left in it", () => {
  const style = standalone(
    DRAWING_STYLE,
    (token) => `#${token.length.toString(16).padStart(6, "0")}`,
    () => "#abcdef",
  );
  assert.doesNotMatch(style, /var\(|color-mix/u);
  assert.match(style, /data-family="convolution"\] \.box \{ fill: #abcdef/u);
});

test("kernels and paths are read from the specification", () => {
  const spec = {
    layers: [{ op: "conv2d", kernel_size: 5 }, { parallel: { branches: [[{ op: "conv2d", kernel_size: [1, 7], stride: 2 }]] } }],
  };
  assert.equal(kernelText(valueAt(spec, "layers[0]")), "5×5");
  assert.equal(kernelText(valueAt(spec, "layers[1].parallel.branches[0][0]")), "1×7 /2");
  assert.equal(kernelText(valueAt(spec, "layers[7].stage.body[0]")), "");
});
