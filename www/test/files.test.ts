// What comes in files: compressed, in any encoding, under any name.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync, gzipSync } from "node:zlib";

import { ReceptiveFailure } from "../src/engine/errors.ts";
import { gunzip } from "../src/engine/gunzip.ts";
import { assignRoles } from "../src/engine/idx-files.ts";
import type { Spec } from "../src/engine/protocol.ts";
import { decodeText } from "../src/engine/text-file.ts";
import { fitsClasses, nameAt, namesFor, parseClassNames } from "../src/features/true-size/class-names.ts";
import { useOf } from "../src/session/file-use.ts";
import { read } from "../src/session/files.ts";
import { settingsOf } from "../src/spec/settings.ts";
import { whatChanged } from "../src/spec/what-changed.ts";

const bytesOf = (...parts: (string | Uint8Array | number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.from(part)))));
const kindOf =
  (kind: string) =>
  (thrown: unknown): boolean => {
    assert.ok(thrown instanceof ReceptiveFailure, String(thrown));
    assert.equal(thrown.error.kind, kind);
    return true;
  };

// ---- gzip ----

const noise = Uint8Array.from({ length: 5000 }, (_, at) => ((at * 2_654_435_761) >>> 13) & 0xff);
const member = (content: string | Uint8Array): Uint8Array => new Uint8Array(gzipSync(content));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

test("a gzip file of one member, of several, and with zeros behind or between them", async () => {
  for (const [what, parts, content] of [
    ["one", [member("one")], "one"],
    ["two", [member("one,"), member("two")], "one,two"],
    ["seven", Array.from("abcdefg", (letter) => member(letter)), "abcdefg"],
    ["an empty one between", [member("one,"), member(""), member("two")], "one,two"],
    ["zeros behind", [member("one"), new Uint8Array(509)], "one"],
    ["one zero behind", [member("one"), [0]], "one"],
    ["zeros behind two", [member("one,"), member("two"), new Uint8Array(512)], "one,two"],
    ["zeros between", [member("one,"), new Uint8Array(3), member("two"), new Uint8Array(7)], "one,two"],
    ["an empty one, and zeros", [member(""), new Uint8Array(40)], ""],
    ["noise", [member(noise.subarray(0, 3000)), member(noise.subarray(3000))], text(noise)],
  ] as [string, (Uint8Array | number[])[], string][]) {
    assert.equal(text(await gunzip(bytesOf(...parts), "a.gz")), content, what);
  }
});

test("what looks like a header inside a member is none", async () => {
  // Stored, so that the bytes are there as they are.
  const magic = bytesOf("before ", [0x1f, 0x8b, 8, 0], noise.subarray(0, 30), [0x1f, 0x8b, 8, 0, 0, 0]);
  const stored = new Uint8Array(gzipSync(magic, { level: 0 }));
  assert.ok(text(stored).includes("\x1f\x8b\b\0", 4));
  assert.deepEqual(await gunzip(bytesOf(stored, member(" after")), "a.gz"), bytesOf(magic, " after"));
});

test("gzip data that is damaged, cut off or followed by something else is refused, and so is gzip in gzip", async () => {
  const whole = member(noise);
  const flipped = whole.map((value, at) => (at === 60 ? value ^ 0xff : value));
  for (const wrong of [
    whole.subarray(0, 900),
    whole.subarray(0, -1),
    flipped,
    bytesOf(member("one"), "more"),
    bytesOf(member("one"), whole.subarray(0, 500)),
    bytesOf([0x1f, 0x8b, 8, 0]),
  ]) {
    await assert.rejects(gunzip(wrong, "a.gz"), kindOf("bad_gzip"));
  }
  await assert.rejects(gunzip(member(member("twice")), "a.gz"), kindOf("double_gzip"));
});

// ---- text ----

const JSON_TEXT = '{"name": "Сеть 😀"}';
const utf16 = (content: string, big = false): Uint8Array => {
  const units = Buffer.from(content, "utf16le");
  return big ? units.swap16() : units;
};
const encodings: [string, (content: string) => Uint8Array][] = [
  ["UTF-8", (content) => bytesOf(content)],
  ["UTF-8 with a mark", (content) => bytesOf([0xef, 0xbb, 0xbf], content)],
  ["UTF-16 LE", (content) => bytesOf([0xff, 0xfe], utf16(content))],
  ["UTF-16 BE", (content) => bytesOf([0xfe, 0xff], utf16(content, true))],
  ["UTF-16 LE without a mark", (content) => bytesOf(utf16(content))],
  ["UTF-16 BE without a mark", (content) => bytesOf(utf16(content, true))],
];

for (const [name, encoded] of encodings) {
  test(`text in ${name}: a network, class names`, async () => {
    assert.equal(decodeText(encoded(JSON_TEXT), "a.json"), JSON_TEXT);
    assert.equal(decodeText(encoded(""), "a.json"), "");
    const { networks } = await open(["a.json", encoded('{"version": 1, "name": "Small", "layers": []}')]);
    assert.deepEqual(
      networks.map(({ title }) => title),
      ["Small"],
    );
    assert.deepEqual(namesFor(encoded("tench\r\nlinux’s\r\n"), "a.txt", 2).list, ["tench", "linux’s"]);
    assert.equal(useOf(encoded("tench\r\ngoldfish\r\n"), { name: "a", type: "" }), "names");
  });
}

test("what is no text is refused, and the fix is named by kind", () => {
  for (const bytes of [bytesOf([0x89], "PNG", [0, 0]), bytesOf("caf", [0xe9]), bytesOf("ab\0\0"), bytesOf([0xff, 0xfe, 0x7b])])
    assert.throws(() => decodeText(bytes, "a.txt"), kindOf("not_text"));
});

// ---- class names ----

const two = ["tench", "goldfish"];

test("names of classes as files and tutorials have them", () => {
  for (const [what, content] of [
    ["a line each", "tench\r\ngoldfish\n"],
    ["lines of an old Mac", "tench\rgoldfish\r"],
    ["numbered lines", "0: tench\n1: goldfish\n"],
    ["lines numbered as in a table", "0, tench\n1, goldfish"],
    ["WordNet's ids before them", "n01440764 tench\nn01443537 goldfish\n"],
    ["a JSON list", '["tench", "goldfish"]'],
    ["a JSON object", '{"0": "tench", "1": "goldfish"}'],
    ["Keras's object", '{"1": ["n01443537", "goldfish"], "0": ["n01440764", "tench"]}'],
    ["a Python dictionary", "{0: 'tench',\n 1: 'goldfish'}"],
    ["one that ends in a comma, with a comment", "{\n  0: 'tench',  # a fish\n  1: \"goldfish\",\n}\n"],
    ["one that is assigned", "imagenet_classes = {0: 'tench', 1: 'goldfish'}"],
    ["a Python list", "['tench', 'goldfish']"],
    ["a tuple", "('tench', 'goldfish')"],
    ["torchvision's meta", 'CLASSES = ["tench", "goldfish"]'],
    ["class_to_idx", "{'goldfish': 1, 'tench': 0}"],
    ["pairs in a dictionary", "{0: ('n01440764', 'tench'), 1: ('n01443537', 'goldfish')}"],
  ] as const) {
    assert.deepEqual(parseClassNames(content), two, what);
  }
  assert.deepEqual(parseClassNames("{0: \"hermit's\", 1: 'it\\'s', 2: 'a' 'b', 3: 'caf\\xe9'}"), ["hermit's", "it's", "ab", "café"]);
  assert.deepEqual(parseClassNames("(none)\ntench"), ["(none)", "tench"]);
  assert.deepEqual(parseClassNames("1000 m\n7 of hearts"), ["1000 m", "7 of hearts"]);
});

test("a Python dictionary of a thousand names", () => {
  const dictionary = `{${Array.from({ length: 1000 }, (_, i) => `${i}: 'class ${i}'`).join(",\n ")}}`;
  const names = namesFor(bytesOf(dictionary), "classes.txt", 1000);
  assert.deepEqual([names.list.length, nameAt(names, 0), nameAt(names, 999), names.background], [1000, "class 0", "class 999", null]);
});

test("a text without names says whether it is empty or cannot be read", () => {
  for (const none of [
    "",
    " \n ",
    "[]",
    "{}",
    "[1, 2]",
    '{"a": "tench"}',
    "[tench",
    '{"0": "tench", "2": "shark"}',
    "{0: 'a', 0: 'b'}",
    "{0: open('x')}",
    "['a' + 'b']",
    "['a'] * 3",
  ]) {
    assert.equal(parseClassNames(none), null, none);
    assert.throws(
      () => namesFor(bytesOf(none), "a.txt", 2),
      (thrown) =>
        kindOf("no_class_names")(thrown) &&
        (thrown as { error: { what?: string } }).error.what === (none.trim() === "" ? "empty" : "unreadable"),
    );
  }
  assert.throws(() => namesFor(bytesOf("a\nb\nc\nd"), "a.txt", 2), kindOf("wrong_class_names"));
});

test("one name more than classes: a background class at the front, which the list may say", () => {
  const said = namesFor(bytesOf("background\ntench\ngoldfish"), "a.txt", 2);
  assert.deepEqual([said.background, nameAt(said, 0), nameAt(said, 1)], [true, "tench", "goldfish"]);
  const open = namesFor(bytesOf('["tench", "goldfish", "shark"]'), "a.json", 2);
  assert.deepEqual([open.background, nameAt(open, 0), nameAt({ ...open, background: true }, 0)], [false, "tench", "goldfish"]);
  assert.deepEqual([fitsClasses(open, 2), fitsClasses(open, 3), fitsClasses({ ...open, background: null }, 3)], [true, false, true]);
});

// ---- which file is which ----

function idx(dimensions: readonly number[], type = 8): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE((type << 8) | dimensions.length);
  dimensions.forEach((size, at) => header.writeUInt32BE(size, 4 + 4 * at));
  return bytesOf(header, new Uint8Array(dimensions.reduce((all, size) => all * size, 1)));
}
const images = (name: string, count: number) => ({ name, bytes: idx([count, 28, 28]) });
const labels = (name: string, count: number) => ({ name, bytes: idx([count]) });
const rolesOf = (files: Parameters<typeof assignRoles>[0]): (string | undefined)[] => {
  const { train_images, train_labels, test_images, test_labels } = assignRoles(files);
  return [train_images, train_labels, test_images, test_labels].map((file) => file?.name);
};

test("images and labels are found by their magic numbers and counts, whatever they are called", () => {
  assert.deepEqual(rolesOf([labels("latest-train-labels", 4), images("latest-train-images", 4)]), [
    "latest-train-images",
    "latest-train-labels",
    undefined,
    undefined,
  ]);
  assert.deepEqual(rolesOf([images("x", 3), labels("images", 3)]), ["x", "images", undefined, undefined]);
  assert.deepEqual(rolesOf([images("test", 6), labels("a", 2), labels("b", 6), images("train", 2)]), ["test", "b", "train", "a"]);
  // As many test images as for training: only then names decide, and only whole words.
  assert.deepEqual(rolesOf([images("t10k-images", 5), labels("train-labels", 5), images("train-images", 5), labels("t10k-labels", 5)]), [
    "train-images",
    "train-labels",
    "t10k-images",
    "t10k-labels",
  ]);
  // How far counts are apart the engine says.
  assert.deepEqual(rolesOf([images("a", 4), labels("b", 5)]), ["a", "b", undefined, undefined]);
});

test("files of which no pairs can be made are refused, with what they are", () => {
  for (const files of [
    [images("a", 4)],
    [images("a", 4), images("b", 4)],
    [images("a", 4), labels("b", 4), images("c", 2)],
    [images("latest-a", 4), labels("b", 4), images("c", 4), labels("d", 4)],
    [images("a", 4), labels("b", 3), images("c", 2), labels("d", 2)],
  ]) {
    assert.throws(() => assignRoles(files), kindOf("no_pair"));
  }
  assert.throws(
    () => assignRoles([images("a", 4), { name: "b", bytes: Uint8Array.of(0, 0, 8, 3, 0) }]),
    (thrown) => {
      assert.deepEqual((thrown as { error: { found?: unknown } }).error.found, [
        { name: "a", what: "images", count: 4 },
        { name: "b", what: "images", count: null },
      ]);
      return true;
    },
  );
});

/** As a person opens them; the engine is asked nothing that matters here. */
function open(...files: [name: string, bytes: Uint8Array][]): ReturnType<typeof read> {
  const specs = {
    request: (type: string, { short }: { short?: object }) =>
      Promise.resolve(type === "lengthen" ? { ...short, layers: [] } : { network: {}, error: null }),
  };
  return read(
    files.map(([name, bytes]) => new File([bytes as BlobPart], name)),
    specs as never,
  );
}

const network = (name: string): Uint8Array => bytesOf(JSON.stringify({ version: 1, name, layers: [] }));
const header = bytesOf('{"__metadata__":{"note":"{}"}}');
const weights = bytesOf([header.length, 0, 0, 0, 0, 0, 0, 0], header);

test("each of several files is taken for what it holds", async () => {
  const {
    images: pair,
    networks,
    runs,
  } = await open(
    ["first.json", network("One")],
    ["second.txt", network("Two")],
    ["no name at all", weights],
    ["latest-train-a.json", labels("", 4).bytes],
    ["b", images("", 4).bytes],
    ["packed.gz", member(network("Three"))],
  );
  assert.deepEqual(
    networks.map(({ title }) => title),
    ["One", "Two", "Three"],
  );
  assert.deepEqual(runs, [{ run: null, bytes: weights }]);
  assert.deepEqual(pair && [pair.train_images.name, pair.train_labels.name], ["b", "latest-train-a.json"]);
});

test("a network is whole, whatever its file leaves out or says nothing in", async () => {
  const layers = [{ op: "conv2d", out_channels: 4, kernel_size: 3 }];
  const sparse = { version: 1, input: null, name: null, training: null, layers: [{ ...layers[0], name: null, stride: null }] };
  for (const written of [{ version: 1, layers }, sparse]) {
    const { networks } = await open(["net.json", bytesOf(JSON.stringify(written))]);
    assert.deepEqual(networks, [{ title: "net", spec: { version: 1, layers, input: [1, 28, 28] } }]);
    // What the page makes of it at once.
    assert.deepEqual(whatChanged(networks[0]?.spec as Spec, { version: 1, layers } as never), []);
    assert.equal(settingsOf(networks[0]?.spec as Spec).batch_size, 64);
  }
  const { networks } = await open(
    ["short.json", bytesOf('{"v": 1}')],
    ["three.json", bytesOf('{"version": 1, "input": [3, 32, 32], "layers": []}')],
  );
  assert.deepEqual(
    networks.map(({ spec }) => spec.input),
    [
      [1, 28, 28],
      [3, 32, 32],
    ],
  );
});

test("images may be gzipped in several members", async () => {
  const { bytes } = images("", 6);
  const { images: pair } = await open(
    ["images.gz", bytesOf(member(bytes.subarray(0, 2000)), member(bytes.subarray(2000)), new Uint8Array(100))],
    ["labels.gz", member(labels("", 6).bytes)],
  );
  assert.deepEqual(pair?.train_images.bytes, bytes);
});

test("one file that cannot be used is named, and none of them is", async () => {
  const good: [string, Uint8Array] = ["good.json", network("Good")];
  await assert.rejects(open(good, ["cat.png", bytesOf([0x89], "PNG", [0])]), kindOf("not_ours"));
  await assert.rejects(open(good, ["notes.txt", bytesOf("dear diary")]), kindOf("not_ours"));
  await assert.rejects(open(good, ["broken.json", bytesOf('{"version": 1,')]), kindOf("bad_json"));
  await assert.rejects(open(good, ["binary.json", bytesOf([0xe9, 0x0a])]), kindOf("not_text"));
  await assert.rejects(open(good, ["raw.gz", bytesOf(deflateRawSync("x"))]), kindOf("not_ours"));
  await assert.rejects(open(good, ["weights.safetensors", bytesOf("not really")]), kindOf("malformed_weights"));
  await assert.rejects(open(good, ["network.safetensors", network("Renamed")]), kindOf("malformed_weights"));
  await assert.rejects(open(good, ["weights.ckpt", bytesOf("lost and found")]), kindOf("malformed_weights"));
  await assert.rejects(open(good, ["images", images("", 4).bytes]), kindOf("no_pair"));
  const folder = Object.assign(new File([], "folder"), { arrayBuffer: () => Promise.reject(new DOMException("", "NotFoundError")) });
  await assert.rejects(read([folder], {} as never), kindOf("unreadable_file"));
});

test("a file dropped on the networks at true size is used for what it holds", () => {
  const use = (bytes: Uint8Array, name = "file", type = ""): unknown => useOf(bytes, { name, type });
  for (const start of [
    bytesOf([0x89], "PNG\r\n"),
    bytesOf([0xff, 0xd8, 0xff, 0xe0]),
    bytesOf("GIF89a"),
    bytesOf("RIFF1234WEBPVP8 "),
    bytesOf([0, 0, 0, 28], "ftypavif"),
  ])
    assert.equal(use(start, "names.txt"), "picture");
  assert.deepEqual(
    [use(weights), use(weights, "names.json"), use(bytesOf("PK\x03\x04...."), "resnet18.pth"), use(bytesOf("?"), "A.SafeTensors")],
    ["weights", "weights", "weights", "weights"],
  );
  assert.deepEqual(
    [use(bytesOf('{"0": "tench"}')), use(bytesOf("tench\ngoldfish"), "a.safe"), use(bytesOf("<svg>"), "a.svg", "image/svg+xml")],
    ["names", "names", "picture"],
  );
  assert.deepEqual([use(bytesOf("%PDF-1.7\n%", [0xe2, 0xe3, 0xcf, 0xd3])), use(bytesOf([1, 0, 0, 0, 7, 0, 0]))], [null, null]);
});
