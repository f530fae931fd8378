import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";

/** A digit is drawn, or taken from the test set, and the network says what it is. */
export default defineFeature({
  name: "try",
  parts: [{ place: "stage", order: 10, render: ({ locale, state }) => html`<try-panel .locale=${locale} .state=${state}></try-panel>` }],
  shortcuts: { t: { type: "random_digit" } },
});
