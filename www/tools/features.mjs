// The page's features: each folder of src/features with a file feature.ts is one, and nothing else lists them. What is made of the folders are modules that
// esbuild finds by these names:
//   receptive:features   the default exports of all feature.ts, in the order of their names
//   receptive:first      the default exports of all first.ts: they define elements that are in the first script
//   receptive:first-texts/en   (and ru) the texts of those folders, by the folder's name in camel case
//   receptive:first-styles     for CSS: all first.css, which come with page.css
//   receptive:common     the default exports of all common.ts: they define elements that come together, when one of them is asked for
//   receptive:texts/en   (and ru) the texts of those folders that have no first.ts
//   receptive:styles     for CSS: all style.css, which come with lazy.css
//   receptive:instruments  the default exports of all instrument.ts: what the lab lists, and comes with it
//   receptive:files/NAME the texts of all JSON files in the folder www/NAME, by their names: what a feature has as files without code
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LANGUAGES = ["en", "ru"];

/**
 * The folders of features, in the order of their names. @throws Error for a folder without feature.ts or instrument.ts, and for a common.ts without texts in each language.
 * @param {string[]} roots folders of folders
 */
export function featureFolders(roots) {
  const folders = roots.flatMap((root) =>
    readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ name, path: join(root, name) })),
  );
  for (const { path } of folders) {
    if (!["feature.ts", "instrument.ts"].some((file) => existsSync(join(path, file)))) throw new Error(`${path} has no feature.ts`);
    const texts = LANGUAGES.filter((language) => existsSync(join(path, `${language}.ts`)));
    if (texts.length === 1) throw new Error(`${path} has texts in one language only: ${texts[0]}`);
  }
  return folders.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** @param {string} name as of a folder */
export const camelCase = (name) => name.replaceAll(/-(\w)/gu, (_, letter) => letter.toUpperCase());

/** A module that exports an object or a list of what the files export. */
function gathered(folders, file, keyed) {
  const having = folders.filter(({ path }) => existsSync(join(path, file)));
  const imports = having.map(({ path }, at) => `import f${at} from ${JSON.stringify(join(path, file))};`);
  const entries = having.map(({ name }, at) => (keyed ? `${JSON.stringify(camelCase(name))}: f${at}` : `f${at}`)).join(", ");
  return `${imports.join("\n")}\nexport default ${keyed ? `{ ${entries} }` : `[${entries}]`};\n`;
}

/** A module that exports the texts of a folder's JSON files, without what only people need between the values. */
function jsonFiles(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const texts = names
    .sort()
    .map((name) => [name.replace(/\.json$/u, ""), JSON.stringify(JSON.parse(readFileSync(join(folder, name), "utf8")))]);
  return `export default ${JSON.stringify(Object.fromEntries(texts))};\n`;
}

/**
 * An esbuild plugin for the modules above.
 * @param {string} www the folder of the page
 * @param {string[]} others more folders of features, as a test has
 */
export function featuresModule(www, others = []) {
  const roots = [join(www, "src/features"), ...others];
  return {
    name: "features",
    setup(build) {
      build.onResolve(
        { filter: /^receptive:(features|instruments|first|common|(first-)?(styles|texts\/\w+)|files\/[\w-]+)$/ },
        ({ path }) => ({
          path,
          namespace: "features",
        }),
      );
      build.onLoad({ filter: /.*/, namespace: "features" }, ({ path }) => {
        const folders = featureFolders(roots);
        const having = (file) => folders.filter((folder) => existsSync(join(folder.path, file)));
        const [what, language] = path.replace("receptive:", "").split("/");
        if (what.endsWith("styles")) {
          const file = what === "styles" ? "style.css" : "first.css";
          const imports = having(file).map((folder) => `@import ${JSON.stringify(join(folder.path, file))};`);
          return { contents: imports.join("\n"), loader: "css", resolveDir: www };
        }
        if (what === "files") return { contents: jsonFiles(join(www, language)), loader: "js", resolveDir: www };
        const first = having("first.ts");
        const contents =
          what === "features" || what === "instruments"
            ? gathered(folders, `${what.slice(0, -1)}.ts`, false)
            : what === "first-texts"
              ? gathered(first, `${language}.ts`, true)
              : what === "texts"
                ? gathered(
                    having("common.ts").filter((folder) => !first.includes(folder)),
                    `${language}.ts`,
                    true,
                  )
                : gathered(folders, `${what}.ts`, false);
        return { contents, loader: "js", resolveDir: www };
      });
    },
  };
}
