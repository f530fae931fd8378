import assert from "node:assert/strict";
import { test } from "node:test";
import { ReceptiveFailure } from "../src/engine/errors.ts";
import { sameContent } from "../src/lib/same-content.ts";
import { decode, encode, isAddress, parseAddress, writeAddress } from "../src/session/link.ts";

test("what an address says is read as it was written", async () => {
  const short = { v: 1, l: [["conv", { o: 16, k: 3 }], "relu", "Слой"], e: 7 };
  const code = await encode(short);
  assert.match(code, /^[\w-]+$/u);
  assert.deepEqual(await decode(code), short);
  const address = { code, preset: null, view: "maps", selection: { path: "layers[2].residual.body[0]", node: "block 1" } };
  const { fields, ...read } = parseAddress(writeAddress({ ...address, parameters: { maps: "gradients" } }));
  assert.deepEqual(read, address);
  assert.equal(fields.get("maps"), "gradients");
  const plain = { code: null, preset: "resnet20", view: null, selection: null };
  assert.equal(writeAddress(plain), "#preset=resnet20");
  const { fields: _, ...bare } = parseAddress("#preset=resnet20");
  assert.deepEqual(bare, plain);
  assert.equal(writeAddress({ ...plain, preset: null }), "");
  assert.equal(writeAddress({ ...plain, view: "maps" }), "#preset=resnet20&view=maps");
});

test("a damaged link says what is wrong with it", async () => {
  const code = await encode({ v: 1, l: ["relu", ["fc", { f: 10 }]] });
  const reason = async (text: string): Promise<string> => {
    try {
      await decode(text);
      return "none";
    } catch (thrown) {
      assert.ok(thrown instanceof ReceptiveFailure && thrown.error.kind === "bad_link");
      return thrown.error.reason;
    }
  };
  assert.equal(await reason("!!"), "letters");
  assert.equal(await reason(code.slice(0, -6)), "packing");
  assert.equal(await reason(""), "packing");
  assert.equal(await reason(btoa("hello, world").replaceAll("=", "")), "packing");
  assert.equal(await reason(await encode("x".repeat(1 << 21))), "packing");
});

test("marks of the page are no addresses", () => {
  assert.ok(isAddress("") && isAddress("#g=abc") && isAddress("#view=maps"));
  assert.ok(!isAddress("#lesion=3") && isAddress("#lesion=3", ["lesion"]));
  assert.ok(!isAddress("#stage") && !isAddress("#true-size"));
});

test("the order of fields makes no difference", () => {
  assert.ok(sameContent({ a: 1, b: [1, { c: 2, d: undefined }] }, { b: [1, { c: 2 }], a: 1 }));
  assert.ok(!sameContent({ a: [1, 2] }, { a: [2, 1] }));
  assert.ok(!sameContent({ a: 1 }, { a: 1, b: 2 }));
  assert.ok(!sameContent([], {}));
});
