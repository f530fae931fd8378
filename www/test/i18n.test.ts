import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import features from "receptive:features";
import instruments from "receptive:instruments";
import type { ReceptiveError } from "../src/engine/errors.ts";
import { enErrorWords } from "../src/i18n/en-error-words.ts";
import { expectedText } from "../src/i18n/error-words.ts";
import { errorText, LANGUAGES, loadLocale, loadPanels, pickLanguage } from "../src/i18n/locale.ts";
import { ruErrorWords } from "../src/i18n/ru-error-words.ts";
import type { Language } from "../src/lib/language.ts";
import { camelCase } from "../tools/features.mjs";

const root = process.env.RECEPTIVE_ROOT ?? "..";
const locales = await Promise.all(LANGUAGES.map(loadLocale));
await Promise.all([loadPanels(), ...[...features, ...instruments].flatMap(({ texts }) => (texts ? [loadPanels(texts)] : []))]);
const labels = (language: Language): object =>
  Object.fromEntries(features.map(({ name, tab, column }) => [name, [tab?.label[language], column?.label[language]].filter(Boolean)]));
const everything = locales.map(({ language, text, panels }) => ({ language, text: { ...text, panels, labels: labels(language) } }));

/** Every path to a text, in the order it is written. */
function paths(value: unknown, at = ""): string[] {
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}.${key}`));
}

test("both languages have the same texts", () => {
  const [ru, en] = everything.map(({ text }) => paths(text).sort());
  assert.deepEqual(ru, en);
});

test("no text is empty, and the Russian ones are Russian", () => {
  const cyrillic = /[а-яё]/iu;
  // Names, and words that are the same in both languages.
  const same =
    /\.(choices\.webgpu|targets\.(pytorch|keras|onnx)|origins\.torchvision|kernels\.\w+|none|closeUp|keys\.\d+\.keys|macCount|terms\.simd\.name)$/u;
  const walk = (value: unknown, at: string, language: string): void => {
    if (typeof value === "string") {
      assert.ok(value.trim().length > 0, `${language}${at}`);
      if (!same.test(at)) assert.equal(cyrillic.test(value), language === "ru", `${language}${at}: ${value}`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, `${at}.${key}`, language);
    }
  };
  for (const { language, text } of everything) walk(text, "", language);
});

/** Stands for an error with any field: a number where a number is formatted, a word where one is named. */
function anyError(kind: string): ReceptiveError {
  const words = [
    "reason",
    "found",
    "path",
    "operator",
    "known",
    "expected",
    "field",
    "node",
    "axis",
    "shape",
    "fix",
    "which",
    "left",
    "right",
    "first",
    "other",
    "what",
    "op",
    "file",
    "labels_file",
    "split",
    "adapter",
    "kernel",
    "run",
    "name",
    "files",
    "tensor",
    "format",
  ];
  const numeric: { [kind: string]: string[] } = {
    bad_magic: ["found", "expected"],
    wrong_size: ["found", "expected"],
    checksum_mismatch: ["found", "expected"],
    label_out_of_range: ["found"],
    other_data: ["what"],
    too_few_images: ["found"],
    invalid_pixels: ["found", "expected"],
    wrong_length: ["found", "expected"],
    invalid_setting: ["found"],
    malformed_tensor: ["found", "expected"],
    wrong_inputs: ["found"],
    wrong_class_names: ["found", "expected"],
    worker_mismatch: ["found", "expected"],
  };
  const whats: { [kind: string]: string } = {
    wrong_inputs: "maps_and_places",
    size_overflow: "output",
    wrong_size: "rows",
    device_failed: "command",
    unknown_name: "node",
  };
  return new Proxy({ kind, message: "" } as ReceptiveError, {
    get: (target, key) => {
      if (key === "found" && kind === "no_pair")
        return [
          { name: "a", what: "images", count: 2 },
          { name: "b", what: "labels", count: null },
        ];
      if (kind === "other_data" && (key === "input" || key === "found")) return [1, 32, 32];
      if (key === "tensors") return [{ name: "fc.weight", found: null, expected: "F32 [10]", count: 2 }];
      if (key === "file" && kind === "weights_mismatch") return ["fc.weight F32 [12]"];
      if (key === "expected" && ["invalid_value", "missing_field", "invalid_setting"].includes(kind)) return { code: "layers" };
      if (key === "fix") return "give_mask";
      if (key === "what" && kind in whats) return whats[kind];
      if (key in target) return target[key as keyof ReceptiveError];
      return words.includes(String(key)) && !(numeric[kind] ?? []).includes(String(key)) ? `<${String(key)}>` : 37;
    },
  });
}

test("all panels are among them", () => {
  const folders = readdirSync(join(root, "www/src/features"));
  const withTexts = folders.filter((name) => existsSync(join(root, "www/src/features", name, "en.ts"))).map(camelCase);
  const all = withTexts.sort();
  for (const { panels } of locales) assert.deepEqual(all, Object.keys(panels).sort());
});

test("every error kind has a sentence in both languages, without holes", () => {
  for (const locale of locales) {
    for (const kind of Object.keys(locale.text.errors)) {
      const text = errorText(locale, anyError(kind));
      assert.ok(text.length > 10, `${locale.language} ${kind}`);
      assert.doesNotMatch(text, /undefined|NaN|\[object/u, `${locale.language} ${kind}: ${text}`);
      assert.match(text, locale.language === "ru" ? /[а-яё]/iu : /[a-z]/iu, text);
    }
  }
});

const snake = (name: string): string => name.replaceAll(/(?<!^)[A-Z]/gu, "_$&").toLowerCase();

test("every error the engine can send has its sentence", () => {
  const source = readFileSync(join(root, "src/core/error/mod.rs"), "utf8");
  const enums = [...source.matchAll(/pub enum (\w+Error) \{([\s\S]*?)\n\}/gu)].filter(([, name]) => name !== "Error");
  const kinds = enums.flatMap(([, , body]) =>
    [...(body ?? "").matchAll(/^ {4}([A-Z]\w*)(?: \{|,)/gmu)].map(([, variant]) => variant ?? ""),
  );
  assert.ok(kinds.length > 30, `${kinds.length} kinds found`);
  for (const { text } of locales) for (const kind of kinds) assert.ok(snake(kind) in text.errors, `no text for ${snake(kind)}`);
});

/** Codes of an enum of words, as `words!` has them. */
function codesOf(source: string, name: string): string[] {
  const [, body = ""] = new RegExp(` {4}${name} \\{([^}]*)\\}`, "u").exec(source) ?? [];
  return [...body.matchAll(/^ +(\w+) = "/gmu)].map(([, code = ""]) => snake(code));
}

test("every word inside the engine's errors has its text in both languages", () => {
  const source = readFileSync(join(root, "src/core/error/words.rs"), "utf8");
  const groups = { fix: "Fix", operands: "Operands", part: "Part", measure: "Measure", doing: "Doing" } as const;
  assert.equal(source.match(/^words! \{/gmu)?.length, Object.keys(groups).length + 1, "one more: that of a convolution's channels");
  for (const { format } of locales) {
    for (const words of [enErrorWords(format), ruErrorWords(format)]) {
      for (const [group, name] of Object.entries(groups)) {
        const codes = codesOf(source, name);
        assert.ok(codes.length > 1, name);
        assert.deepEqual(Object.keys(words[group as keyof typeof groups]).sort(), codes.sort(), name);
      }
    }
  }
});

test("what the engine expects is said in both languages, with its numbers and names", () => {
  const { errors } = JSON.parse(readFileSync(join(root, "tests/fixtures/protocol.json"), "utf8")) as { errors: ReceptiveError[] };
  const examples = errors.flatMap((error) => (error.kind === "invalid_value" ? [error.expected] : []));
  for (const { language, format } of locales) {
    const words = language === "ru" ? ruErrorWords(format) : enErrorWords(format);
    assert.deepEqual(Object.keys(words.expected).sort(), [...new Set(examples.map(({ code }) => code))].sort());
    for (const example of examples) {
      const text = expectedText(words, example);
      assert.doesNotMatch(text, /undefined|NaN|\[object/u, `${example.code}: ${text}`);
      assert.match(text, language === "ru" ? /[а-яё]/iu : /[a-z]/iu, text);
      for (const value of Object.values(example).flat())
        if (typeof value === "string" && value !== example.code) assert.ok(text.includes(value), `${value} in ${text}`);
    }
  }
});

test("the engine's own examples of errors fill their sentences", () => {
  const { errors } = JSON.parse(readFileSync(join(root, "tests/fixtures/protocol.json"), "utf8")) as { errors: ReceptiveError[] };
  assert.ok(errors.length > 30, `${errors.length} examples`);
  for (const locale of locales) {
    for (const error of errors) {
      assert.ok(error.kind in locale.text.errors, `no text for ${error.kind}`);
      assert.doesNotMatch(errorText(locale, error), /undefined|NaN|\[object/u, `${error.kind}: ${errorText(locale, error)}`);
    }
  }
});

test("an error of an unknown kind keeps its own sentence", () => {
  const [locale] = locales;
  assert.ok(locale);
  assert.equal(errorText(locale, { kind: "from_the_future", message: "Hello." } as never), "Hello.");
});

test("Russian numbers take their forms", async () => {
  const { text } = await loadLocale("ru");
  const forms = [1, 2, 5, 11, 21, 22, 25, 111].map((n) =>
    text.notices
      .filesLoaded(n, 0)
      .match(/изображени\S+/u)?.[0]
      .replace(/\W$/u, ""),
  );
  assert.deepEqual(
    forms.map((form) => form?.replace(/[.,]$/u, "")),
    ["изображение", "изображения", "изображений", "изображений", "изображение", "изображения", "изображений", "изображений"],
  );
  assert.match(text.run.ready(1), /Эпох: 1$/u);
  assert.match(text.run.ready(3), /Эпох: 3$/u);
  assert.match(text.network.totals(61_706, 416_520), /параметров/u);
});

test("English numbers take their forms", async () => {
  const { text } = await loadLocale("en");
  assert.match(text.run.ready(1), /1 epoch\./u);
  assert.match(text.run.ready(3), /3 epochs\./u);
});

test("the language is the first wish that is ours", () => {
  assert.equal(pickLanguage([null, "de", "ru-RU", "en"]), "ru");
  assert.equal(pickLanguage(["EN_us"]), "en");
  assert.equal(pickLanguage(["fr"]), "en");
  assert.equal(pickLanguage(["russian", "rude"]), "en");
});
