import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReceptiveError } from "../src/engine/errors.ts";
import { ReceptiveFailure } from "../src/engine/errors.ts";
import { chartData } from "../src/features/training/chart-data.ts";
import { classMap, likelihoodMap, mapPixels, sharesOf } from "../src/features/true-size/true-size.ts";
import { errorText, LANGUAGES, loadLocale } from "../src/i18n/locale.ts";
import { History } from "../src/lib/series.ts";
import { classesOf, classImage, overlap, withoutClass as pixelsWithoutClass } from "../src/model/mask.ts";
import { bestOf, cellImages, confusionOf, NO_CLASS, scoresOf, withoutClass, worstOf } from "../src/model/mistakes.ts";
import { reduce } from "../src/model/reduce.ts";
import { holdsWeights, isForeign, looksLikeRun, noteIn, readNote } from "../src/model/run-file.ts";
import type { Notice } from "../src/model/state.ts";
import type { Page } from "../src/page/page.ts";
import { useOf } from "../src/session/file-use.ts";
import { read } from "../src/session/files.ts";
import type { Persistence } from "../src/session/persistence.ts";
import { Startup } from "../src/session/startup.ts";
import { atFirst } from "./support/page-state.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
/** A safetensors file with this header and no tensors. */
function file(header: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const all = new Uint8Array(8 + text.length);
  new DataView(all.buffer).setBigUint64(0, BigInt(text.length), true);
  all.set(text, 8);
  return all;
}
const ZIP = bytes("PK\x03\x04\0\0\x08\x08archive/data.pkl");
const PICKLE = bytes("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.");

test("weights are known by their beginning and by the names that programs give them", () => {
  assert.deepEqual([ZIP, PICKLE, file("{}"), bytes('{"layers": []}'), bytes("\x1f\x8b\x08")].map(isForeign), [
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.ok([bytes("\x93NUMPY\x01\0"), bytes("\x89HDF\r\n\x1a\n"), bytes("GGUF\x03\0\0\0")].every(isForeign));
  // Text is text, whatever it is called.
  assert.deepEqual(
    ["net.bin", "net.ckpt", "net.safetensors"].map((name) => holdsWeights(name, bytes('\xef\xbb\xbf {"layers": []}'))),
    [false, false, true],
  );
  // Headers of 640 and of 67,324,752 bytes: their lengths begin as a pickle and as a zip do.
  for (const length of [640, 0x04034b50]) {
    const start = Uint8Array.of(length & 255, (length >> 8) & 255, (length >> 16) & 255, length >> 24, 0, 0, 0, 0, 0x7b);
    assert.deepEqual([looksLikeRun(start), isForeign(start)], [true, false]);
  }
  for (const name of ["a.pt", "A.PTH", "pytorch_model.bin", "epoch=3.ckpt", "w.npz", "w.h5", "w.safetensors"])
    assert.ok(holdsWeights(name, bytes("??")), name);
  assert.ok(
    holdsWeights("renamed.dat", ZIP) &&
      !holdsWeights("train-images-idx3-ubyte.gz", bytes("\x1f\x8b")) &&
      !holdsWeights("net.json", bytes("{")),
  );
  assert.deepEqual(
    ["w.pth", "w.pt", "w.bin"].map((name) => useOf(bytes("??"), { name, type: "" })),
    ["weights", "weights", "weights"],
  );
});

test("a note is found, and what is wrong with a file is left to the engine", () => {
  assert.equal(noteIn(file('{"__metadata__":{"note":"mine"}}')), "mine");
  for (const other of [file("{}"), file('{"__metadata__":{"note":7}}'), file("{"), file("{}").subarray(0, 9), ZIP, new Uint8Array()])
    assert.equal(noteIn(other), null);
});

test("a note that is JSON and tells of no run is none", () => {
  const run = {
    name: "kiwi",
    title: "LeNet-5",
    spec: { input: [1, 28, 28], layers: [] },
    history: new History().save(),
    epochs: [],
    metrics: { step: 3, epochs: 2 },
  };
  const noted = (changes: object): unknown => readNote(JSON.stringify({ version: 1, run: { ...run, ...changes } }));
  assert.deepEqual(noted({}), run);
  for (const changes of [
    { history: undefined },
    { history: { train: {} } },
    { metrics: { step: -1, epochs: 2 } },
    { metrics: { step: 2 ** 60, epochs: 2 } },
    { spec: null },
    { epochs: 7 },
    { name: 7 },
  ])
    assert.equal(noted(changes), null, JSON.stringify(changes));
  for (const note of ["7", "[1]", '{"version":1}', '{"version":1,"run":7}', "{"]) assert.equal(readNote(note), null, note);
});

const specs = { request: () => Promise.reject(new Error("not asked for")) } as never;

test("of another program's file only the beginning is read, and one that is too large is refused", async () => {
  const large = {
    name: "model.pth",
    size: 6e8,
    slice: () => new Blob([ZIP.slice()]),
    arrayBuffer: () => assert.fail("all of it"),
  } as unknown as File;
  const { images, networks, runs } = await read([large], specs);
  assert.deepEqual([images, networks, runs.map(({ run, bytes: read }) => [run, read.length])], [null, [], [[null, ZIP.length]]]);
  const endless = {
    name: "model.safetensors",
    size: 2 ** 33,
    slice: () => new Blob([file("{}")]),
    arrayBuffer: () => assert.fail("all of it"),
  } as unknown as File;
  await assert.rejects(
    read([endless], specs),
    (thrown: ReceptiveFailure) => thrown.error.kind === "limit_exceeded" && thrown.error.needed === 2 ** 33,
  );
});

test("a file that the engine refuses leaves the document and the run as they are", async () => {
  const run = {
    key: "r1",
    name: "kiwi",
    look: 0,
    parent: null,
    title: "Other",
    spec: { version: 1, input: [1, 28, 28], layers: [] },
    history: new History().save(),
    epochs: [],
    metrics: { step: 3, epochs: 2 },
    evaluation: null,
  };
  const content = file(JSON.stringify({ __metadata__: { note: JSON.stringify({ version: 1, run }) } }));
  const notices: Notice[] = [];
  const state = atFirst();
  const host = {
    state,
    specs,
    handle: () => assert.fail("nothing changes"),
    set: () => assert.fail("nothing changes"),
    notify: (notice: Notice) => notices.push(notice),
    dismiss: () => {},
  } as unknown as Page;
  const error: ReceptiveError = {
    kind: "malformed_tensor",
    message: "",
    tensor: "conv1.weight",
    flaw: "outside",
    found: 4_294_967_440,
    expected: 108_360,
  };
  const persistence = { restore: () => Promise.reject(new ReceptiveFailure(error)) } as unknown as Persistence;
  const chosen = new File([content], "run.safetensors");
  assert.equal(await new Startup(host).files([chosen], persistence), false);
  assert.deepEqual(notices, [{ code: "files_refused", error }]);
});

test("every flaw is worded in both languages, with the tensor, the numbers and what helps", async () => {
  for (const language of LANGUAGES) {
    const locale = await loadLocale(language);
    const says = (error: ReceptiveError): string => errorText(locale, error);
    const texts = new Set<string>();
    for (const flaw of ["duplicate", "fields", "number", "order", "outside", "overlap", "hole", "size"]) {
      const text = says({ kind: "malformed_tensor", message: "", tensor: "conv1.weight", flaw, found: 4_294_967_440, expected: 108_360 });
      assert.ok(text.includes("conv1.weight") && /safetensors\.$/u.test(text) && !text.includes("undefined"), text);
      texts.add(text);
    }
    for (const flaw of ["short", "header_length", "text", "json", "number", "trailing"])
      texts.add(says({ kind: "malformed_weights", message: "", flaw, at: 7, size: 3 }));
    for (const format of ["pytorch_zip", "pickle", "numpy", "keras", "gguf"] as const)
      texts.add(says({ kind: "foreign_weights", message: "", format }));
    assert.equal(texts.size, 19);
    const zip = says({ kind: "foreign_weights", message: "", format: "pytorch_zip" });
    assert.match(zip, /PyTorch.*zip.*import torch.*\n.*torch\.load.*save_file/su);
    const other = says({
      kind: "weights_mismatch",
      message: "",
      tensors: [{ name: "fc.weight", found: null, expected: "F32 [10, 84]" }],
      file: ["net.fc.weight F32 [10, 80]"],
    });
    assert.ok(other.includes("fc.weight F32 [10, 84]") && other.includes("net.fc.weight F32 [10, 80]"), other);
    const weights = {
      kind: "non_finite_weights",
      message: "",
      step: 0,
      tensors: [{ name: "conv1.weight", count: 2 }],
      learning_rate: 0.02,
    } as const;
    const [loaded, trained] = [says({ ...weights, loaded: true }), says({ ...weights, loaded: false })];
    assert.ok(loaded.includes("conv1.weight (2)") && !/0[.,]02/u.test(loaded), loaded);
    assert.ok(trained.includes("conv1.weight (2)") && /0[.,]02/u.test(trained), trained);
  }
});

test("weights that are not finite stop a run with their own words", () => {
  const start = atFirst();
  const error = {
    kind: "non_finite_weights",
    message: "",
    step: 1,
    tensors: [{ name: "fc1.bias", count: 1 }],
    loaded: true,
    learning_rate: 0.02,
  } as const;
  const state = reduce({ ...start, run: { ...start.run, id: "run-1", phase: "running" } }, { type: "failed", run: "run-1", error });
  assert.equal(state.run.phase, "failed");
  assert.ok(state.notices[0]?.code === "diverged" && state.notices[0].error === error);
});

test("a loss that is no number has no place on a curve, smoothed or not", () => {
  const history = new History();
  for (const [step, loss] of [
    [1, 2],
    [2, Number.NaN],
    [3, Number.POSITIVE_INFINITY],
    [4, 1],
  ] as const)
    history.addTrain({ step, loss, top1: 0.5, top5: 1 });
  const [steps, , train] = chartData(history, [], "loss", { smoothing: 0.5, top5: false });
  assert.deepEqual(steps, [1, 4]);
  assert.ok(
    train?.every((value) => Number.isFinite(value)),
    String(train),
  );
});

test("of shares that are no numbers none is the largest", () => {
  const nan = Number.NaN;
  assert.deepEqual([[0.1, 0.7, 0.2], Array(10).fill(nan), [0.5, nan, 0.5], [0.1, Number.POSITIVE_INFINITY], []].map(bestOf), [
    1,
    null,
    null,
    null,
    null,
  ]);
  assert.equal(bestOf(null), null);
});

test("an image without a class is wrong, in no cell, and the worst", () => {
  const predictions = {
    split: "test",
    step: 5,
    labels: Uint8Array.of(0, 0, 1),
    first: Uint8Array.of(0, NO_CLASS, 0),
    second: Uint8Array.of(1, NO_CLASS, 1),
    probabilities: Float32Array.of(0.9, Number.NaN, 0.6),
    losses: Float32Array.of(0.1, Number.NaN, 3),
  } as const;
  assert.deepEqual(confusionOf(predictions, 2), [
    [1, 0],
    [1, 0],
  ]);
  assert.deepEqual([cellImages(predictions, 0, 0), worstOf(predictions, 9), withoutClass(predictions)], [[0], [1, 2], 1]);
  assert.deepEqual(
    scoresOf(predictions, 2).map(({ top1, top2 }) => [top1, top2]),
    [
      [0.5, 0.5],
      [0, 1],
    ],
  );
});

test("a pixel without a class has no colour and no share, at true size and on the pad", () => {
  const [nan, infinite] = [Number.NaN, Number.POSITIVE_INFINITY];
  // Two classes, five pixels.
  const values = Float32Array.of(nan, 1, infinite, -infinite, -infinite, /**/ 1, nan, 0, 2, -infinite);
  const map = classMap(values, 2);
  assert.deepEqual([...map], [255, 255, 255, 1, 255]);
  assert.deepEqual(sharesOf(map, 2), [0, 0.2]);
  assert.deepEqual(
    [...mapPixels(map, 5, 1).data].filter((_, at) => at % 4 === 3),
    [0, 0, 0, 255, 0],
  );
  const likelihood = likelihoodMap(Float32Array.of(nan, 0, 0, nan, 0, Math.log(3)), 2, 1);
  assert.deepEqual([[...likelihood.levels], likelihood.least, Math.round(likelihood.most * 100)], [[0, 0, 255], 0.5, 75]);
  const none = likelihoodMap(Float32Array.of(nan, nan), 2, 1);
  assert.deepEqual([[...none.levels], none.least, none.most], [[0], 0, 0]);
  const mask = Uint8Array.of(255, 3, 0);
  assert.deepEqual([classesOf(mask), pixelsWithoutClass(mask)], [[{ digit: 2, pixels: 1 }], 1]);
  assert.equal(overlap({ picture: mask, digit: Uint8Array.of(1, 1, 0), mask }, null), 0.5);
  const image = classImage(Uint8Array.of(0, 0, 0), mask, null);
  assert.deepEqual([...image.subarray(0, 3)], [127, 127, 127]);
});
