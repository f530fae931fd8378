import assert from "node:assert/strict";
import { test } from "node:test";
import { ReceptiveFailure } from "../src/errors.ts";
import { decode, encode, isAddress, parseAddress, sameContent, writeAddress } from "../src/lib/link.ts";
import { AS_FIRST } from "../src/lib/look/looking.ts";

test("what an address says is read as it was written", async () => {
  const short = { v: 1, l: [["conv", { o: 16, k: 3 }], "relu", "Слой"], e: 7 };
  const code = await encode(short);
  assert.match(code, /^[\w-]+$/u);
  assert.deepEqual(await decode(code), short);
  const address = {
    code,
    preset: null,
    view: "maps",
    selection: { path: "layers[2].residual.body[0]", node: "block 1" },
    looking: { tab: "gradients", scale: "layer", depth: "unit", unit: [3, 0, 14] },
  } as const;
  assert.deepEqual(parseAddress(writeAddress(address)), address);
  const plain = { code: null, preset: "resnet20", view: "training", selection: null, looking: AS_FIRST } as const;
  assert.equal(writeAddress(plain), "#preset=resnet20");
  assert.deepEqual(parseAddress("#preset=resnet20"), plain);
  assert.equal(writeAddress({ ...plain, preset: null }), "");
  assert.equal(parseAddress("#view=nonsense").view, "training");
  assert.equal(writeAddress({ ...plain, view: "maps" }), "#preset=resnet20&view=maps");
  assert.equal(writeAddress({ ...plain, looking: address.looking }), "#preset=resnet20", "only the view that looks has it");
  assert.deepEqual(parseAddress("#view=maps&maps=x&scale=2&depth=deep&unit=1.2").looking, AS_FIRST);
  assert.equal(parseAddress("#view=maps&maps=weights&depth=number").looking.tab, "activations");
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
  assert.ok(!isAddress("#stage") && !isAddress("#true-size"));
});

test("the order of fields makes no difference", () => {
  assert.ok(sameContent({ a: 1, b: [1, { c: 2, d: undefined }] }, { b: [1, { c: 2 }], a: 1 }));
  assert.ok(!sameContent({ a: [1, 2] }, { a: [2, 1] }));
  assert.ok(!sameContent({ a: 1 }, { a: 1, b: 2 }));
  assert.ok(!sameContent([], {}));
});
