// The package for authors: packed as for npm, installed into a copy of each example outside of the repository, and opened.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launch } from "../../tools/browser.mjs";
import { serve } from "../../tools/static-server.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const modules = join(root, "www/node_modules");
let folder;
let packed;
let browser;

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, npm_config_cache: join(folder, "cache") },
  });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "receptive-examples-"));
  [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], join(root, "pkg")));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of an example with the packed package in it. No registry is asked: the package depends on nothing. */
function installed(name) {
  const copy = join(folder, name);
  cpSync(join(root, "examples", name), copy, { recursive: true, filter: (path) => !path.includes("node_modules") });
  const description = JSON.parse(readFileSync(join(copy, "package.json"), "utf8"));
  // Tools come from the page's own packages.
  const { devDependencies: _, ...rest } = description;
  writeFileSync(
    join(copy, "package.json"),
    JSON.stringify({ ...rest, dependencies: { receptive: `file:${join(folder, packed.filename)}` } }),
  );
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"], copy);
  return copy;
}

/** Opens a folder and hands the page on. Whatever goes wrong in it fails the test. */
async function opened(path, use) {
  const server = await serve({ "/some/where/": path });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const problems = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(`${server.origin}/some/where/index.html`);
    const said = (pattern) =>
      page
        .waitForFunction((source) => new RegExp(source, "u").test(document.querySelector("#said")?.textContent ?? ""), pattern.source, {
          timeout: 120_000,
        })
        .catch(async () => assert.fail(`${await page.textContent("#said")} ${problems.join("\n")}`));
    await use(page, said);
    assert.deepEqual([...problems, ...server.missing], []);
  } finally {
    await context.close();
    await server.close();
  }
}

test("the package has all that it loads, both builds and the shaders", () => {
  const names = packed.files.map(({ path }) => path);
  for (const name of ["receptive.js", "receptive.d.ts", "receptive_bg.wasm", "shaders.json", "README.md", "LICENSE-MIT", "LICENSE-APACHE"])
    assert.ok(names.includes(name), name);
  for (const name of ["receptive.js", "receptive.d.ts", "receptive_bg.wasm", "shaders.json"])
    assert.ok(names.includes(`relaxed/${name}`), name);
  // What the scripts import.
  for (const prefix of ["", "relaxed/"]) {
    const script = readFileSync(join(root, "pkg", prefix, "receptive.js"), "utf8");
    const imported = [...script.matchAll(/from ['"]\.\/(snippets\/[^'"]+)['"]/gu)].map(([, path]) => `${prefix}${path}`);
    assert.ok(imported.length > 0);
    for (const path of imported) assert.ok(names.includes(path), path);
  }
});

test("a plain page trains with the installed package", { timeout: 300_000 }, async () => {
  const copy = installed("plain");
  await opened(copy, async (page, said) => {
    await said(/(webgpu|cpu): loss \d\.\d+, \d+ % of the test images are right/u);
    // The shaders lie where the package looks for them.
    const shaders = await page.evaluate(
      async () => Object.keys(await (await fetch("./node_modules/receptive/shaders.json")).json()).length,
    );
    assert.ok(shaders > 20, `${shaders} shaders`);
  });
});

test("a worker trains, and goes on when it is asked", { timeout: 300_000 }, async () => {
  await opened(installed("worker"), async (page, said) => {
    await said(/^Step 10: loss/u);
    await page.click("#more");
    await said(/^Step 20: loss/u);
  });
});

test("Vite builds a project whose types are checked, and the page trains", { timeout: 300_000 }, async () => {
  const copy = installed("vite");
  run(process.execPath, [join(modules, "typescript/bin/tsc"), "--project", copy], copy);
  // A wrong word of the network language is an error of types.
  const main = join(copy, "src/main.ts");
  const text = readFileSync(main, "utf8");
  writeFileSync(main, text.replace("await trainer.train(9)", 'await trainer.train("9")'));
  const wrong = spawnSync(process.execPath, [join(modules, "typescript/bin/tsc"), "--project", copy], { cwd: copy, encoding: "utf8" });
  assert.match(wrong.stdout, /TS2345/u);
  writeFileSync(main, text);
  writeFileSync(
    join(copy, "vite.config.js"),
    readFileSync(join(copy, "vite.config.js"), "utf8").replace('"vite"', JSON.stringify(join(modules, "vite/dist/node/index.js"))),
  );
  run(process.execPath, [join(modules, "vite/bin/vite.js"), "build"], copy);
  await opened(join(copy, "dist"), async (_, said) => said(/^\d+ parameters, loss \d\.\d+, \d+ % of the test images are right/u));
});
