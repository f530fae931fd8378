// A static file server: folders mounted under paths, right MIME types, nothing else.
// `node tools/static-server.mjs DIR PORT` serves until it is ended; `serve(mounts)` is for the other scripts.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".ts": "text/plain; charset=utf-8",
};

/** What isolates a page from others, so that its workers may share memory. */
const ISOLATION = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/**
 * Serves each folder of `mounts` (path prefix, ending in "/", -> folder). The longest matching prefix wins. With `isolated`, pages may share memory; `headers` has, by prefix, what is sent with the files there.
 * @returns {Promise<{ origin: string, missing: string[], sent: string[], close: () => Promise<void> }>} `missing`: paths answered with 404; `sent`: files, in order.
 */
export async function serve(mounts, { port = 0, host = "127.0.0.1", isolated = false, headers = {} } = {}) {
  const prefixes = Object.keys(mounts).sort((a, b) => b.length - a.length);
  const missing = [];
  const sent = [];
  const server = createServer(async (request, response) => {
    try {
      const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
      const found = await find(path);
      if (found === null) {
        missing.push(path);
        response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
      } else if (typeof found === "string" && found.startsWith("redirect:")) {
        response.writeHead(301, { location: found.slice("redirect:".length) }).end();
      } else {
        sent.push(found.file);
        const type = TYPES[extname(found.file)] ?? "application/octet-stream";
        // No caching: the next build is served from the same addresses. A sandboxed frame's origin is "null", so its scripts are cross-origin.
        response.writeHead(200, {
          "content-type": type,
          "content-length": found.size,
          "cache-control": "no-cache",
          "access-control-allow-origin": "*",
          ...(isolated ? ISOLATION : {}),
          ...headers[found.prefix],
        });
        if (request.method === "HEAD") response.end();
        else
          createReadStream(found.file)
            .on("error", () => response.destroy())
            .pipe(response);
      }
    } catch (error) {
      response.writeHead(400, { "content-type": "text/plain" }).end(`${error}\n`);
    }
  });

  async function find(path) {
    const prefix = prefixes.find((prefix) => path.startsWith(prefix));
    if (prefix === undefined) return prefixes.includes(`${path}/`) ? `redirect:${path}/` : null;
    const folder = resolve(mounts[prefix]);
    const file = normalize(join(folder, path.slice(prefix.length)));
    if (file !== folder && !file.startsWith(folder + sep)) return null;
    const info = await stat(file).catch(() => null);
    if (info?.isDirectory()) {
      if (!path.endsWith("/")) return `redirect:${path}/`;
      const index = join(file, "index.html");
      const size = (await stat(index).catch(() => null))?.size;
      return size === undefined ? null : { file: index, size, prefix };
    }
    return info?.isFile() ? { file, size: info.size, prefix } : null;
  }

  await new Promise((done, failed) => server.once("error", failed).listen(port, host, done));
  return {
    origin: `http://${host === "127.0.0.1" ? "localhost" : host}:${server.address().port}`,
    missing,
    sent,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port] = process.argv.slice(2);
  if (!folder || !port) {
    console.error("usage: node tools/static-server.mjs DIR PORT");
    process.exit(2);
  }
  try {
    const { origin } = await serve({ "/": folder }, { port: Number(port) });
    console.log(`Serving ${folder} on ${origin} (Ctrl+C ends it)`);
  } catch (error) {
    console.error(error.code === "EADDRINUSE" ? `port ${port} is taken by another program` : String(error));
    process.exit(1);
  }
}
