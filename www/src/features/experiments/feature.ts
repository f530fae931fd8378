import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { lazyActions } from "../../page/lazy-actions.ts";
import type {} from "./model.ts";

/** Which network is better, at equal budget: experiments of the lecture, each trained here. */
export default defineFeature({
  name: "experiments",
  slices: { experiments: { open: null, fault: null }, wantedExperiment: null },
  actions: lazyActions(
    [
      "open_experiment",
      "start_experiment",
      "pause_experiment",
      "resume_experiment",
      "stop_experiment",
      "retry_experiment",
      "take_experiment_run",
    ],
    () => import("./actions.ts"),
  ),
  tab: {
    order: 60,
    label: { en: "Experiments", ru: "Опыты" },
    pane: "look",
    results: () => false,
    render: ({ locale, state }) => html`<experiments-panel .locale=${locale} .state=${state}></experiments-panel>`,
  },
  parameters: {
    names: ["experiment"],
    read: (fields) => ({ wantedExperiment: fields.get("experiment") }),
    write: ({ wantedExperiment }): Record<string, string> => (wantedExperiment ? { experiment: wantedExperiment } : {}),
  },
  load: () => import("./elements.ts"),
  texts: { name: "experiments", load: { en: () => import("./en.ts"), ru: () => import("./ru.ts") } },
});
