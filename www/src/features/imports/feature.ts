import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import "./model.ts";

/** What is to be known of a network that came from another program. */
export default defineFeature({
  name: "imports",
  slices: { imported: null },
  actions: (page) => ({
    tell_import: ({ report }) => page.set({ imported: report }),
  }),
  parts: [
    {
      place: "notices",
      order: 11,
      render: ({ locale, state }) => html`<import-report .locale=${locale} .state=${state}></import-report>`,
    },
  ],
});
