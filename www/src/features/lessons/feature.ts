import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import type {} from "./model.ts";

/** The lecture, step by step beside the workbench. */
export default defineFeature({
  name: "lessons",
  slices: { lessons: null, lesson: null },
  actions: (page) => ({ lesson: async ({ deed }) => (await import("./elements.ts")).lessons(page, deed) }),
  tab: {
    order: 70,
    label: { en: "Lessons", ru: "Уроки" },
    pane: "look",
    results: () => false,
    render: ({ locale, state }) => html`<lesson-gallery .locale=${locale} .state=${state}></lesson-gallery>`,
  },
  parts: [
    {
      place: "notices",
      order: 5,
      wanted: ({ lesson }) => lesson !== null,
      render: ({ locale, state }) => html`<lesson-player .locale=${locale} .state=${state}></lesson-player>`,
    },
  ],
  parameters: {
    names: ["lesson"],
    read: (fields) => ({ lesson: fields.get("lesson") }),
    write: ({ lesson }): Record<string, string> => (lesson ? { lesson } : {}),
  },
  load: () => import("./elements.ts"),
  texts: { name: "lessons", load: { en: () => import("./en.ts"), ru: () => import("./ru.ts") } },
});
