/** What a lesson's text may hold: everything else is left out, and said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block, Inline } from "../src/features/lessons/text.ts";
import { lex, treeOf } from "../src/features/lessons/text.ts";

/** All nodes of a tree, whatever they are in. */
function all(blocks: readonly (Block | Inline)[]): (Block | Inline)[] {
  return blocks.flatMap((one) => {
    const inside = "inside" in one ? one.inside : one.kind === "list" ? one.items.flat() : [];
    const cells = one.kind === "table" ? [...one.head, ...one.rows.flat()].flat() : [];
    return [one, ...all([...inside, ...cells] as (Block | Inline)[])];
  });
}
const read = (markdown: string) => {
  const { blocks, leftOut } = treeOf(lex(markdown));
  return { nodes: all(blocks), leftOut: [...leftOut].sort() };
};

const HOSTILE: { [what: string]: string } = {
  "a script": "Text <script>alert(1)</script> more",
  "a script on lines of its own": "<script>\nalert(1)\n</script>",
  "a handler": '<img src="x.png" onerror="alert(1)">',
  "a style": '<p style="position:fixed">x</p>\n\n<style>body{}</style>',
  "a frame": '<iframe src="https://example.org"></iframe>',
  "SVG with a script": "<svg><script>alert(1)</script></svg>",
  "MathML with an address": '<math href="javascript:alert(1)"><mi>x</mi></math>',
  "a comment": "<!-- <b>x</b> -->",
};
for (const [what, markdown] of Object.entries(HOSTILE))
  test(`HTML is left out, and said: ${what}`, () => {
    const { nodes, leftOut } = read(markdown);
    assert.deepEqual(leftOut, ["html"]);
    // What is left is words: it is drawn as text, never as HTML.
    assert.ok(
      nodes.every(({ kind }) => kind === "paragraph" || kind === "text"),
      JSON.stringify(nodes),
    );
  });

const ADDRESSES = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "&#106;avascript:alert(1)",
  "&#x6A;avascript&colon;alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "http://example.org",
  "//example.org/x",
  "../index.html",
  "file:///etc/passwd",
  "https://",
];
for (const address of ADDRESSES)
  test(`no link leads to ${JSON.stringify(address)}`, () => {
    for (const markdown of [`[a](<${address}>)`, `[a][b]\n\n[b]: <${address}>`, `[a](${address})`]) {
      const { nodes } = read(markdown);
      assert.deepEqual(
        nodes.filter(({ kind }) => kind === "link"),
        [],
        markdown,
      );
    }
  });

test("links lead to https and to places on the page", () => {
  for (const address of ["https://arxiv.org/abs/1512.03385", "#true-size", "#preset=resnet20&view=maps"]) {
    const { nodes, leftOut } = read(`[a](${address})`);
    assert.deepEqual(leftOut, []);
    assert.deepEqual(
      nodes.find(({ kind }) => kind === "link"),
      { kind: "link", href: address, inside: [{ kind: "text", text: "a" }] },
    );
  }
});

for (const source of [
  "https://example.org/x.png",
  "//example.org/x.png",
  "../x.png",
  "x.png?y",
  "data:image/png;base64,AA",
  "x.gif",
  "a/b.png",
])
  test(`no picture comes from ${source}`, () => {
    const { nodes, leftOut } = read(`![alt](${source})`);
    assert.deepEqual(leftOut, ["image"]);
    assert.ok(!nodes.some(({ kind }) => kind === "image"));
  });

test("what a text is made of: pictures beside it, formulas, lists, tables, code; angle brackets and ampersands as they are", () => {
  const { nodes, leftOut } = read(
    "a < b & **c** `<b>` $x_i$ ![alt](x.png)\n\n```math\ny = F(x) + x\n```\n\n1. one\n2. two\n\n|a|b|\n|-|-|\n|1|2|\n\n> quote",
  );
  assert.deepEqual(leftOut, []);
  const kinds = new Set(nodes.map(({ kind }) => kind));
  for (const kind of ["math", "formula", "image", "list", "table", "quote", "strong", "code"])
    assert.ok(kinds.has(kind as Block["kind"]), kind);
  assert.ok(nodes.some((node) => node.kind === "text" && node.text.includes("a < b & ")));
  assert.ok(nodes.some((node) => node.kind === "code" && node.text === "<b>"));
});
