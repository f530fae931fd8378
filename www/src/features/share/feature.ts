import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { actions } from "./actions.ts";
import "./model.ts";
import { mount } from "./mount.ts";

/** Links, snippets and files. */
export default defineFeature({
  name: "share",
  actions,
  mount,
  parts: [{ place: "tools", order: 10, render: ({ locale, state }) => html`<share-menu .locale=${locale} .state=${state}></share-menu>` }],
});
