import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fix } from "../src/features/fixes/fix.ts";
import { fixesFor, nearest } from "../src/features/fixes/fixes.ts";
import { LANGUAGES, loadLocale, loadPanels } from "../src/i18n/locale.ts";
import { valueAt } from "../src/spec/spec-path.ts";
import { EXAMINATIONS, examined } from "./support/examinations.ts";

function fixes(name: string): Fix[] {
  const { error, document } = examined(name);
  assert.ok(error, name);
  return fixesFor(error, document);
}
const codes = (name: string): string[] => fixes(name).map(({ text }) => text.code);
const mendedAt = (name: string, code: string, path: string): unknown =>
  valueAt(fixes(name).find(({ text }) => text.code === code)?.spec, path);

test("a sum of unlike shapes: a projection, the body fitted, or a shortcut without parameters", () => {
  assert.deepEqual(codes("summands"), ["projection", "fit_body", "pad_shortcut"]);
  assert.deepEqual(mendedAt("summands", "projection", "layers[1].residual.shortcut"), [
    { op: "conv2d", out_channels: 32, kernel_size: 1, stride: 2, bias: false },
    { op: "batch_norm2d" },
  ]);
  assert.deepEqual(mendedAt("summands", "fit_body", "layers[1].residual.body[0]"), {
    op: "conv2d",
    out_channels: 16,
    kernel_size: 3,
    padding: 1,
    bias: false,
  });
  assert.equal(mendedAt("summands", "pad_shortcut", "layers[1].residual.shortcut"), "pad");
});

test("branches are padded to one size, sums get as many channels or are concatenated, what was saved is cropped", () => {
  assert.deepEqual(mendedAt("branches", "same_padding", "layers[1].parallel.branches"), [
    [{ op: "conv2d", out_channels: 8, kernel_size: 1 }],
    [{ op: "conv2d", out_channels: 8, kernel_size: 3, padding: 1 }],
    [{ op: "max_pool2d", kernel_size: 3, padding: 1, stride: 1 }],
  ]);
  assert.deepEqual(codes("sum"), ["fit_body", "concat"]);
  assert.deepEqual(mendedAt("cropped", "crop", "layers[3]"), { join: "s1", crop: true });
});

test("a kernel that is too large: padding, a smaller one, or one pooling less", () => {
  assert.deepEqual(
    fixes("kernel").map(({ text }) => text),
    [
      { code: "padding", value: 1 },
      { code: "kernel", value: 3 },
      { code: "remove", name: "pool2" },
    ],
  );
  assert.equal((fixes("kernel")[2]?.spec?.layers ?? []).length, 6);
});

test("dimensions, classes and channels", () => {
  assert.deepEqual(mendedAt("rank", "flatten", "layers[2]"), { op: "flatten" });
  assert.deepEqual(
    fixes("flat").map(({ text }) => text),
    [{ code: "remove", name: "flatten" }],
  );
  assert.deepEqual(mendedAt("classes", "outputs", "layers[2]"), { op: "linear", out_features: 10 });
  assert.deepEqual(mendedAt("maps", "classifier", "layers[3]"), { op: "linear", out_features: 10 });
  assert.deepEqual(
    fixes("groups").map(({ text }) => text),
    [{ code: "groups", value: 2 }],
  );
  assert.deepEqual(
    fixes("groups_out").map(({ text }) => text),
    [
      { code: "channels", value: 10 },
      { code: "groups", value: 1 },
    ],
  );
});

test("what cannot be read is mended by the nearest that can", () => {
  assert.deepEqual(
    fixes("value").map(({ text }) => text),
    [{ code: "value", field: "out_channels", value: "1" }],
  );
  assert.deepEqual(mendedAt("same", "value", "layers[0].padding"), [2, 1]);
  assert.deepEqual(
    fixes("negative").map(({ text }) => text),
    [{ code: "value", field: "padding", value: "0" }],
  );
  assert.deepEqual(fixes("operator")[0]?.text, { code: "operator", op: "conv2d" });
  assert.deepEqual(mendedAt("field", "drop_field", "layers[0]"), { op: "relu" });
  assert.deepEqual(mendedAt("missing", "value", "layers[0].kernel_size"), 3);
  assert.deepEqual(mendedAt("nameless", "name", "layers[0].repeat.name"), "block");
  assert.deepEqual(mendedAt("twice", "name", "layers[1].name"), "r2");
  assert.deepEqual(codes("hollow"), ["add_layer", "remove"]);
  assert.deepEqual(mendedAt("unsaved", "value", "layers[2]"), { join: "s1" });
  assert.deepEqual(mendedAt("pool", "padding", "layers[0].padding"), 1);
  assert.deepEqual([nearest("maxpool", ["relu", "max_pool2d", "linear"]), nearest("x", [])], ["max_pool2d", null]);
});

test("too large for this device: a smaller batch", () => {
  const { document } = examined("lenet5");
  const error = { kind: "too_large", message: "", node: "LeNet-5", needed_bytes: 9e9, limit_bytes: 1e9, largest_batch: 16 } as const;
  assert.deepEqual(fixesFor(error, document), [
    { text: { code: "batch", value: 16 }, spec: null, settings: { batch_size: 16 }, path: null },
  ]);
  assert.deepEqual(fixesFor({ ...error, largest_batch: 0 }, document), []);
});

test("each error of the examples but an empty network has a fix, and each fix a label in both languages", async () => {
  const locales = await Promise.all(LANGUAGES.map(loadLocale));
  await loadPanels();
  for (const [name, { examination }] of Object.entries(EXAMINATIONS)) {
    const error = examination.error ?? examination.network?.training_refused;
    if (!error || error.kind === "empty_network") continue;
    assert.ok(fixes(name).length > 0, name);
    for (const {
      language,
      panels: {
        fixes: { of },
      },
    } of locales) {
      for (const { text } of fixes(name)) {
        const label = (of[text.code] as (fix: typeof text) => string)(text);
        assert.doesNotMatch(label, /undefined|NaN|\[object/u);
        assert.equal(/[а-яё]/iu.test(label), language === "ru", label);
      }
    }
  }
});
