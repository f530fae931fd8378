import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";

/** The fields of the selected layer, what it costs, and its formula. */
export default defineFeature({
  name: "inspector",
  column: {
    key: "layer",
    order: 10,
    label: { en: "Layer", ru: "Слой" },
    render: ({ locale, state }, prefix) =>
      html`<layer-inspector prefix=${`${prefix}layer`} .locale=${locale} .state=${state}></layer-inspector>`,
  },
});
