// Fixes go on through blocks that they break, and a network that is only not finished is no error.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Spec } from "../src/engine/protocol.ts";
import { mendedOn } from "../src/features/fixes/mending.ts";
import { openEnd } from "../src/model/problem.ts";
import type { SpecClient } from "../src/page/page.ts";
import { newDocument } from "../src/spec/document.ts";
import { pageWith, presetNamed } from "./support/page-state.ts";

const block = (channels: number) => ({
  residual: { body: [{ op: "conv2d", out_channels: channels, kernel_size: 3, padding: 1 }] },
});
const blocks = (count: number): Spec => ({ version: 1, input: [1, 28, 28], layers: Array.from({ length: count }, () => block(8)) });

/** An engine that finds each block wrong whose shortcut is the identity, in order. */
const engine = (asked: Spec[]): Pick<SpecClient, "request"> =>
  ({
    request: async (_type: string, { spec }: { spec: Spec }) => {
      asked.push(spec);
      const at = spec.layers.findIndex((layer) => (layer.residual as { shortcut?: unknown }).shortcut === undefined);
      const error =
        at < 0
          ? null
          : {
              kind: "summands_differ",
              message: `block ${at}`,
              node: `add${at}`,
              path: `layers[${at}]`,
              left: [1, 28, 28],
              right: [8, 28, 28],
            };
      return { network: null, error };
    },
  }) as unknown as Pick<SpecClient, "request">;

test("a fix stops where there is another error, or none of its kind, and where nothing moves on", async () => {
  const asked: Spec[] = [];
  const document = newDocument({ title: "blocks", spec: blocks(3) });
  const spec = await mendedOn(engine(asked), document, { spec: blocks(3), code: "projection", kind: "kernel_larger_than_input" });
  assert.deepEqual(spec, blocks(3));
  assert.equal(asked.length, 1);
  const gone = { request: async () => Promise.reject(new Error("gone")) } as unknown as Pick<SpecClient, "request">;
  assert.deepEqual(await mendedOn(gone, document, { spec: blocks(3), code: "projection", kind: "summands_differ" }), blocks(3));
});

test("layers that fit and do not end in ten numbers are not finished; a contradiction is an error", () => {
  const lenet = presetNamed("lenet5");
  const state = pageWith(lenet);
  const document = state.document;
  assert.ok(document);
  const network = {
    nodes: [{ name: "conv1", head: null, output_shape: [16, 28, 28] }],
    training_refused: { kind: "rank_mismatch", message: "", node: "conv1", needed: 2, found: [16, 28, 28] },
  };
  const examined = (examination: object) => ({ document: { ...document, examined: true, examination: examination as never } });
  assert.deepEqual(openEnd(examined({ network, error: null })), { needed: [10], found: [16, 28, 28] });
  assert.equal(openEnd(examined({ network, error: { kind: "rank_mismatch", message: "" } })), null);
  assert.equal(openEnd(examined({ network: { ...network, training_refused: { kind: "too_large", message: "" } }, error: null })), null);
  assert.equal(openEnd(examined({ network: { ...network, training_refused: null }, error: null })), null);
});
