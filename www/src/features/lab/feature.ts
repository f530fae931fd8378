import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { lazyActions } from "../../page/lazy-actions.ts";
import type {} from "./model.ts";

/** Instruments: what is asked of the network that has just been trained. Nothing of them is in the first script. */
export default defineFeature({
  name: "lab",
  slices: { lab: null, instruments: {} },
  actions: lazyActions(["open_instrument"], () => import("./actions.ts")),
  tab: {
    order: 50,
    label: { en: "Lab", ru: "Лаборатория" },
    pane: "look",
    results: () => true,
    render: ({ locale, state }) => html`<lab-panel .locale=${locale} .state=${state}></lab-panel>`,
  },
  parameters: {
    names: ["lab"],
    read: (fields) => ({ lab: fields.get("lab") }),
    write: ({ lab }): Record<string, string> => (lab ? { lab } : {}),
  },
});
