import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { actions } from "./actions.ts";
import { mount } from "./mount.ts";

/** The network as a tree. */
export default defineFeature({
  name: "outline",
  actions,
  mount,
  parts: [
    {
      place: "outline",
      order: 10,
      render: ({ locale, state }) => html`<outline-editor .locale=${locale} .state=${state}></outline-editor>`,
    },
  ],
});
