import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";

/** The network as a drawing. */
export default defineFeature({
  name: "diagram",
  tab: {
    order: 20,
    label: { en: "Diagram", ru: "Схема" },
    pane: "look",
    results: () => false,
    render: ({ locale, state }) => html`<network-diagram .locale=${locale} .state=${state}></network-diagram>`,
  },
});
