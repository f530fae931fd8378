import { html, nothing } from "lit";
import { hasRuns, saysPixels } from "../../model/state.ts";
import { defineFeature } from "../../page/feature.ts";
import { actions } from "./actions.ts";

/** Trains the network: the dock with its buttons, the settings, the curves, and what it runs on. */
export default defineFeature({
  name: "training",
  actions,
  tab: {
    order: 10,
    label: { en: "Curves", ru: "Графики" },
    pane: "train",
    headed: true,
    results: hasRuns,
    render: ({ locale, state, parts }) => html`<div class="charts">
          <metric-chart metric="loss" .locale=${locale} .state=${state}></metric-chart>
          <metric-chart metric="accuracy" .locale=${locale} .state=${state}></metric-chart>
          ${saysPixels(state) ? html`<metric-chart metric="iou" .locale=${locale} .state=${state}></metric-chart>` : nothing}
        </div>
        ${parts("curves")}`,
  },
  column: {
    key: "settings",
    order: 20,
    label: { en: "Settings", ru: "Настройки" },
    render: ({ locale, state }, prefix) =>
      html`<settings-panel prefix=${prefix === "" ? "settings" : "sheet"} .locale=${locale} .state=${state}></settings-panel>`,
  },
  parts: [
    { place: "top", order: 10, render: ({ locale, state }) => html`<backend-chip .locale=${locale} .state=${state}></backend-chip>` },
    { place: "dock", order: 10, render: ({ locale, state }) => html`<run-dock .locale=${locale} .state=${state}></run-dock>` },
  ],
  shortcuts: { " ": { type: "toggle_run" }, s: { type: "step" }, r: { type: "reset" } },
});
