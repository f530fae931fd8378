import assert from "node:assert/strict";
import { test } from "node:test";
import features from "receptive:features";
import { atFirst } from "../../../test/support/page-state.ts";
import { readParameters, viewNamed, writeParameters } from "../../page/registry.ts";
import { parseAddress, writeAddress } from "../../session/link.ts";
import { AS_FIRST } from "./look/looking.ts";

/** What the address says of this feature; others have fields of their own. */
const read = (hash: string): object => ({ looking: readParameters(features, parseAddress(hash).fields).looking });
const plain = { code: null, preset: "resnet20", view: null, selection: null };

test("how the maps are looked at is read as it was written", () => {
  const looking = { tab: "gradients", scale: "layer", depth: "unit", unit: [3, 0, 14] } as const;
  const state = { ...atFirst(), view: "maps", looking };
  const parameters = writeParameters(features, state);
  assert.deepEqual(read(writeAddress({ ...plain, view: "maps", parameters })), { looking });
  assert.deepEqual(writeParameters(features, { ...state, view: "training" }), {}, "only the view that looks has it");
  assert.deepEqual(writeParameters(features, { ...state, looking: AS_FIRST }), {});
});

test("an address without it, and one with nonsense, is as at first", () => {
  assert.deepEqual(read("#preset=resnet20"), { looking: AS_FIRST });
  assert.deepEqual(read("#view=maps&maps=x&scale=2&depth=deep&unit=1.2"), { looking: AS_FIRST });
  assert.deepEqual(read("#view=maps&maps=weights&depth=number"), { looking: { ...AS_FIRST, depth: "number" } });
  assert.equal(viewNamed(features, "nonsense"), "training");
  assert.equal(viewNamed(features, "maps"), "maps");
});
