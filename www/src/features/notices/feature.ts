import { html, nothing } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { actions } from "./actions.ts";

/** What went wrong, and what to do about it. */
export default defineFeature({
  name: "notices",
  actions,
  parts: [
    {
      place: "notices",
      order: 10,
      render: ({ locale, state }) => {
        const any = state.notices.length > 0;
        return html`<notice-list role=${any ? "region" : nothing} aria-label=${any ? locale.text.notices.region : nothing} .locale=${locale} .state=${state}></notice-list>`;
      },
    },
  ],
});
