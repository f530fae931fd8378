import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { mount } from "./mount.ts";
import { texts } from "./texts.ts";

/** The words of the page: their definitions beside them, and all of them in a dialog. */
export default defineFeature({
  name: "glossary",
  mount,
  dialog: {
    element: "glossary-dialog",
    render: ({ locale, state }) => html`<glossary-dialog .locale=${locale} .state=${state}></glossary-dialog>`,
  },
  load: () => import("./elements.ts"),
  texts,
});
