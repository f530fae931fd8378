import type { Plugin } from "esbuild";

export interface FeatureFolder {
  readonly name: string;
  readonly path: string;
}

export function featureFolders(roots: readonly string[]): FeatureFolder[];
export function camelCase(name: string): string;
export function featuresModule(www: string, others?: readonly string[]): Plugin;
