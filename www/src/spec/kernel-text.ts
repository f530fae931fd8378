/** A kernel where there is little room: `5×5`, `3×3 /2` with a stride of 2. */
export function kernelText(item: unknown): string {
  if (typeof item !== "object" || item === null || !("op" in item)) return "";
  const { kernel_size: kernel, stride } = item as { kernel_size?: unknown; stride?: unknown };
  if (kernel === undefined) return "";
  const size = Array.isArray(kernel) ? kernel.join("×") : `${String(kernel)}×${String(kernel)}`;
  const steps = stride === undefined || stride === 1 ? "" : ` /${Array.isArray(stride) ? stride.join("×") : String(stride)}`;
  return `${size}${steps}`;
}
