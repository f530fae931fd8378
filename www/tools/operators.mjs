// The operators' texts, from src/ops/*/OP.{en,ru}.md to the page: `operators/en.html` and `ru.html`, which need no script, and `en.json` and
// `ru.json`, from which the page takes the text of one operator. Their families and short names go into the page's script itself, as the module
// `receptive:operators`. A text that is not in the strict format ends the build with its file and line.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

import { Lexer, Marked } from "marked";
import temml from "temml";

export const LANGUAGES = ["en", "ru"];

/** The losses: operators that no specification names. */
const LOSSES = ["softmax_cross_entropy", "dice_loss"];

const SECTIONS = {
  en: ["Formula", "Shapes", "Source", "Departures", "Errors"],
  ru: ["Формула", "Формы", "Источник", "Отличия", "Ошибки"],
};

/** Families in the order of the page; an operator's is in the first line of its texts. */
const FAMILIES = ["convolution", "pooling", "activation", "dense", "normalization", "noise", "join", "shape", "outcome"];

/** A text that is not as it must be. */
export class TextError extends Error {
  constructor(file, line, message) {
    super(`${file}:${line}: ${message}`);
    this.name = "TextError";
  }
}

/** LaTeX as MathML. @throws where it is none. */
export function mathml(latex, displayMode) {
  return styledByClass(temml.renderToString(latex, { displayMode, throwOnError: true, strict: true, trust: false, annotate: false }));
}

/** Temml's inline styles, by the classes of styles/operators.css: a page's policy may forbid inline ones. */
const STYLE_CLASSES = {
  // The stylesheet has it for all formulas.
  "display:block math;": "",
  "math-depth:0;": "math-depth-0",
  "padding-left:0em;padding-right:0em;": "tml-cell",
  "padding-left:1em;padding-right:0em;": "tml-cell-apart",
  "margin-left:-0.1667em;": "tml-closer",
};

/** @param {string} markup of one formula */
function styledByClass(markup) {
  return markup.replaceAll(/<([^>]*?) style="([^"]*)"([^>]*)>/gu, (_tag, before, style, after) => {
    const name = STYLE_CLASSES[style];
    if (name === undefined)
      throw new Error(`Temml writes style="${style}": give it a class in tools/operators.mjs and styles/operators.css`);
    const rest = `${before}${after}`;
    if (name === "") return `<${rest}>`;
    return rest.includes('class="') ? `<${rest.replace('class="', `class="${name} `)}>` : `<${rest} class="${name}">`;
  });
}

const inlineMath = {
  name: "inlineMath",
  level: "inline",
  start: (source) => source.indexOf("$"),
  tokenizer(source) {
    const found = /^\$([^$\n]+)\$/u.exec(source);
    return found ? { type: "inlineMath", raw: found[0], text: found[1] } : undefined;
  },
  renderer: ({ text }) => mathml(text, false),
};
const renderer = {
  code: ({ text }) => `<div class="formula">${mathml(text, true)}</div>\n`,
};
const markdown = new Marked({ extensions: [inlineMath], renderer, gfm: false });

/** Everything a text may consist of, besides its headings. */
const BLOCKS = new Set(["paragraph", "code", "space"]);
const INLINE = new Set(["text", "codespan", "inlineMath", "escape"]);

/**
 * One text: its family, short name and title, and its parts (`why` and the five sections) as HTML. `formulas` and `paragraphs` are what both
 * languages must share.
 * @param {string} source
 * @param {string} language
 * @param {string} file for messages
 */
export function readText(source, language, file) {
  const refuse = (line, message) => {
    throw new TextError(file, line, message);
  };
  const lines = source.split("\n");
  const [, family, short] = /^<!-- family: (\w+); short: (\S.*) -->$/u.exec(lines[0] ?? "") ?? [];
  if (!FAMILIES.includes(family))
    refuse(1, `begins with \`<!-- family: FAMILY; short: SHORT NAME -->\`, where FAMILY is one of ${FAMILIES.join(", ")}`);
  const title = /^# (\S.*)$/u.exec(lines[1] ?? "")?.[1];
  if (!title) refuse(2, "has `# Title` in its second line");
  // Where each part begins: the line after its heading, counted from 0.
  const parts = [{ name: "why", from: 2 }];
  let fenced = false;
  lines.forEach((line, at) => {
    if (line.startsWith("```")) fenced = !fenced;
    if (fenced || at < 2 || !/^#/u.test(line)) return;
    const wanted = SECTIONS[language][parts.length - 1];
    if (line !== `## ${wanted}`)
      refuse(at + 1, wanted ? `\`${line}\` stands where \`## ${wanted}\` belongs` : `\`${line}\` is one section too many`);
    parts.push({ name: wanted, from: at + 1 });
  });
  const missing = SECTIONS[language][parts.length - 1];
  if (missing) refuse(lines.length, `\`## ${missing}\` is missing`);

  const formulas = [];
  const html = parts.map(({ name, from }, i) => {
    const to = i + 1 < parts.length ? parts[i + 1].from - 1 : lines.length;
    return { name, ...readPart(lines.slice(from, to).join("\n"), from + 1, refuse, formulas) };
  });
  const [why, ...sections] = html;
  if (why.blocks.length > 2 || why.blocks.includes("code")) refuse(3, "begins with one or two paragraphs, without formulas");
  if (!sections[0].blocks.includes("code")) refuse(parts[1].from, `\`## ${sections[0].name}\` has no formula (a \`\`\`math block)`);
  return {
    family,
    short,
    title,
    why: why.html,
    sections: sections.map(({ name, html }) => ({ name, html })),
    formulas,
    paragraphs: html.map(({ blocks }) => blocks.join(" ")),
  };
}

/** A part's HTML and the kinds of its blocks. `first` is the number of its first line. */
function readPart(source, first, refuse, formulas) {
  const tokens = new Lexer(markdown.defaults).lex(source);
  const blocks = [];
  let line = first;
  for (const token of tokens) {
    if (!BLOCKS.has(token.type)) refuse(line, `a ${token.type} is not known here: write paragraphs and \`\`\`math blocks`);
    if (token.type === "code") {
      if (token.lang !== "math") refuse(line, "a block that is not ```math");
      check(token.text, true, line);
      formulas.push(token.text);
    }
    for (const inline of token.tokens ?? []) {
      if (!INLINE.has(inline.type)) refuse(line, `a ${inline.type} is not known here: write text, \`code\` and $formulas$`);
      if (inline.type === "inlineMath") check(inline.text, false, line);
      if (inline.type === "text" && inline.text.includes("$")) refuse(line, "a $ without its other half");
    }
    if (token.type !== "space") blocks.push(token.type);
    line += token.raw.split("\n").length - 1;
  }
  if (blocks.length === 0) refuse(first - 1, "a part without text");
  return { html: markdown.parser(tokens), blocks };

  function check(latex, display, at) {
    try {
      mathml(latex, display);
    } catch (error) {
      refuse(at, `a formula that is none: ${error.message}`);
    }
  }
}

/** The operators that the families in `src/ops` list, and the losses. */
export async function operatorsOf(root) {
  const folder = join(root, "src/ops");
  const operators = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const source = await readFile(join(folder, entry.name, "mod.rs"), "utf8").catch(() => "");
    const family = /static FAMILY: Family = Family \{\s*operators: &\[([^\]]*)\],\s*joins: &\[([^\]]*)\]/u.exec(source);
    const list = (family ?? []).slice(1).join(", ");
    operators.push(...[...list.matchAll(/"(\w+)"/gu)].map(([, name]) => name));
  }
  return [...operators, ...LOSSES];
}

/**
 * Every operator's texts: `{ op, family, en, ru }`, in the order of the page.
 * @param {string} root the repository
 */
export async function readOperators(root) {
  const folder = join(root, "src/ops");
  const operators = await operatorsOf(root);
  const texts = new Map();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    for (const name of await readdir(join(folder, entry.name))) {
      const [, op, language] = /^(.+)\.(\w+)\.md$/u.exec(name) ?? [];
      if (!op) continue;
      const path = join(folder, entry.name, name);
      const file = relative(root, path);
      if (!operators.includes(op) || !LANGUAGES.includes(language))
        throw new TextError(file, 1, "belongs to no operator, or to no language");
      texts.set(`${op}.${language}`, { file, ...readText(await readFile(path, "utf8"), language, file) });
    }
  }
  for (const op of operators) {
    for (const language of LANGUAGES)
      if (!texts.has(`${op}.${language}`))
        throw new TextError(relative(root, folder), 1, `${op} has no text ${op}.${language}.md beside its code`);
    const [en, ru] = LANGUAGES.map((language) => texts.get(`${op}.${language}`));
    if (en.family !== ru.family) throw new TextError(ru.file, 1, `is of another family than ${en.file}`);
    if (en.formulas.join("\n\n") !== ru.formulas.join("\n\n")) throw new TextError(ru.file, 1, `has other formulas than ${en.file}`);
    const differing = en.paragraphs.findIndex((blocks, i) => blocks !== ru.paragraphs[i]);
    if (differing >= 0)
      throw new TextError(
        ru.file,
        1,
        `part ${differing + 1} is not built as in ${en.file}: ${ru.paragraphs[differing]}, ${en.paragraphs[differing]}`,
      );
  }
  const read = operators
    .sort()
    .map((op) => ({ op, family: texts.get(`${op}.en`).family, en: texts.get(`${op}.en`), ru: texts.get(`${op}.ru`) }));
  return FAMILIES.flatMap((family) => read.filter((one) => one.family === family));
}

/**
 * An esbuild plugin for the module `receptive:operators`, the operators' families and short names.
 * @param {string} root the repository
 */
export function operatorsModule(root) {
  return {
    name: "operators",
    setup(build) {
      build.onResolve({ filter: /^receptive:operators$/ }, ({ path }) => ({ path, namespace: "operators" }));
      build.onLoad({ filter: /.*/, namespace: "operators" }, async () => {
        const entries = (await readOperators(root)).map(({ op, family, en, ru }) => [
          op,
          { family, short: { en: en.short, ru: ru.short } },
        ]);
        return { contents: JSON.stringify(Object.fromEntries(entries)), loader: "json" };
      });
    },
  };
}

/** A text's HTML below its title. `level` is that of its sections' headings. */
export function body({ why, sections }, level) {
  return `${why}${sections.map(({ name, html }) => `<h${level}>${name}</h${level}>\n${html}`).join("")}`;
}

const PAGE = {
  en: {
    title: "The operators",
    intro:
      "What the layers of a network compute, why they are there, where they come from, and in what they depart from it. Formulas, names and default values are those of the engine; it is compared with PyTorch number by number.",
    contents: "Contents",
    back: "To the trainer",
    other: "Русский",
    families: {
      convolution: "Convolutions",
      pooling: "Smaller and larger maps",
      activation: "Activations",
      dense: "All with all",
      normalization: "Normalization and scale",
      noise: "Left out at random",
      join: "Joins",
      shape: "Shapes",
      outcome: "Answers and losses",
    },
  },
  ru: {
    title: "Операторы",
    intro:
      "Что вычисляют слои сети, зачем они нужны, откуда взяты и в чём отличаются от источника. Формулы, имена и значения по умолчанию те же, что в движке; он сверен с PyTorch число за числом.",
    contents: "Содержание",
    back: "К обучению",
    other: "English",
    families: {
      convolution: "Свёртки",
      pooling: "Уменьшение и увеличение карт",
      activation: "Функции активации",
      dense: "Все со всеми",
      normalization: "Нормализация и масштаб",
      noise: "Случайные пропуски",
      join: "Соединения",
      shape: "Формы",
      outcome: "Ответы и потери",
    },
  },
};

/** The page of all operators in one language. Its styles are the site's own. */
export function operatorPage(operators, language) {
  const text = PAGE[language];
  const other = LANGUAGES.find((one) => one !== language);
  const families = [...new Set(operators.map(({ family }) => family))].map((family) => ({
    family,
    members: operators.filter((one) => one.family === family),
  }));
  const nameOf = ({ op, [language]: { title } }) => `${title} <code>${op}</code>`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<title>Receptive: ${text.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${text.intro}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='1.5' y='1.5' width='13' height='13' fill='none' stroke='%231f5fa8'/%3E%3Crect x='5' y='5' width='6' height='6' fill='%231f5fa8'/%3E%3C/svg%3E">
<link rel="stylesheet" href="../page.css">
<link rel="stylesheet" href="../lazy.css">
</head>
<body class="operators">
<header class="operators-top">
<a class="link" href="../?lang=${language}">${text.back}</a>
<a class="link" href="${other}.html" hreflang="${other}" lang="${other}">${text.other}</a>
</header>
<main>
<h1>${text.title}</h1>
<p>${text.intro}</p>
<nav class="contents" aria-label="${text.contents}">
${families.map(({ family, members }) => `<section class="layer" data-family="${family}"><h2>${text.families[family]}</h2>\n<ul>\n${members.map((one) => `<li><a href="#${one.op}">${one[language].title}</a></li>`).join("\n")}\n</ul></section>`).join("\n")}
</nav>
${operators.map((one) => `<article class="layer operator-text" id="${one.op}" data-family="${one.family}">\n<h2>${nameOf(one)}</h2>\n${body(one[language], 3)}</article>`).join("\n")}
</main>
</body>
</html>
`;
}

/**
 * Writes the pages and the texts into `outdir`.
 * @param {string} root the repository
 * @param {string} outdir
 */
export async function writeOperators(root, outdir) {
  const operators = await readOperators(root);
  await mkdir(outdir, { recursive: true });
  for (const language of LANGUAGES) {
    const texts = Object.fromEntries(operators.map((one) => [one.op, { title: one[language].title, html: body(one[language], 3) }]));
    await writeFile(join(outdir, `${language}.html`), operatorPage(operators, language));
    await writeFile(join(outdir, `${language}.json`), JSON.stringify(texts));
  }
}
