import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { actions } from "./actions.ts";
import { NOTHING_TRIED } from "./model.ts";

/** A digit is drawn, or taken from the test set, and the network says what it is. */
export default defineFeature({
  name: "try",
  slices: { trying: NOTHING_TRIED },
  actions,
  parts: [{ place: "stage", order: 10, render: ({ locale, state }) => html`<try-panel .locale=${locale} .state=${state}></try-panel>` }],
  shortcuts: { t: { type: "random_digit" } },
});
