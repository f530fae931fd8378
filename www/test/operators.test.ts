import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { familyOf, OPERATORS, OperatorTexts, shortName } from "../src/spec/operators.ts";
import { operatorsOf, readOperators, readText, writeOperators } from "../tools/operators.mjs";

const root = process.env.RECEPTIVE_ROOT ?? "..";
const listed = await operatorsOf(root);
const LANGUAGES = ["en", "ru"] as const;

test("every operator of the engine has its texts, a family and a name in both languages", async () => {
  const { $defs } = JSON.parse(await readFile(join(root, "docs/schema/network-1.json"), "utf8")) as {
    $defs: { layer: { oneOf: { $ref: string }[] } };
  };
  const schema = $defs.layer.oneOf.map(({ $ref }) => $ref.split("/").at(-1) ?? "");
  assert.ok(schema.length > 20 && schema.every((op) => listed.includes(op)), `${schema.join()} and ${listed.join()}`);
  const operators = await readOperators(root);
  assert.deepEqual(operators.map(({ op }) => op).sort(), [...listed].sort());
  assert.deepEqual([...OPERATORS].sort(), [...listed].sort());
  const tokens = await readFile(join(root, "www/styles/tokens.css"), "utf8");
  for (const op of OPERATORS) {
    assert.ok(tokens.includes(`--op-${familyOf(op)}:`), `${op}: no colour for ${familyOf(op)}`);
    for (const language of LANGUAGES) assert.ok(shortName(op, language).length < 25, `${language}: ${op}`);
  }
  assert.deepEqual(
    [familyOf("max_pool2d"), shortName("max_pool2d", "en"), shortName("max_pool2d", "ru")],
    ["pooling", "max pooling", "макс. пулинг"],
  );
  assert.deepEqual([familyOf("from_the_future"), shortName("from_the_future", "en")], ["other", "from_the_future"]);
});

test("all formulas are MathML, and no text is in the other's language", async () => {
  for (const { op, en, ru } of await readOperators(root)) {
    for (const [language, { title, why, sections }] of Object.entries({ en, ru })) {
      const html = [why, ...sections.map((section) => section.html)].join("");
      assert.match(html, /<math display="block"/u, `${language} ${op}`);
      assert.doesNotMatch(html, /temml-error|<merror|<script|\$|```|\sstyle="/u, `${language} ${op}`);
      const prose = html.replaceAll(/<(math|code)[\s\S]*?<\/\1>/gu, "");
      assert.equal(/[а-яё]/iu.test(prose), language === "ru", `${language} ${op}`);
      assert.ok(title.length < 40, `${language} ${op}: ${title}`);
    }
  }
});

test("the errors that the texts name are the engine's", async () => {
  const source = await readFile(join(root, "src/core/error/mod.rs"), "utf8");
  const kinds = new Set(
    [...source.matchAll(/^ {4}([A-Z]\w*)(?: \{|,)/gmu)].map(([, variant]) =>
      (variant ?? "").replaceAll(/(?<!^)[A-Z]/gu, "_$&").toLowerCase(),
    ),
  );
  for (const { op, en, ru } of await readOperators(root)) {
    const [named, russian] = [en, ru].map(({ sections }) =>
      [...(sections[4]?.html ?? "").matchAll(/\(<code>(\w+)<\/code>\)/gu)].map(([, kind]) => kind ?? ""),
    );
    assert.deepEqual(russian, named, `${op}: both languages name the same errors`);
    for (const kind of named ?? []) assert.ok(kinds.has(kind), `${op}: there is no error ${kind}`);
  }
});

const GOOD = `<!-- family: shape; short: nothing -->
# Nothing

It does nothing, and \`x\` stays $x$.

## Formula

\`\`\`math
y = x
\`\`\`

## Shapes

Output as input.

## Source

None.

## Departures

None.

## Errors

None.
`;

test("a text in the strict format is read, any other is refused with its line", () => {
  const { family, short, title, formulas, sections } = readText(GOOD, "en", "nothing.en.md");
  assert.deepEqual([family, short], ["shape", "nothing"]);
  assert.deepEqual(
    [title, formulas, sections.map(({ name }) => name)],
    ["Nothing", ["y = x"], ["Formula", "Shapes", "Source", "Departures", "Errors"]],
  );
  const refused = (change: (text: string) => string, expected: RegExp): void =>
    assert.throws(
      () => readText(change(GOOD), "en", "nothing.en.md"),
      (error: Error) => expected.test(error.message) || assert.fail(error.message),
    );
  refused((text) => text.replace("shape", "shapes"), /^nothing\.en\.md:1: begins with .* one of convolution/u);
  refused((text) => text.replace(/^<.*\n/u, ""), /^nothing\.en\.md:1: begins with/u);
  refused((text) => text.replace("# Nothing", "Nothing"), /^nothing\.en\.md:2: has/u);
  refused((text) => text.replace("## Shapes\n\nOutput as input.\n\n", ""), /:12: `## Source` stands where `## Shapes` belongs/u);
  refused((text) => text.replace("\n## Errors\n\nNone.\n", ""), /`## Errors` is missing/u);
  refused((text) => `${text}\n## Notes\n\nNone.\n`, /:28: `## Notes` is one section too many/u);
  refused((text) => text.replace("Output as input.\n", ""), /:12: a part without text/u);
  refused((text) => text.replace("y = x", "y = \\frac{x"), /:8: a formula that is none/u);
  refused((text) => text.replace("y = x", "y = \\nonsense"), /:8: a formula that is none/u);
  refused((text) => text.replace("$x$", "$\\frac$"), /:4: a formula that is none/u);
  refused((text) => text.replace("$x$", "$x"), /:4: a \$ without/u);
  refused((text) => text.replace("```math\ny = x\n```", "y = x"), /`## Formula` has no formula/u);
  refused((text) => text.replace("```math", "```rust"), /:8: a block that is not/u);
  refused((text) => text.replace("None.", "<b>None.</b>"), /:18: a html is not known here/u);
  refused((text) => text.replace("None.", "- None."), /:18: a list is not known here/u);
  refused((text) => text.replace("It does nothing", "It [does](https://example.org) nothing"), /:4: a link is not known here/u);
});

test("a missing text, one of no operator and one that differs from the other language end the build", async () => {
  const folder = await mkdtemp(join(tmpdir(), "receptive-operators-"));
  try {
    await cp(join(root, "src/ops"), join(folder, "src/ops"), { recursive: true });
    await writeOperators(folder, join(folder, "out"));
    const russian = join(folder, "src/ops/relu/relu.ru.md");
    const text = await readFile(russian, "utf8");
    await writeFile(russian, text.replace("activation", "shape"));
    await assert.rejects(readOperators(folder), /src\/ops\/relu\/relu\.ru\.md:1: is of another family/u);
    await writeFile(russian, text.replace("\\max(0", "\\max(1"));
    await assert.rejects(readOperators(folder), /src\/ops\/relu\/relu\.ru\.md:1: has other formulas/u);
    await writeFile(russian, text.replace("## Формы\n\n", "## Формы\n\nОдин абзац лишний.\n\n"));
    await assert.rejects(readOperators(folder), /relu\.ru\.md:1: part 3 is not built as/u);
    await rm(russian);
    await assert.rejects(readOperators(folder), /src\/ops:1: relu has no text relu\.ru\.md/u);
    await writeFile(join(folder, "src/ops/relu/rely.ru.md"), text);
    await assert.rejects(readOperators(folder), /rely\.ru\.md:1: belongs to no operator/u);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("the page reads a language once, and again after a failure", async () => {
  let answers = 0;
  const texts = new OperatorTexts(new URL("https://host.example/course/operators/"), (address) => {
    answers += 1;
    if (answers === 1) return Promise.reject(new TypeError("no network"));
    if (answers === 2) return Promise.resolve(new Response("not here", { status: 404 }));
    return Promise.resolve(Response.json({ relu: { title: address.pathname, html: "<p>ReLU</p>" } }));
  });
  await assert.rejects(texts.text("ru", "relu"), /no network/u);
  await assert.rejects(texts.text("ru", "relu"), /404/u);
  assert.equal((await texts.text("ru", "relu")).title, "/course/operators/ru.json");
  assert.equal((await texts.text("ru", "relu")).html, "<p>ReLU</p>");
  assert.equal(answers, 3);
  await assert.rejects(texts.text("ru", "from_the_future"), /no text/u);
  assert.equal(texts.page("en", "relu"), "https://host.example/course/operators/en.html#relu");
});
