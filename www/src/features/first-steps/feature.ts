import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { mount } from "./mount.ts";

/** What the page is, and the way through it in four steps. */
export default defineFeature({
  name: "first-steps",
  mount,
  parts: [
    { place: "notices", order: 20, render: ({ locale, state }) => html`<first-steps .locale=${locale} .state=${state}></first-steps>` },
  ],
});
