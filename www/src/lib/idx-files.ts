/**
 * Which of the files a user chose is which. MNIST's own names say it (`train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz`, ...); a renamed
 * file is known by its first bytes: 2051 opens images, 2049 labels. Whether a file is sound is the engine's to judge.
 */
import type { NamedBytes, RequestBody } from "../protocol.ts";
import { ReceptiveFailure } from "../errors.ts";

type Role = "train_images" | "train_labels" | "test_images" | "test_labels";
type LoadFiles = Omit<Extract<RequestBody, { type: "load_files" }>, "type">;

const LABELS_MAGIC = 2049;

function magic(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

function roleOf({ name, bytes }: NamedBytes): Role {
  const split = /t10k|test/iu.test(name) ? "test" : "train";
  const labels = /label|idx1/iu.test(name) || (!/image|idx3/iu.test(name) && magic(bytes) === LABELS_MAGIC);
  return `${split}_${labels ? "labels" : "images"}`;
}

/** @throws ReceptiveFailure `no_pair` unless training images and labels are there, and the test files both or neither. */
export function assignRoles(files: readonly NamedBytes[]): LoadFiles {
  const found: { [R in Role]?: NamedBytes } = {};
  let twice = false;
  for (const file of files) {
    const role = roleOf(file);
    twice ||= role in found;
    found[role] = file;
  }
  const { train_images, train_labels, test_images, test_labels } = found;
  if (twice || !train_images || !train_labels || !test_images !== !test_labels) {
    const names = files.map((file) => file.name).join(", ");
    throw new ReceptiveFailure({ kind: "no_pair", message: `no pair of images and labels in: ${names}`, files: names });
  }
  return test_images && test_labels ? { train_images, train_labels, test_images, test_labels } : { train_images, train_labels };
}
