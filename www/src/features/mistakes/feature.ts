import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { actions } from "./actions.ts";
import { NO_MISTAKES } from "./model.ts";

/** What the network gets wrong: which digits it takes for which, and on which images. */
export default defineFeature({
  name: "mistakes",
  slices: { mistakes: NO_MISTAKES },
  actions,
  tab: {
    view: "errors",
    order: 40,
    label: { en: "Mistakes", ru: "Ошибки" },
    pane: "look",
    results: () => true,
    render: ({ locale, state }) => html`<errors-panel .locale=${locale} .state=${state}></errors-panel>`,
  },
});
