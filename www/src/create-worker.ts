/**
 * Starts a module worker from a script beside this one.
 *
 * In a frame with `sandbox="allow-scripts"` the page's origin is opaque ("null"), and no script is of the same origin as that, so the browser refuses
 * `new Worker(url)`. A blob made by the page itself is allowed, and may import the script by its full address; that import is a cross-origin one, so
 * the server must send `Access-Control-Allow-Origin: *` (it has to anyway, or the page's own module script would not have run).
 */
export function createModuleWorker(script: URL, name: string): Worker {
  if (globalThis.origin !== "null") return new Worker(script, { type: "module", name });
  const blob = new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" });
  const address = URL.createObjectURL(blob);
  const worker = new Worker(address, { type: "module", name });
  // The worker has read the blob by the time anything comes back from it.
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
}
