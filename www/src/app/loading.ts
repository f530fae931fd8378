/** What comes when it is asked for: the part of the page's script that features share, and the parts of single ones. */
import { loadPanels } from "../i18n/locale.ts";
import type { Feature } from "../page/feature.ts";
import { lazyStyles } from "../ui/lazy-styles.ts";

export async function loadShared(): Promise<void> {
  await import("../ui/lazy-elements.ts");
}

const loaded = new Map<Feature, Promise<void>>();

async function load({ load, texts }: Feature): Promise<void> {
  if (!load) return loadShared();
  const [{ default: define }] = await Promise.all([load(), texts && loadPanels(texts), lazyStyles()]);
  define();
}

/** The feature's elements are defined, with their texts and styles. What failed is tried again. */
export function loadFeature(feature: Feature): Promise<void> {
  const known = loaded.get(feature) ?? load(feature);
  loaded.set(feature, known);
  known.catch(() => loaded.delete(feature));
  return known;
}
