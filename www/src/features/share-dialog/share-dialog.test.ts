/** Which parts of an address are whose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chosen } from "./chosen.ts";
import { addressWith } from "./chosen.ts";

const ALL: Chosen = { network: true, view: true, selection: true, only: false, language: null };
const HASH = "#g=abc-_1&view=maps&maps=gradients&select=layers%5B3%5D&node=conv2";
const WHOLE = `https://host/course/?backend=cpu&lang=ru&embed=view&preset=resnet20${HASH}`;

test("an address keeps what was chosen", () => {
  assert.equal(addressWith(WHOLE, ALL), `https://host/course/?backend=cpu&preset=resnet20${HASH}`);
  assert.equal(
    addressWith(WHOLE, { ...ALL, network: false, selection: false }),
    "https://host/course/?backend=cpu#view=maps&maps=gradients",
  );
  assert.equal(addressWith(WHOLE, { ...ALL, view: false, selection: false }), "https://host/course/?backend=cpu&preset=resnet20#g=abc-_1");
  assert.equal(
    addressWith(WHOLE, { network: false, view: false, selection: true, only: true, language: "en" }),
    "https://host/course/?backend=cpu&lang=en&embed=view#select=layers%5B3%5D&node=conv2",
  );
  assert.equal(
    addressWith(WHOLE, { network: false, view: false, selection: false, only: false, language: null }),
    "https://host/course/?backend=cpu",
  );
});
