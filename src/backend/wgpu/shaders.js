/** The WGSL of all kernels, by the names that the engine has for them: `shaders.json` at the package's root, which `www/tools/shaders.mjs` writes. */
export async function shaders() {
  const answer = await fetch(new URL("../../../../../shaders.json", import.meta.url));
  if (!answer.ok) throw new Error(`shaders.json: status ${answer.status}`);
  return answer.json();
}
