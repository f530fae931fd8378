import { html } from "lit";
import { actions } from "./actions.ts";
import "./model.ts";
import { hasRuns } from "../../model/state.ts";
import { defineFeature } from "../../page/feature.ts";

/** The runs of this page: the one in front and those before it. */
export default defineFeature({
  name: "runs",
  actions,
  parts: [
    {
      place: "curves",
      order: 10,
      render: ({ locale, state }) => (hasRuns(state) ? html`<runs-panel .locale=${locale} .state=${state}></runs-panel>` : html``),
    },
  ],
});
