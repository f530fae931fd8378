/**
 * Whether a file is ONNX's: by its name or, where that says nothing, by its beginning, which is the version of the format, a small
 * number, and then one of
 * the model's other fields.
 */
export function looksLikeOnnx(name: string, start: Uint8Array): boolean {
  if (/\.onnx$/iu.test(name)) return true;
  const [tag, version = 0, next = 0] = start;
  return tag === 0x08 && version > 2 && version < 32 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72].includes(next);
}
