import { html } from "lit";
import { parseLooking, writeLooking } from "../../lib/look/looking.ts";
import { defineFeature } from "../../page/feature.ts";

/** What a layer makes of an image: maps, gradients, weights, single numbers. */
export default defineFeature({
  name: "inside",
  tab: {
    view: "maps",
    order: 30,
    label: { en: "Maps", ru: "Карты" },
    pane: "look",
    results: () => true,
    render: ({ locale, state }) => html`<maps-panel .locale=${locale} .state=${state}></maps-panel>`,
  },
  parameters: {
    names: ["maps", "scale", "depth", "unit"],
    read: (fields) => ({ looking: parseLooking(fields) }),
    write: ({ view, looking }) => (view === "maps" ? writeLooking(looking) : {}),
  },
});
