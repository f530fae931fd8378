import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";

const OPEN = { type: "open_dialog", name: "help" } as const;

/** What the page does, its keys, and where the images come from. */
export default defineFeature({
  name: "help",
  dialog: {
    element: "help-dialog",
    render: ({ locale, state }) => html`<help-dialog .locale=${locale} .state=${state}></help-dialog>`,
  },
  parts: [
    {
      place: "tools",
      order: 30,
      render: ({ locale: { text }, intend }) =>
        html`<button type="button" class="icon-button help-button" aria-label=${text.page.help} title=${text.page.help} @click=${() => intend(OPEN)}><span aria-hidden="true">?</span></button>`,
    },
  ],
  shortcuts: { "?": OPEN },
});
