/**
 * Which of the files a user chose is which, by what is in them and whatever they are called: the magic number of an IDX file says how
 * many dimensions it has, the number behind it how many items. Labels have one dimension, images three. A pair is images with as many
 * labels; of two pairs the longer one is for training. Whether a file is sound is the engine's to judge.
 */

import type { FoundFile } from "./errors.ts";
import { ReceptiveFailure } from "./errors.ts";
import type { NamedBytes, RequestBody } from "./protocol.ts";

/** What the engine is asked to load. */
export type LoadFiles = Omit<Extract<RequestBody, { type: "load_files" }>, "type">;

/**
 * Whether a file begins as an IDX file does: two zeros, a type, a number of dimensions. Of what type and shape they must be the engine
 * knows.
 */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && Boolean(bytes[2]) && Boolean(bytes[3]);
}

interface Part {
  file: NamedBytes;
  what: "images" | "labels";
  /** By the header; null where that is cut off. */
  count: number | null;
}

function partOf(file: NamedBytes): Part {
  const { bytes } = file;
  const count = bytes.length < 8 ? null : new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
  return { file, what: bytes[3] === 1 ? "labels" : "images", count };
}

interface Pair {
  images: Part;
  labels: Part;
}

const countsAgree = ({ images, labels }: Pair): boolean => images.count !== null && images.count === labels.count;
const namesAgree = ({ images, labels }: Pair): boolean => splitOf(images) !== null && splitOf(images) === splitOf(labels);

/** The parts of MNIST as its files are called. Only a name that says it in so many words tells two pairs of the same length apart. */
const SPLIT = /(?:^|[^a-z0-9])(train(?:ing)?|t10k|test(?:ing)?|val(?:idation)?)(?:[^a-z0-9]|$)/iu;
const splitOf = ({ file }: Part): "train" | "test" | null => {
  const word = SPLIT.exec(file.name)?.[1]?.toLowerCase();
  return word === undefined ? null : word.startsWith("train") ? "train" : "test";
};

/**
 * @throws ReceptiveFailure `no_pair` unless the files are images and labels for training, with images and labels for testing or without.
 */
export function assignRoles(files: readonly NamedBytes[]): LoadFiles {
  const parts = files.map(partOf);
  const [train, test] = pairsOf(parts);
  if (!train) {
    const found: FoundFile[] = parts.map(({ file: { name }, what, count }) => ({ name, what, count }));
    const names = found.map(({ name }) => name).join(", ");
    throw new ReceptiveFailure({ kind: "no_pair", message: `no pair of images and labels in: ${names}`, found });
  }
  const roles = { train_images: train.images.file, train_labels: train.labels.file };
  return test ? { ...roles, test_images: test.images.file, test_labels: test.labels.file } : roles;
}

/** The pair for training, and that for testing where there is one; none where they cannot be told. */
function pairsOf(parts: readonly Part[]): Pair[] {
  const images = parts.filter(({ what }) => what === "images");
  const labels = parts.filter(({ what }) => what === "labels");
  const [one, other] = images;
  const [first, second] = labels;
  if (!one || !first || images.length !== labels.length || images.length > 2) return [];
  // A single pair is one even if its counts differ: the engine says by how much.
  if (!other || !second) return [{ images: one, labels: first }];
  const straight: [Pair, Pair] = [
    { images: one, labels: first },
    { images: other, labels: second },
  ];
  const crossed: [Pair, Pair] = [
    { images: one, labels: second },
    { images: other, labels: first },
  ];
  const sound = [straight, crossed].filter((pairs) => pairs.every(countsAgree));
  const pairs = sound.length === 1 ? sound[0] : sound.find((pairs) => pairs.every(namesAgree));
  if (!pairs) return [];
  const [left, right] = pairs;
  const [longer, shorter] = [left.images.count ?? 0, right.images.count ?? 0];
  if (longer !== shorter) return longer > shorter ? [left, right] : [right, left];
  const splits = [splitOf(left.images), splitOf(right.images)];
  if (splits[0] === splits[1]) return [];
  return splits[0] === "train" ? [left, right] : [right, left];
}
