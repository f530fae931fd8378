export function shortImports(wasm: Buffer): { bytes: Buffer; names: Map<string, string> };
