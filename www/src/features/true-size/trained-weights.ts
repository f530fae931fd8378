/** How a file with trained weights of a published network is made. Pure. */

const ORIGIN = "torchvision/";

/** Python that writes the file; null for a network whose trained weights nobody publishes under these names. */
export function weightsScript(name: string): string | null {
  if (!name.startsWith(ORIGIN)) return null;
  const model = name.slice(ORIGIN.length);
  return [
    "import torchvision",
    "from safetensors.torch import save_file",
    `save_file(torchvision.models.${model}(weights="DEFAULT").state_dict(), "${model}.safetensors")`,
  ].join("\n");
}
