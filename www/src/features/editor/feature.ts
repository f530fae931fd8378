import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { mount } from "./mount.ts";

/** The network as a tree, and the fields of what is selected in it. */
export default defineFeature({
  name: "editor",
  mount,
  column: {
    key: "layer",
    order: 10,
    label: { en: "Layer", ru: "Слой" },
    render: ({ locale, state }, prefix) =>
      html`<layer-inspector prefix=${`${prefix}layer`} .locale=${locale} .state=${state}></layer-inspector>`,
  },
  parts: [
    {
      place: "outline",
      order: 10,
      render: ({ locale, state }) => html`<outline-editor .locale=${locale} .state=${state}></outline-editor>`,
    },
  ],
});
