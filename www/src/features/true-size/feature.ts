import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";

/** Networks of the literature at true size, with the weights of a file. */
export default defineFeature({
  name: "true-size",
  dialog: {
    element: "true-size-dialog",
    addressed: true,
    render: ({ locale, state }) => html`<true-size-dialog .locale=${locale} .state=${state}></true-size-dialog>`,
  },
  parts: [
    {
      place: "outline-head",
      order: 10,
      render: ({ locale, intend }) =>
        html`<button type="button" class="link" aria-haspopup="dialog" @click=${() => intend({ type: "open_dialog", name: "true-size" })}>${locale.text.network.trueSize}</button>`,
    },
  ],
});
