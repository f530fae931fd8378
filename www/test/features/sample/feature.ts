/** The smallest feature with one of each: a tab, texts, a shortcut, a field of the address. Tests add it to the page; ARCHITECTURE.md shows it. */
import { html } from "lit";
import { defineFeature } from "../../../src/page/feature.ts";
import type { SampleTexts } from "./texts.ts";

declare module "../../../src/model/state.ts" {
  interface FeatureState {
    sampled: number;
  }
}
declare module "../../../src/page/intent.ts" {
  interface Intents {
    sample_more: object;
  }
}
declare module "../../../src/i18n/panels.ts" {
  interface Panels {
    sample: SampleTexts;
  }
}

export default defineFeature({
  name: "sample",
  slices: { sampled: 0 },
  actions: (page) => ({ sample_more: () => page.set({ sampled: page.state.sampled + 1 }) }),
  tab: {
    order: 90,
    label: { en: "Sample", ru: "Образец" },
    pane: "look",
    results: () => false,
    render: ({ locale, state }) => html`<sample-panel .locale=${locale} .state=${state}></sample-panel>`,
  },
  shortcuts: { x: { type: "sample_more" } },
  parameters: {
    names: ["sampled"],
    read: (fields) => ({ sampled: Number(fields.get("sampled")) || 0 }),
    write: ({ sampled }): Record<string, string> => (sampled > 0 ? { sampled: String(sampled) } : {}),
  },
  load: () => import("./elements.ts"),
  texts: { name: "sample", load: { en: () => import("./en.ts"), ru: () => import("./ru.ts") } },
});
