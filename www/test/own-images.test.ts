// Files of one's own take MNIST's place, and make way for it: what the page asks the engine for, and what becomes of the run in front.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataFacts, Spec } from "../src/engine/protocol.ts";
import { images } from "../src/session/images.ts";
import { TestEnvironment, TestRecords } from "./support/environment.ts";
import type { FakePage } from "./support/fake-page.ts";
import { openPage, settle } from "./support/fake-page.ts";

const FACTS: DataFacts = { height: 32, width: 32, classes: 26, mean: 0.25, std: 0.5, crc32: "0badcafe", letters: false };
const file = (name: string) => ({ name, bytes: new Uint8Array(16) });
const FILES = { train_images: file("images"), train_labels: file("labels") };

/** A page that has trained LeNet-5, and the dialogs that it opened. */
async function opened(facts: DataFacts): Promise<FakePage & { dialogs: string[] }> {
  const fake = await openPage(new TestEnvironment(undefined, new TestRecords()));
  const dialogs: string[] = [];
  fake.page.add({ open_dialog: ({ name }) => dialogs.push(name) });
  fake.page.handle({ type: "toggle_run" });
  await settle();
  fake.engine.train(50);
  await settle();
  fake.engine.facts = facts;
  fake.types();
  return { ...fake, dialogs };
}

test("files of MNIST's form are trained on at once, with the network that is there", async () => {
  const fake = await opened({ ...FACTS, height: 28, width: 28, classes: 10 });
  assert.equal(await fake.page.the(images).take(FILES), true);
  await settle();
  assert.deepEqual(
    fake.types().filter((type) => type !== "checkpoint"),
    ["load_files", "compile LeNet-5"],
  );
  const { data, network, notices } = fake.page.state;
  assert.deepEqual([data.own?.crc32, data.images, network !== null], ["0badcafe", { train: 40, test: 8 }, true]);
  assert.deepEqual([notices.map(({ code }) => code), fake.dialogs], [["files_loaded"], []]);
});

test("a network for other images is let go of with its run kept, and is compiled when it fits", async () => {
  const fake = await opened(FACTS);
  assert.equal(await fake.page.the(images).take(FILES), true);
  await settle();
  assert.deepEqual(
    fake.types().filter((type) => type !== "checkpoint"),
    ["load_files", "dispose"],
  );
  assert.deepEqual(
    [fake.page.state.network, fake.page.state.run.metrics, fake.page.state.runs.map(({ metrics }) => metrics.step), fake.dialogs],
    [null, null, [50], ["data"]],
  );
  assert.equal(fake.page.state.checkpoints.get(fake.page.state.runs[0]?.key ?? ""), 50);
  const spec = fake.page.state.document?.present.spec as Spec;
  fake.page.handle({ type: "edit_network", spec: { ...spec, input: [1, 32, 32], data: { type: "idx", classes: 26 } } });
  await fake.pass(1000);
  assert.deepEqual(
    fake.types().filter((type) => type !== "checkpoint"),
    ["compile LeNet-5"],
  );
  assert.deepEqual(fake.page.state.network?.spec.input, [1, 32, 32]);
});

test("letters are offered to be turned, and have their names then", async () => {
  const fake = await opened({ ...FACTS, height: 28, width: 28, classes: 27, letters: true });
  await fake.page.the(images).take(FILES);
  assert.deepEqual(fake.dialogs, ["data"]);
  fake.engine.facts = { ...FACTS, height: 28, width: 28 };
  await fake.page.handle({ type: "turn_letters" });
  assert.deepEqual(
    [fake.page.state.data.own?.letters, fake.page.state.data.names.length, fake.page.state.data.names[25]],
    [false, 26, "Z"],
  );
  fake.page.handle({ type: "name_classes", names: ["alpha", "beta"] });
  assert.deepEqual(fake.page.state.data.names, ["alpha", "beta"]);
});

test("files that are refused change nothing", async () => {
  const fake = await opened(FACTS);
  const before = fake.page.state;
  const error = { kind: "side_out_of_range", message: "", file: "images", height: 99, width: 99, least: 8, most: 64 } as const;
  fake.engine.refuse("load_files", error);
  assert.equal(await fake.page.the(images).take(FILES), false);
  const { data, network, run } = fake.page.state;
  assert.deepEqual([data, network, run], [before.data, before.network, before.run]);
  assert.deepEqual(fake.page.state.notices, [{ code: "files_refused", error }]);
});

test("back to MNIST: its images are asked for, and the network is compiled if it is for them", async () => {
  const fake = await opened({ ...FACTS, height: 28, width: 28, classes: 10 });
  await fake.page.the(images).take(FILES);
  fake.engine.asked.splice(0);
  await fake.page.handle({ type: "use_mnist" });
  await settle();
  const asked = fake.engine.asked.map(({ type }) => type).filter((type) => ["dispose", "load_data", "compile"].includes(type));
  assert.deepEqual(asked, ["dispose", "load_data", "compile"]);
  assert.deepEqual([fake.page.state.data.own, fake.page.state.data.names, fake.page.state.network !== null], [null, [], true]);
});
