import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { actions } from "./actions.ts";
import { parseLooking, writeLooking } from "./look/looking.ts";
import { slices } from "./model.ts";

/** What a layer makes of an image: maps, gradients, weights, single numbers. */
export default defineFeature({
  name: "maps",
  slices,
  actions,
  tab: {
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
