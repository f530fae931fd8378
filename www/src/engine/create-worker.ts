/**
 * Starts a module worker from a script beside this one.
 *
 * In a frame with `sandbox="allow-scripts"` the page's origin is opaque ("null"), and no script is of the same origin as that, so the browser refuses
 * `new Worker(url)`. A worker made from a blob of the page's own is allowed and may import the script by its full address. That import is a cross-origin
 * one, so the server must send `Access-Control-Allow-Origin: *` for scripts, wasm, fonts and data; without it not even the page's own module
 * script runs, and index.html says so.
 *
 * The blob is a classic script: Chromium 156 refuses module workers from blobs of an opaque origin. A classic worker gets messages before its import
 * is done, so they are kept until then.
 */
const BOOT = `const early = [];
const keep = (event) => early.push(event.data);
addEventListener("message", keep);
import(SCRIPT).then(
  () => {
    removeEventListener("message", keep);
    for (const data of early) dispatchEvent(new MessageEvent("message", { data }));
  },
  (error) => setTimeout(() => { throw error; }),
);`;

export function createModuleWorker(script: URL, name: string): Worker {
  if (globalThis.origin !== "null") return new Worker(script, { type: "module", name });
  const blob = new Blob([BOOT.replace("SCRIPT", () => JSON.stringify(script.href))], { type: "text/javascript" });
  const address = URL.createObjectURL(blob);
  const worker = new Worker(address, { name });
  // The worker has read the blob by the time anything comes back from it.
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
}
